import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from '../../../src/engines/sqlserver/connection.js';
import { displayLocation, parseLocation } from '../../../src/engines/sqlserver/location.js';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeCertificate } from '../../support/certificates.js';
import { type Answer, TdsServer, type TdsServerOptions } from '../../support/tds-server/tds-server.js';

const version: Answer = {
  columns: [
    { name: 'version', kind: 'text' },
    { name: 'edition', kind: 'text' },
    { name: 'babelfish', kind: 'text' },
  ],
  rows: [['16.0.4135.4', '3', null]],
};

async function serverWith(options: Partial<TdsServerOptions> = {}): Promise<TdsServer> {
  return TdsServer.start({
    user: 'reader',
    password: 'p@ss/w:rd',
    ...options,
    answer: (sql, session, database) =>
      sql.includes('ProductVersion') ? version : options.answer?.(sql, session, database),
  });
}

describe('a SQL Server location', () => {
  it('asks for TLS with a checked certificate unless it says otherwise', () => {
    expect(parseLocation('sqlserver://u:p@db.example/shop')).toMatchObject({
      encrypt: true,
      trustServerCertificate: false,
      database: 'shop',
    });
  });

  it('names a port, an instance, an intent and a way to log in', () => {
    expect(
      parseLocation(
        'mssql://app:secret@db.example:1434/shop?instance=SQL2022&applicationIntent=ReadOnly&authentication=entra-service-principal&tenant=t1',
      ),
    ).toMatchObject({ port: 1434, instance: 'SQL2022', readOnlyIntent: true, tenant: 't1' });
  });

  it.each([
    ['sqlserver://', 'it names no host'],
    ['sqlserver://db.example/shop?encript=true', 'its parameter encript is not understood'],
    ['sqlserver://db.example/shop?encrypt=maybe', 'its parameter encrypt is not understood'],
    ['sqlserver://a:b@db.example/shop?authentication=entra-service-principal', 'needs the parameter tenant'],
  ])('that cannot be understood is refused without being repeated: %s', (location, problem) => {
    expect(() => parseLocation(location)).toThrow(problem);
    expect(() => parseLocation(location)).not.toThrow(/a:b@/);
  });

  it('is shown without credentials', () => {
    expect(displayLocation('sqlserver://u:p@db.example:1433/shop')).toBe('sqlserver://db.example:1433/shop');
  });
});

