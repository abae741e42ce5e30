import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZipFile } from 'yazl';
import { assemblePack, type EvidencePack } from '../../src/domain/evidence/assemble-pack.js';
import { verifyPack } from '../../src/domain/evidence/evidence-manifest.js';
import { CHAIN_START, hashOf } from '../../src/domain/audit/audit-chain.js';
import { verifyExhibits } from '../../src/domain/evidence/verify-exhibits.js';
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

  it('proves its attestations by keys that are trusted, or that lie beside them', async () => {
    const attestation = pack.files.find(({ path }) => path === 'attestations/1.json')!.content;
    const other = new SigningKey(generateKeyPairSync('ed25519').privateKey);
    const files = (publicKey?: string) =>
      new Map([
        ['attestations/1.json', attestation],
        ...(publicKey === undefined ? [] : [['attestations/1.json.pub', publicKey] as const]),
      ]);
    const signature = async (...asked: Parameters<typeof verifyExhibits>) =>
      (await verifyExhibits(...asked)).attestations.map((each) => each.signature);
    expect(await signature(files(), [key.publicKey])).toEqual(['trusted']);
    expect(await signature(files(key.publicKeyPem), [other.publicKey])).toEqual(['own-key']);
    expect(await signature(files(), [])).toEqual(['no-key']);
    await expect(verifyExhibits(files(other.publicKeyPem), [])).rejects.toMatchObject({
      code: 'evidence-invalid',
    });
    const [head, tail] = [attestation.slice(0, 200), attestation.slice(201)];
    const forged = new Map([
      ['attestations/1.json', `${head}${attestation[200] === 'A' ? 'B' : 'A'}${tail}`],
    ]);
    await expect(verifyExhibits(forged, [key.publicKey])).rejects.toMatchObject({ code: 'evidence-invalid' });
  });

  describe('with an audit log', () => {
    const log = (): string[] => {
      let previousHash: Buffer = CHAIN_START;
      return ['scan.started', 'label.decided', 'scrub-run.published'].map((action, i) => {
        const event = {
          ...{ tenantId: '01a2157d-d062-7102-963c-06b9b957f57d', sequence: i + 1, at: new Date(1e12 + i) },
          ...{ actor: 'ann', action, subject: 'x:1', details: { b: 1, a: [2] }, previousHash },
        };
        const hash = hashOf(event);
        previousHash = hash;
        const hex = { previousHash: event.previousHash.toString('hex'), hash: hash.toString('hex') };
        return JSON.stringify({ ...event, ...hex });
      });
    };
    const verify = (lines: readonly string[]) =>
      verifyExhibits(new Map([['audit.jsonl', `${lines.join('\n')}\n`]]), []);

    it('follows its chain', async () => {
      expect((await verify(log())).audit).toEqual({ events: 3 });
    });

    it.each([
      ['an event was changed', (lines: string[]) => [lines[0], lines[1].replace('ann', 'bob'), lines[2]]],
      ['an event was taken out', (lines: string[]) => [lines[0], lines[2]]],
      ['it does not begin at the first event', (lines: string[]) => lines.slice(1)],
      ['two events changed places', (lines: string[]) => [lines[1], lines[0], lines[2]]],
      ['a line is no event', (lines: string[]) => [lines[0], '{"sequence": "ann"}']],
      ['a line is no JSON', (lines: string[]) => [lines[0], 'ann@example.org']],
    ])('does not verify when %s, and quotes nothing of it', async (_, change) => {
      const broken = verify(change(log()));
      await expect(broken).rejects.toMatchObject({ code: 'evidence-invalid' });
      await expect(broken).rejects.not.toThrow(/ann|bob/);
    });
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
