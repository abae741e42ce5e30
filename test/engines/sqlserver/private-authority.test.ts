import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../support/certificates.js';
import { scrubjay } from '../../support/scrubjay-command.js';
import { shopOf } from '../../support/scripted-shop.js';
import { ScriptedSqlServer } from '../../support/tds-server/scripted-sql-server.js';

describe('a SQL Server whose certificate a private authority has signed', () => {
  let server: ScriptedSqlServer;
  let folder: string;
  let authority: string;

  beforeAll(async () => {
    const names = ['localhost', 'IP:127.0.0.1'];
    const { key, certificate: cert } = makeCertificate({ subject: 'localhost', names, rsaBits: 2048 });
    server = await ScriptedSqlServer.start({ tables: shopOf(50, 20), certificate: { key, cert, tds: 7 } });
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-authority-'));
    authority = join(folder, 'authority.pem');
    await writeFile(authority, cert);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('is taken by the command line where NODE_EXTRA_CA_CERTS names the authority', async () => {
    const { exitCode, stdout } = await scrubjay(['classify', server.wire.url('shop', 'encrypt=true')], {
      env: { NODE_EXTRA_CA_CERTS: authority },
    });
    expect(stdout).toContain('email-address');
    expect(exitCode).toBe(0);
  });

  it('is refused where it is not known, with what to do', async () => {
    const { exitCode, stderr } = await scrubjay(['classify', server.wire.url('shop', 'encrypt=true')]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
    expect(stderr).not.toContain('p@ss');
  });
});