describe('connecting to SQL Server', () => {
  let server: TdsServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('says that user or password is wrong, and neither of them', async () => {
    server = await serverWith();
    const wrong = server.url().replace(/:[^:@]+@/, ':letmein@');
    const refused = connect(wrong);
    await expect(refused).rejects.toMatchObject({ code: 'credentials' });
    await expect(refused).rejects.not.toThrow(/letmein|reader/);
  });

  it('says that there is no such database', async () => {
    server = await serverWith({
      refuse: () => ({ number: 4060, message: 'Cannot open database "x" requested by the login.' }),
    });
    await expect(connect(server.url())).rejects.toMatchObject({ code: 'database-missing' });
  });

  it('refuses a server without TLS when TLS was asked for', async () => {
    server = await serverWith();
    await expect(connect(server.url('shop', 'encrypt=true'))).rejects.toMatchObject({ code: 'tls' });
  });

  it('refuses a certificate that nobody it trusts has signed', async () => {
    server = await serverWith({ certificate: selfSigned() });
    await expect(connect(server.url('shop', 'encrypt=strict'))).rejects.toMatchObject({
      code: 'tls-certificate',
    });
  });

  describe('over TLS', () => {
    const certificate = () =>
      makeCertificate({ subject: 'localhost', names: ['localhost', 'IP:127.0.0.1'], rsaBits: 2048 });
    const known = getCACertificates('default');
    afterEach(() => setDefaultCACertificates(known));

    it.each([
      ['inside the packets of TDS 7', 'encrypt=true', 7],
      ['ahead of them, as TDS 8 has it', 'encrypt=strict', 8],
    ] as const)('logs in and asks %s, where the certificate is trusted', async (_, parameters, tds) => {
      const { key, certificate: cert } = certificate();
      server = await serverWith({ certificate: { key, cert, tds } });
      setDefaultCACertificates([...known, cert]);
      const connection = await connect(server.url('shop', parameters));
      await connection.query('select 1');
      connection.close();
      expect(server.batches).toContain('select 1');
    });

    it('refuses a certificate inside the packets that nobody it trusts has signed, and says what to do', async () => {
      const { key, certificate: cert } = certificate();
      server = await serverWith({ certificate: { key, cert, tds: 7 } });
      await expect(connect(server.url('shop', 'encrypt=true'))).rejects.toMatchObject({
        code: 'tls-certificate',
        hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
      });
      expect(server.lastLogin).toBeUndefined();
    });

    it('refuses a trusted certificate of another host', async () => {
      const { key, certificate: cert } = makeCertificate({
        subject: 'localhost',
        names: ['db.example'],
        rsaBits: 2048,
      });
      server = await serverWith({ certificate: { key, cert, tds: 7 } });
      setDefaultCACertificates([...known, cert]);
      await expect(connect(server.url('shop', 'encrypt=true'))).rejects.toMatchObject({
        code: 'tls-certificate',
        message: expect.stringContaining('for another name') as string,
        hint: expect.stringContaining('a name that its certificate has') as string,
      });
      expect(server.lastLogin).toBeUndefined();
    });

    it('takes any certificate where the location says so', async () => {
      const { key, certificate: cert } = certificate();
      server = await serverWith({ certificate: { key, cert, tds: 7 } });
      const connection = await connect(server.url('shop', 'encrypt=true&trustServerCertificate=true'));
      connection.close();
      expect(server.lastLogin).toMatchObject({ database: 'shop' });
    });
  });

  it('says that nothing listens there', async () => {
    server = await serverWith();
    const url = server.url();
    await server.stop();
    server = undefined;
    await expect(connect(url)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('asks for a readable secondary only when the location says so', async () => {
    server = await serverWith();
    (await connect(server.url())).close();
    expect(server.lastLogin).toMatchObject({ database: 'shop', isReadOnly: false });
    (await connect(server.url('shop', 'encrypt=false&applicationIntent=ReadOnly'))).close();
    expect(server.lastLogin).toMatchObject({ isReadOnly: true });
  });

  it('logs in with an Entra ID token in the place of a password', async () => {
    server = await serverWith({ token: 'eyJ0eXAi.invented.token' });
    const url = (token: string) =>
      server!.url('shop', 'encrypt=false&authentication=entra-token').replace(/\/\/.*@/, `//:${token}@`);
    (await connect(url('eyJ0eXAi.invented.token'))).close();
    const refused = connect(url('eyJ0eXAi.another.token'));
    await expect(refused).rejects.toMatchObject({ code: 'credentials' });
    await expect(refused).rejects.not.toThrow(/another/);
  });

  it('finds a named instance through SQL Server Browser, and says when there is none of the name', async () => {
    server = await serverWith();
    const browser = await startBrowser('SQL2022', server.port);
    try {
      const url = (instance: string) =>
        server!.url('shop', `encrypt=false&instance=${instance}`).replace(/:\d+\//, '/');
      (await connect(url('SQL2022'))).close();
      await expect(connect(url('SQL2019'))).rejects.toMatchObject({ code: 'unreachable' });
    } finally {
      browser.close();
    }
  });

  it('wakes up a serverless database that is paused', async () => {
    server = await serverWith({
      refuse: ({ attempt }) =>
        attempt === 1 ? { number: 40613, message: 'Database shop is not currently available.' } : undefined,
    });
    (await connect(server.url())).close();
    expect(server.logins).toBe(2);
  });

  it('refuses a server before 2016', async () => {
    server = await TdsServer.start({
      user: 'reader',
      password: 'x',
      answer: () => ({ ...version, rows: [['12.0.6024.0', '3', null]] }),
    });
    await expect(connect(server.url())).rejects.toMatchObject({ code: 'server-too-old' });
  });

  it('takes Azure SQL, which calls itself 12', async () => {
    server = await TdsServer.start({
      user: 'reader',
      password: 'x',
      answer: () => ({ ...version, rows: [['12.0.2000.8', '5', null]] }),
    });
    const connection = await connect(server.url());
    connection.close();
  });
});

describe('statements on SQL Server', () => {
  let server: TdsServer;

  afterEach(() => server.stop());

  it('give rows by column name, with NULL, text of any script and long numbers as they are', async () => {
    server = await serverWith({
      answer: () => ({
        columns: [
          { name: 'name', kind: 'text' },
          { name: 'n', kind: 'bigint' },
          { name: 'flag', kind: 'bit' },
          { name: 'nothing', kind: 'text' },
        ],
        rows: [['Zoë 山田 \u{1f600}', 9_007_199_254_740_993n, true, null]],
      }),
    });
    const connection = await connect(server.url());
    expect(await connection.query('select …')).toEqual([
      { name: 'Zoë 山田 \u{1f600}', n: '9007199254740993', flag: true, nothing: null },
    ]);
    connection.close();
  });

  it('tell an error by its number, and never by the server’s words', async () => {
    server = await serverWith({
      answer: () => ({ error: { number: 2627, message: 'The duplicate key value is (ana@example.org).' } }),
    });
    const { translateDriverError } = await import('../../../src/engines/sqlserver/driver-errors.js');
    const connection = await connect(server.url());
    const error = await connection
      .query('insert …')
      .catch((cause: unknown) => translateDriverError(cause, 'loading dbo.t'));
    expect(error).toMatchObject({ code: 'database', number: 2627 });
    expect(`${JSON.stringify(error)} ${(error as Error).message}`).not.toContain('ana@example.org');
    connection.close();
  });

  it('end when their time is over', async () => {
    server = await serverWith({ answer: () => ({ silence: true }) });
    const connection = await connect(server.url());
    await expect(connection.query('waitfor …', { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'ETIMEOUT',
    });
    connection.close();
  });

  it('stream at the pace of their reader', async () => {
    let given = 0;
    server = await serverWith({
      answer: () => ({
        columns: [{ name: 'text', kind: 'text' }],
        rows: (function* () {
          for (; given < 200_000; given++) yield ['x'.repeat(100)];
        })(),
      }),
    });
    const connection = await connect(server.url());
    let read = 0;
    for await (const rows of connection.stream('select …')) {
      read += rows.length;
      if (read >= 1000) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        // The rest waits at the server: sockets hold some megabytes, and nobody holds the table.
        expect(given).toBeLessThan(100_000);
        break;
      }
    }
    expect(connection.isLost).toBe(true);
  });

  // The driver throws outside of any promise when it is closed with the end of an answer on its way.
  it.each([
    ['whose answer is on its way whole', 3],
    ['of whose answer the server has most', 50_000],
  ])('%s are called off when their reader gives up, and end the session', async (_, count) => {
    const answer = () => ({
      columns: [{ name: 'n', kind: 'int' as const }],
      rows: Array.from({ length: count }, (_, n) => [n]),
    });
    server = await serverWith({ answer });
    const connection = await connect(server.url());
    for await (const _ of connection.stream('select …')) break;
    expect(connection.isLost).toBe(true);
    await until(() => server.sessions === 0);
  });

  it('that nobody answers are called off when the session is closed', async () => {
    server = await serverWith({ answer: () => ({ silence: true }) });
    const connection = await connect(server.url());
    const waiting = connection.query('waitfor …');
    await until(() => server.batches.includes('waitfor …'));
    connection.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ECANCEL' });
    await until(() => server.sessions === 0);
  });

  it('report a connection that breaks in the middle of the rows', async () => {
    server = await serverWith({
      answer: () => ({
        columns: [{ name: 'n', kind: 'int' }],
        rows: (function* () {
          for (let n = 0; n < 50_000; n++) {
            if (n === 20_000) server.dropSessions();
            yield [n];
          }
        })(),
      }),
    });
    const connection = await connect(server.url());
    const read = async () => {
      for await (const _ of connection.stream('select …'));
    };
    await expect(read()).rejects.toThrow();
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function selfSigned(): { readonly key: string; readonly cert: string } {
  const { key, certificate } = makeCertificate({ subject: 'localhost', names: ['localhost'], rsaBits: 2048 });
  return { key, cert: certificate };
}

/** SQL Server Browser as far as it answers for one instance: MC-SQLR 2.2.5. */
async function startBrowser(instance: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  const says = Buffer.from(
    `ServerName;HERE;InstanceName;${instance};IsClustered;No;Version;16.0.4135.4;tcp;${port};;`,
  );
  const head = Buffer.from([0x05, 0, 0]);
  head.writeUInt16LE(says.length, 1);
  socket.on('message', (_, { port: from, address }) =>
    socket.send(Buffer.concat([head, says]), from, address),
  );
  socket.bind(1434, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
