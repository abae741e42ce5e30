import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import pg from 'pg';
import { writeStartupPacket } from '../../src/gateway/protocol/startup-packets.js';
import { makeCertificate } from '../support/certificates.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const authority = makeCertificate({ subject: 'Test CA', isAuthority: true });
const server = makeCertificate({
  subject: 'localhost',
  names: ['localhost', 'IP:127.0.0.1'],
  issuer: authority,
});
const person = makeCertificate({ subject: 'ana', issuer: authority });
const stranger = makeCertificate({
  subject: 'ana',
  issuer: makeCertificate({ subject: 'Another CA', isAuthority: true }),
});

async function certificateFiles(): Promise<string> {
  const at = (name: string) => join(tmpdir(), `scrubjay-${process.pid}-${name}`);
  const files = {
    'server.crt': server.certificate,
    'server.key': server.key,
    'ca.crt': authority.certificate,
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(at(name), text);
    await chmod(at(name), 0o600);
  }
  return at('');
}

describe('logging in', () => {
  let test: TestGateway;
  beforeAll(async () => {
    test = await startGateway();
  });
  afterAll(() => test.stop());

  const withPassword = (user: string, password: string, database = 'shop') =>
    test.client(user, {
      connectionString: undefined,
      host: '127.0.0.1',
      port: test.gateway.port,
      user,
      password,
      database,
    });

  it('needs the right password, and tells nobody whether a user exists', async () => {
    const wrong = await withPassword('ana', 'wrong').catch((error: unknown) => error as pg.DatabaseError);
    const unknown = await withPassword('nobody', 'wrong').catch(
      (error: unknown) => error as pg.DatabaseError,
    );
    expect(wrong).toMatchObject({ code: '28P01', message: 'authentication failed' });
    expect(unknown).toMatchObject({ code: '28P01', message: 'authentication failed' });
    const denied = (await test.audit()).filter(({ decision }) => decision === 'denied');
    expect(denied.map(({ user, reason }) => [user, reason])).toEqual([
      ['ana', 'SCRAM: refused'],
      ['nobody', 'SCRAM: refused'],
    ]);
  });

  it('refuses databases that are not served', async () => {
    await expect(withPassword('ana', 'open sesame', 'postgres')).rejects.toMatchObject({ code: '3D000' });
  });

  it('tells a client nothing of the account on the database', async () => {
    const client = await test.client();
    const statuses = new Map<string, string>();
    client.connection.on('parameterStatus', ({ parameterName, parameterValue }) =>
      statuses.set(parameterName as string, parameterValue as string),
    );
    const again = new pg.Client(test.url());
    again.connection.on('parameterStatus', ({ parameterName, parameterValue }) =>
      statuses.set(parameterName as string, parameterValue as string),
    );
    await again.connect();
    await again.end();
    expect(Object.fromEntries(statuses)).toMatchObject({
      session_authorization: 'ana',
      is_superuser: 'off',
      client_encoding: 'UTF8',
    });
  });

  it('says no to GSSAPI encryption and goes on', async () => {
    const socket = connect(test.gateway.port, '127.0.0.1');
    socket.write(writeStartupPacket({ kind: 'gssenc-request' }));
    const [answer] = await new Promise<Buffer[]>((got) => socket.once('data', (data: Buffer) => got([data])));
    expect(answer.toString()).toBe('N');
    socket.destroy();
  });
});

