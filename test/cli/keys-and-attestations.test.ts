import { createHash, randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAttestation } from '../../src/cli/attestation/attestation-file.js';
import { attestScrub } from '../../src/domain/scrub/attestation/attest-scrub.js';
import { type DsseEnvelope, printEnvelope } from '../../src/domain/scrub/attestation/dsse-envelope.js';
import { signingKeyFromSeed } from '../../src/domain/scrub/attestation/ed25519.js';
import { signStatement } from '../../src/domain/scrub/attestation/signed-statement.js';
import { type AttestedScrub, attestedScrub } from '../support/attested-scrub.js';
import { createDatabase } from '../support/databases.js';
import { scrubjay } from '../support/scrubjay-command.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scrubjay-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

describe('scrubjay key', () => {
  it('makes a masking key, prints its id and never the key', async () => {
    const made = await scrubjay(['key', 'new', at('a.key')]);
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^[\da-f]{16}\n$/) as string });
    expect((await stat(at('a.key'))).mode & 0o777).toBe(0o600);
    const [key] = (await readFile(at('a.key'), 'utf8')).split('\n').filter((line) => /^[\da-f]+$/.test(line));
    const said = [
      made,
      await scrubjay(['key', 'new', at('a.key')]),
      await scrubjay(['key', 'id', at('a.key'), '--json']),
    ];
    said.push(await scrubjay(['key', 'id', '--debug'], { env: { SCRUBJAY_KEY: `${key}00` } }));
    for (const form of [key, Buffer.from(key, 'hex').toString('base64')]) {
      expect(JSON.stringify(said)).not.toContain(form);
    }
    expect(said.map(({ exitCode }) => exitCode)).toEqual([0, 2, 0, 2]);
    const ways: Record<string, string>[] = [{ SCRUBJAY_KEY: key }, { SCRUBJAY_KEY_FILE: at('a.key') }];
    for (const env of ways) {
      expect(await scrubjay(['key', 'id'], { env })).toMatchObject({ exitCode: 0, stdout: made.stdout });
    }
  });

  it('refuses a key file that others can read, and says what to type', async () => {
    await copyFile(at('a.key'), at('open.key'));
    await chmod(at('open.key'), 0o644);
    const { exitCode, stderr } = await scrubjay(['key', 'id', at('open.key')]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`chmod 600 ${at('open.key')}`);
  });

  it('makes a signing key with its public half, and prints the public key of either kind', async () => {
    const { stdout: id } = await scrubjay(['key', 'new', '--signing', at('sign.pem')]);
    expect((await scrubjay(['key', 'id', at('sign.pem')])).stdout).toBe(id);
    expect((await scrubjay(['key', 'id', at('sign.pem.pub')])).stdout).toBe(id);
    const pem = await readFile(at('sign.pem.pub'), 'utf8');
    expect((await scrubjay(['key', 'public', at('sign.pem')])).stdout).toBe(pem);
    expect((await scrubjay(['key', 'public', at('a.key')])).stdout).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  });
});

