import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { packageRoot } from '../../src/package-root.js';
import { atLeast, atMost, type Bench, type BenchOptions, type Claim } from '../claim.js';
import { loadMaskingSet } from './masking-set.js';
import { runTsqlCases } from './run-tsql.js';
import { type CaseResult, runPostgresCases } from './run-postgres.js';

const ownSet = join(packageRoot, 'bench', 'masking', 'set');

/**
 * Runs queries that try to see masked values, and queries that must keep working, through the gateway in
 * front of a real PostgreSQL, and scores them with the set's own scorer. T-SQL cases are judged on the decision.
 */
export const bench: Bench = async ({ set: folder = ownSet }: BenchOptions) => {
  const set = loadMaskingSet(folder);
  const server = await EmbeddedServer.start({ durability: 'none' });
  try {
    return [
      ...(await score(folder, 'tsql', await runTsqlCases(set))),
      ...(await score(folder, 'postgres', await runPostgresCases(set, server))),
    ];
  } finally {
    await server.stop();
  }
};

interface Score {
  readonly cases: number;
  readonly leaks: number;
  readonly missing: number;
  readonly utility: number;
}

async function score(
  folder: string,
  dialect: string,
  results: readonly CaseResult[],
): Promise<readonly Claim[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'scrubjay-masking-'));
  try {
    const file = join(scratch, 'results.jsonl');
    await writeFile(file, results.map((result) => JSON.stringify(result)).join('\n'));
    const report = await runScorer(folder, file, dialect);
    console.log(report);
    const { leaks, missing, utility } = readReport(report);
    return [
      atMost(`${dialect}: cases that leak`, leaks, 0, 'count'),
      atMost(`${dialect}: cases without a result`, missing, 0, 'count'),
      atLeast(`${dialect}: useful queries that run and are right`, utility, 0.97, 'share'),
    ];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The scorer ends with 1 on a leak; its report says the same. */
function runScorer(folder: string, results: string, dialect: string): Promise<string> {
  const args = [
    join(ownSet, 'score.mjs'),
    ...['--cases', join(folder, 'cases.jsonl'), '--policy', join(folder, 'policy.json')],
    ...['--results', results, '--dialect', dialect],
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      stdout === '' ? reject(new Error(`the scorer failed: ${stderr}`, { cause: error })) : resolve(stdout),
    );
  });
}

function readReport(report: string): Score {
  const line = /(\d+) cases: \d+ correct, (\d+) leaks, .*, (\d+) missing; utility ([\d.]+) %/.exec(report);
  if (!line) throw new Error('the scorer wrote no summary');
  const [cases, leaks, missing, percent] = line.slice(1).map(Number);
  return { cases, leaks, missing, utility: percent / 100 };
}
