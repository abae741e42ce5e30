import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZipFile } from 'yazl';
import { assemblePack, type EvidencePack } from '../../src/domain/evidence/assemble-pack.js';
import { verifyPack } from '../../src/domain/evidence/evidence-manifest.js';
import { parseLabels } from '../../src/domain/classification/labels-file.js';
import { assembleResults } from '../../src/domain/posture/assemble-results.js';
import { signStatement } from '../../src/domain/scrub/attestation/signed-statement.js';
import { printEnvelope } from '../../src/domain/scrub/attestation/dsse-envelope.js';
import { SigningKey } from '../../src/domain/scrub/attestation/ed25519.js';
import { readEvidenceZip, writeEvidenceZip } from '../../src/runs/evidence/evidence-zip.js';
import { type AttestedScrub, attestedScrub } from '../support/attested-scrub.js';
import { finding, shop } from '../posture/findings.js';

const key = new SigningKey(generateKeyPairSync('ed25519').privateKey);
const labelsText = `version: 1
columns:
  public.people.email: { type: email-address, sensitivity: confidential, status: confirmed, by: ann, at: '2026-01-02T00:00:00Z' }
  public.people.note: { type: none, sensitivity: public, status: proposed }
`;

describe('an evidence pack', () => {
  let scrub: AttestedScrub;
  let folder: string;
  let pack: EvidencePack;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-evidence-'));
    scrub = await attestedScrub(
      `create table public.people (id int primary key, email text);
       insert into public.people values (1, 'ann@example.org'), (2, 'bob@example.org')`,
      { 'people.email': 'email-address' },
      'gdpr',
      Buffer.alloc(32, 7),
    );
    pack = make();
  });

  afterAll(async () => {
    await scrub.drop();
    await rm(folder, { recursive: true });
  });

  function make(): EvidencePack {
    const controls = [{ framework: 'iso-27001', id: 'A.8.24' } as const];
    const moment = new Date('2026-01-01T00:00:00Z');
    const results = assembleResults({
      toolVersion: '0.0.0',
      startedAt: moment,
      finishedAt: moment,
      checks: [],
      assets: [shop],
      findings: [finding({ check: 'a', controls }), finding({ check: 'b', controls, outcome: 'fail' })],
      problems: [],
      inventory: 'labels.yaml',
      exceptions: [],
    });
    const attestation = printEnvelope(signStatement(scrub.statement, key));
    return assemblePack(
      [
        { path: 'labels.yaml', about: 'labels', content: labelsText },
        { path: 'attestations/1.json', about: 'attestation', content: attestation },
      ],
      {
        labels: parseLabels(labelsText, 'labels.yaml'),
        policy: { id: 'gdpr', title: 'GDPR', rules: 3 },
        attestations: [{ path: 'attestations/1.json', statement: scrub.statement }],
        results,
      },
      '0.0.0',
      key,
    );
  }

  async function written(name: string): Promise<string> {
    const file = join(folder, name);
    await writeEvidenceZip(file, pack);
    return file;
  }

  it('has the same bytes when it is made again of the same exhibits', async () => {
    const first = await readFile(await written('a.zip'));
    pack = make();
    expect(await readFile(await written('b.zip'))).toEqual(first);
  });

  it('verifies with the key that signed it', async () => {
    const { manifest, signedBy } = verifyPack(await readEvidenceZip(await written('c.zip')), [key.publicKey]);
    expect(signedBy).toEqual([key.id]);
    expect(manifest.files.map(({ path }) => path)).toEqual([
      'attestations/1.json',
      'index.html',
      'labels.yaml',
    ]);
  });

  it('says of each control what speaks for it and what against', () => {
    const states = Object.fromEntries(pack.manifest.controls.map(({ id, state }) => [id, state]));
    expect(states).toMatchObject({
      'A.5.12': 'partly',
      'A.5.13': 'supported',
      'A.8.11': 'supported',
      'A.8.24': 'partly',
      'A.8.31': 'supported',
      'A.8.33': 'supported',
    });
    expect(states['A.8.15']).toBe('no-exhibit');
  });

  it('does not verify when a file was changed, is missing or was added, or with another key', async () => {
    const files = await readEvidenceZip(await written('d.zip'));
    const changed = new Map(files).set('labels.yaml', Buffer.from('version: 1\ncolumns: {}\n'));
    expect(() => verifyPack(changed, [key.publicKey])).toThrow('labels.yaml was changed');
    const missing = new Map([...files].filter(([path]) => path !== 'labels.yaml'));
    expect(() => verifyPack(missing, [key.publicKey])).toThrow('labels.yaml is missing');
    const added = new Map(files).set('more.txt', Buffer.from('x'));
    expect(() => verifyPack(added, [key.publicKey])).toThrow('more.txt is not in the manifest');
    const other = new SigningKey(generateKeyPairSync('ed25519').privateKey);
    expect(() => verifyPack(files, [other.publicKey])).toThrow(/is signed by key/);
  });

  it('holds no value of the data', () => {
    for (const { content } of pack.files) expect(content).not.toMatch(/ann@example|bob@example/);
  });

  it('is not read from what is no zip, or holds a file twice', async () => {
    const file = join(folder, 'not.zip');
    await writeFile(file, 'no zip');
    await expect(readEvidenceZip(file)).rejects.toMatchObject({ code: 'evidence-invalid' });
    const zip = new ZipFile();
    for (const content of ['a', 'b']) zip.addBuffer(Buffer.from(content), 'labels.yaml');
    zip.end();
    const parts: Buffer[] = [];
    for await (const part of zip.outputStream) parts.push(part as Buffer);
    await writeFile(file, Buffer.concat(parts));
    await expect(readEvidenceZip(file)).rejects.toMatchObject({ code: 'evidence-invalid' });
  });
});