describe('scrubjay attestation', () => {
  const key = signingKeyFromSeed(randomBytes(32));
  const labels = 'version: 1\ncolumns: {}\n';
  const file = () => at('attestation.json');
  let scrub: AttestedScrub;

  beforeAll(async () => {
    const sql = `
      create table people (id integer primary key, email text);
      insert into people select i, 'ana.' || i || '@corp.example' from generate_series(1, 20) i;
      create table "Odd.Name" (at date);`;
    scrub = await attestedScrub(sql, { 'people.email': 'email-address' }, 'gdpr', randomBytes(32));
    const { predicate, ...rest } = scrub.statement;
    const labelsSha256 = createHash('sha256').update(labels).digest('hex');
    const statement = { ...rest, predicate: { ...predicate, labels: { sha256: labelsSha256 } } };
    await writeAttestation(file(), signStatement(statement, key), key);
    await writeFile(at('trusted.pub'), key.publicKeyPem);
    await writeFile(at('labels.yaml'), labels);
    await writeFile(at('other.yaml'), `${labels}# changed\n`);
  });
  afterAll(() => scrub.drop());

  const verify = (...options: string[]) => scrubjay(['attestation', 'verify', ...options]);
  const trusted = () => ['--public-key', at('trusted.pub')];

  it('verifies with a key that was given', async () => {
    const { exitCode, stdout, stderr } = await verify(file(), ...trusted());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(key.id);
  });

  it('verifies with the key beside it, and says what that is worth', async () => {
    const { exitCode, stderr } = await verify(file());
    expect(exitCode).toBe(0);
    expect(stderr).toContain('not whose it is');
    const { stdout } = await verify(file(), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      holds: true,
      signature: { signedBy: [key.id], trust: 'beside' },
    });
  });

  it('finds out a changed attestation and another signer', async () => {
    const { payload, ...rest } = JSON.parse(await readFile(file(), 'utf8')) as DsseEnvelope;
    const changed = Buffer.from(payload, 'base64').toString().replace('"rows":20', '"rows":21');
    await writeFile(
      at('changed.json'),
      printEnvelope({ ...rest, payload: Buffer.from(changed).toString('base64') }),
    );
    const forged = await verify(at('changed.json'), ...trusted());
    expect(forged).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('attestation-invalid') as string,
    });
    const { exitCode, stderr } = await verify(file(), '--public-key', at('sign.pem.pub'), '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'attestation-other-key' } });
    const both = await verify(file(), '--public-key', at('sign.pem.pub'), ...trusted());
    expect(both.exitCode).toBe(0);
  });

  it('tells which labels and policy were used', async () => {
    const used = await verify(file(), ...trusted(), '--labels', at('labels.yaml'), '--policy', 'gdpr');
    expect(used.exitCode).toBe(0);
    const others = await verify(
      file(),
      ...trusted(),
      '--labels',
      at('other.yaml'),
      '--policy',
      'hipaa',
      '--json',
    );
    expect(others.exitCode).toBe(1);
    expect(JSON.parse(others.stdout)).toMatchObject({
      holds: false,
      comparisons: [
        { subject: 'verification', holds: true },
        { subject: 'labels', holds: false },
        { subject: 'policy', holds: false },
      ],
    });
    expect((await verify(file(), ...trusted(), '--policy', 'nonesuch')).exitCode).toBe(2);
  });

  it('compares with the copy as it is now', async () => {
    const same = await verify(file(), ...trusted(), '--target', scrub.targetUrl);
    expect(same).toMatchObject({ exitCode: 0, stderr: '' });
    const other = await createDatabase('create table people (id integer primary key, email text)');
    try {
      const { exitCode, stdout } = await verify(file(), ...trusted(), '--target', other.url);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('public.people: 20 attested, 0 now');
      expect(stdout).toContain('public."Odd.Name": 0 attested, no such table now');
    } finally {
      await other.drop();
    }
  });

  it('tells of a genuine attestation whose copy did not pass', async () => {
    const failed = attestScrub({
      ...scrub.evidence,
      verification: { ...scrub.evidence.verification, passed: false },
    });
    await writeFile(at('failed.json'), printEnvelope(signStatement(failed, key)));
    const { exitCode, stdout } = await verify(at('failed.json'), ...trusted());
    expect(exitCode).toBe(1);
    expect(stdout).toContain('did not pass');
  });

  it('shows the evidence, and prints the statement for programs', async () => {
    const { exitCode, stdout } = await scrubjay(['attestation', 'show', file()]);
    expect(exitCode).toBe(0);
    for (const shown of [
      'public.people.email',
      'pseudonymise-email',
      'leak-hunt',
      'A.8.11',
      '20 in 2 tables',
      'a review found',
    ]) {
      expect(stdout).toContain(shown);
    }
    const { stdout: json } = await scrubjay(['attestation', 'show', file(), '--json']);
    expect(JSON.parse(json)).toMatchObject({ predicate: { tables: scrub.statement.predicate.tables } });
  });

  it('refuses what is no attestation, or has no key, with the next step', async () => {
    expect(await verify(at('labels.yaml'), ...trusted())).toMatchObject({ exitCode: 2 });
    expect(await verify(at('nowhere.json'), ...trusted())).toMatchObject({ exitCode: 2 });
    expect(await verify(file(), '--public-key', at('sign.pem'))).toMatchObject({ exitCode: 2 });
    const { exitCode, stderr } = await verify(at('failed.json'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--public-key');
  });
});