describe('TLS', () => {
  let test: TestGateway;
  beforeAll(async () => {
    const at = await certificateFiles();
    test = await startGateway({
      sections: {
        tls: `{ certificate: ${at}server.crt, key: ${at}server.key, clientCa: ${at}ca.crt }`,
        users:
          '{ ana: { role: analyst, password: { file: password }, certificateName: ana }, stew: { role: steward, password: { file: password } , certificateName: stew } }',
      },
    });
  });
  afterAll(() => test.stop());

  const ssl = { ca: authority.certificate, cert: person.certificate, key: person.key };

  it('carries sessions, bound to the channel', async () => {
    const client = await test.client('ana', { ssl, enableChannelBinding: true });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('is required where the file says so', async () => {
    await expect(test.client('ana')).rejects.toMatchObject({ code: '28000' });
  });

  it('refuses a client certificate of another authority, and none', async () => {
    const other = { ca: authority.certificate, cert: stranger.certificate, key: stranger.key };
    await expect(test.client('ana', { ssl: other })).rejects.toThrow();
    await expect(test.client('ana', { ssl: { ca: authority.certificate } })).rejects.toThrow();
  });

  it('refuses a certificate that is for another user', async () => {
    await expect(test.client('stew', { ssl })).rejects.toMatchObject({ code: '28P01' });
  });

  it('takes nothing that was sent before it began', async () => {
    const socket = connect(test.gateway.port, '127.0.0.1');
    const early = writeStartupPacket({ kind: 'startup', minor: 0, parameters: new Map([['user', 'ana']]) });
    socket.write(Buffer.concat([writeStartupPacket({ kind: 'ssl-request' }), early]));
    const got = await new Promise<Buffer>((done) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('close', () => done(Buffer.concat(chunks)));
    });
    expect(got.toString()).toContain('08P01');
    expect(got.toString()).not.toMatch(/^S/);
  });
});

describe('a token as password', () => {
  let test: TestGateway;
  let issuer: Server;
  let location: string;
  let sign: (claims: Record<string, unknown>, expires?: string) => Promise<string>;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] };
    issuer = createServer((request, response) => {
      const discovery = { issuer: location, jwks_uri: `${location}/keys` };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/keys' ? keys : discovery));
    });
    await new Promise<void>((listening) => issuer.listen(0, '127.0.0.1', listening));
    location = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    sign = (claims, expires = '5m') =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setIssuer(location)
        .setAudience('gateway')
        .setSubject('u-1')
        .setExpirationTime(expires)
        .sign(privateKey);
    const at = await certificateFiles();
    test = await startGateway({
      sections: {
        tls: `{ certificate: ${at}server.crt, key: ${at}server.key, required: false }`,
        oidc: `[{ issuer: '${location}', audience: gateway, roles: [{ group: dpo, role: steward }, { group: bi, role: analyst }] }]`,
      },
    });
  });
  afterAll(async () => {
    await test.stop();
    issuer.close();
  });

  const login = (
    user: string,
    password: string,
    ssl: pg.ClientConfig['ssl'] = { ca: authority.certificate },
  ) =>
    test.client(user, {
      connectionString: undefined,
      host: '127.0.0.1',
      port: test.gateway.port,
      database: 'shop',
      user,
      password,
      ssl,
    });

  it('lets its user in with the role of the first group that counts', async () => {
    const token = await sign({ preferred_username: 'eve', groups: ['other', 'bi', 'dpo'] });
    const client = await login('eve', token);
    const { rows } = await client.query('select email from customers where id = 1');
    expect(rows).toEqual([{ email: 'canary1@example.org' }]);
  });

  it('is refused for another user, another audience, no group, a bad signature, and without TLS', async () => {
    const good = { preferred_username: 'eve', groups: ['bi'] };
    const token = await sign(good);
    await expect(login('adam', token)).rejects.toMatchObject({ code: '28P01' });
    await expect(login('eve', await sign({ ...good, groups: ['none'] }))).rejects.toMatchObject({
      code: '28P01',
    });
    await expect(login('eve', await sign(good, '1 second ago'))).resolves.toBeDefined();
    await expect(login('eve', await sign(good, '5 minutes ago'))).rejects.toMatchObject({ code: '28P01' });
    await expect(login('eve', `${token.slice(0, -6)}AAAAAA`)).rejects.toMatchObject({ code: '28P01' });
    await expect(login('eve', 'not a token')).rejects.toMatchObject({ code: '28P01' });
    await expect(login('eve', token, false)).rejects.toMatchObject({ code: '28P01' });
  });

  it('does not stand in for the password of a user of the file', async () => {
    const token = await sign({ preferred_username: 'stew', groups: ['bi'] });
    await expect(login('stew', token)).rejects.toMatchObject({ code: '28P01' });
  });

  it('ends the session when it expires', async () => {
    const client = await login('eve', await sign({ preferred_username: 'eve', groups: ['bi'] }, '2s'));
    const ended = new Promise((done) => client.once('end', done));
    await client.query('select 1');
    await ended;
    await expect(client.query('select 1')).rejects.toThrow();
  });
});
