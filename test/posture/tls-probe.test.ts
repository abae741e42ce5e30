import { once } from 'node:events';
import { createServer as createTcp, type Server } from 'node:net';
import { createServer, TLSSocket, type TlsOptions } from 'node:tls';
import { probeTls } from '../../src/engines/endpoints/probe-tls.js';
import { TdsTunnel } from '../../src/engines/endpoints/tds-tunnel.js';
import { connect } from '../../src/engines/sqlserver/connection.js';
import { type CertificateWishes, makeCertificate } from '../support/certificates.js';
import { answersOf } from './answers.js';

describe('TLS, asked from outside', () => {
  const servers: Server[] = [];

  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  }

  async function serve(wishes: Partial<CertificateWishes>, options: TlsOptions = {}) {
    const { certificate, key } = makeCertificate({ subject: 'db', names: ['IP:127.0.0.1'], ...wishes });
    const port = await listen(createServer({ cert: certificate, key, ...options }));
    return probeTls({ host: '127.0.0.1', port, protocol: 'tls' }, 3000);
  }

  async function answer(id: string, probed: Awaited<ReturnType<typeof probeTls>>) {
    const facts = Object.fromEntries(
      Object.entries(probed).flatMap(([name, reading]) => (reading.read ? [[name, reading.value]] : [])),
    );
    const today = new Date().toISOString().slice(0, 10);
    return (await answersOf(id, 'endpoint', { ...facts, today })).map(({ outcome }) => outcome);
  }

  it('finds the versions that are accepted', async () => {
    const modern = await serve({});
    expect(modern.acceptedVersions).toMatchObject({ value: ['TLSv1.2', 'TLSv1.3'] });
    const old = await serve({}, { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
    expect(await answer('tls-versions', old)).toEqual(['fail']);
    expect(await answer('tls-versions', modern)).toEqual(['pass']);
  });

  it('finds a certificate that signed itself, has expired, soon will, or is for another host', async () => {
    expect(await answer('tls-chain', await serve({}))).toEqual(['fail']);
    expect(await answer('tls-expiry', await serve({ validFromDays: -20, validToDays: -10 }))).toEqual([
      'fail',
    ]);
    expect(await answer('tls-expiry', await serve({ validToDays: 10 }))).toEqual(['warn']);
    expect(await answer('tls-expiry', await serve({}))).toEqual(['pass']);
    expect(await answer('tls-hostname', await serve({ names: ['elsewhere.example'] }))).toEqual(['fail']);
    expect(await answer('tls-hostname', await serve({}))).toEqual(['pass']);
    expect(
      await answer('tls-key-strength', await serve({ rsaBits: 1024 }, { ciphers: 'ALL:@SECLEVEL=0' })),
    ).toEqual(['fail']);
  });

  /** The server's side of TDS 7: an answer to PRELOGIN, then TLS within packets. */
  async function serveTds(encryption: number, wishes: Partial<CertificateWishes> = {}): Promise<number> {
    const { certificate, key } = makeCertificate({ subject: 'db', names: ['IP:127.0.0.1'], ...wishes });
    const options = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, encryption]);
    const answer = Buffer.concat([Buffer.from([4, 1, 0, 8 + options.length, 0, 0, 1, 0]), options]);
    return listen(
      createTcp((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => {
          socket.write(answer);
          if (encryption === 2) return;
          const secure = new TLSSocket(new TdsTunnel(socket), { isServer: true, cert: certificate, key });
          secure.on('error', () => undefined);
        });
      }),
    );
  }

  it('looks at a SQL Server, whose handshake travels in packets of its own', async () => {
    const port = await serveTds(1, { validToDays: 10 });
    const probed = await probeTls({ host: '127.0.0.1', port, protocol: 'tds' }, 3000);
    expect(probed.acceptedVersions).toMatchObject({ value: ['TLSv1.2', 'TLSv1.3'] });
    expect(await answer('tls-expiry', probed)).toEqual(['warn']);
    const clear = await probeTls({ host: '127.0.0.1', port: await serveTds(2), protocol: 'tds' }, 2000);
    expect(await answer('tls-offered', clear)).toEqual(['fail']);
  });

  it('wraps a handshake as the driver does, which logs in through it', async () => {
    const port = await serveTds(1);
    const refused = connect(`sqlserver://u:p@127.0.0.1:${port}/shop?encrypt=true`);
    // Its certificate was read, and is found to be its own issuer's.
    await expect(refused).rejects.toMatchObject({ code: 'tls-certificate' });
  });

  it('finds an endpoint that speaks no TLS, over PostgreSQL’s protocol too', async () => {
    const port = await listen(createTcp((socket) => void socket.once('data', () => socket.end('N'))));
    const probed = await probeTls({ host: '127.0.0.1', port, protocol: 'postgres' }, 2000);
    expect(await answer('tls-offered', probed)).toEqual(['fail']);
  });

  it('does not wait for a host that hangs, and knows nothing of it', async () => {
    const port = await listen(createTcp(() => undefined));
    const probed = await probeTls({ host: '127.0.0.1', port, protocol: 'postgres' }, 200);
    expect(probed.offersTls).toMatchObject({
      read: false,
      why: expect.stringContaining('200 ms') as unknown,
    });
  });

  it('says that nobody listens', async () => {
    const probed = await probeTls({ host: '127.0.0.1', port: 1, protocol: 'tls' }, 500);
    expect(probed.certificates).toMatchObject({
      read: false,
      why: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  });
});
