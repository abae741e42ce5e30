import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allChecks } from '../../../src/domain/posture/all-checks.generated.js';
import { parseLabels } from '../../../src/domain/classification/labels-file.js';
import { type Declarations, declarationsSchema } from '../../../src/domain/posture/facts/declarations.js';
import { labelledColumns } from '../../../src/domain/posture/facts/labelled-column.js';
import type { PostureResults } from '../../../src/domain/posture/posture-results.js';
import { readChecks } from '../../../src/rules/read-checks.js';
import { runPosture } from '../../../src/runs/posture/posture-run.js';
import { scrubjay } from '../../support/scrubjay-command.js';
import { FaultyServer } from './faulty-server.js';

/** Why a check cannot be taken from fail to pass on the server that comes with the package; facts.test.ts asks it. */
const elsewhere = new Map([
  ['pg-audit-ext', 'the package has no pgaudit'],
  ['pg-checksums', 'the package has no pg_checksums'],
  [
    'pg-log-files',
    'the embedded server is started by what it says on standard error, so it cannot collect its log',
  ],
  ['pg-tde-archive-clear', 'the package has no pg_tde'],
  ['pg-tde-cipher', 'the package has no pg_tde'],
  ['pg-tde-enforce', 'the package has no pg_tde'],
  ['pg-tde-keyprovider', 'the package has no pg_tde'],
  ['pg-tde-wal', 'the package has no pg_tde'],
  ['pg-archive-target', 'the package has no archiver that encrypts'],
  ['pg-eol', 'mended by another server'],
  ['pg-managed-evidence', 'no provider manages it'],
  ['label-lower-env-same', 'mended by a scrub: lower-environment.test.ts'],
  ['label-no-mask-policy', 'mended in the policy, not on the server'],
  ...(FaultyServer.networkAddress === undefined
    ? [['pg-clear-sessions', 'this machine has no network address'] as const]
    : []),
]);

const cases = allChecks.filter(({ id, on }) => on === 'postgres' && !elsewhere.has(id)).map(({ id }) => id);

describe('on a server with every fault', () => {
  let server: FaultyServer;
  let folder: string;
  let before: PostureResults;
  let after: PostureResults;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-labels-'));
    await writeFile(
      join(folder, 'labels.yaml'),
      await readFile(join(import.meta.dirname, 'labels.yaml'), 'utf8'),
    );
    server = await FaultyServer.start();
    before = await look({});
    const declared: Record<string, unknown> = {};
    for (const { check, outcome, remedy } of before.findings) {
      if (!isBad(outcome) || elsewhere.has(check)) continue;
      if (remedy.language === 'yaml') Object.assign(declared, parse(remedy.steps.join('\n')));
      else if (remedy.steps[0].startsWith('scrubjay ')) await runCommands(remedy.steps);
      else if (remedy.language !== 'procedure') await server.carryOut(remedy);
    }
    await server.restart();
    after = await look(declared);
  }, 120_000);

  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(cases)('%s fails, its remedy is carried out as printed, and it passes', (check) => {
    const found = before.findings.filter((finding) => finding.check === check && isBad(finding.outcome));
    expect(found).not.toEqual([]);
    const still = after.findings
      .filter((finding) => finding.check === check && isBad(finding.outcome))
      .map(({ subject, outcome, says }) => ({ subject, outcome, says }));
    expect(still).toEqual([]);
  });

  it('asks every PostgreSQL check here or says why it cannot', () => {
    const ids = allChecks.filter(({ on }) => on === 'postgres').map(({ id }) => id);
    expect([...elsewhere.keys()].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('scores higher afterwards', () => {
    expect(before.score.score!).toBeLessThanOrEqual(49);
    expect(after.score.uncapped!).toBeGreaterThan(before.score.uncapped! + 20);
  });

  async function look(declared: Partial<Declarations>): Promise<PostureResults> {
    const text = await readFile(join(folder, 'labels.yaml'), 'utf8');
    return runPosture({
      checks: await readChecks(),
      declarations: declarationsSchema.parse(declared),
      labels: labelledColumns(parseLabels(text, 'labels.yaml')),
      unmaskedColumns: [],
      targets: { location: server.url },
      timeoutMs: 20_000,
      toolVersion: '0.0.0',
      inventory: 'labels.yaml',
    });
  }

  async function runCommands(steps: readonly string[]): Promise<void> {
    for (const step of steps) {
      const words = [...step.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word);
      const { exitCode, stderr } = await scrubjay(words.slice(1), { cwd: folder });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    }
  }
});

function isBad(outcome: string): boolean {
  return outcome === 'fail' || outcome === 'warn' || outcome === 'unknown';
}
