import { join } from 'node:path';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { packageRoot } from '../../src/package-root.js';
import { atLeast, atMost, type Bench, type BenchOptions } from '../claim.js';
import type { Answer, MaskedClient } from '../masking/masking-gateway.js';
import { loadMaskingSet } from '../masking/masking-set.js';
import { QueryGenerator } from './query-generator.js';
import { TwinDatabases } from './twin-databases.js';

const ownSet = join(packageRoot, 'bench', 'masking', 'set');

/** A part that CI runs; a million are run in parts, each with a seed of its own. */
const QUERIES = 20_000;
const QUICK_QUERIES = 4_000;
const SEED = 1;

/**
 * Asks the same random queries of two databases that differ in hidden values alone. Rows, errors, counts and
 * notices have to be the same, or the difference has told something.
 *
 * `SCRUBJAY_FUZZ_SEED` and `SCRUBJAY_FUZZ_QUERIES` choose another part.
 */
export const bench: Bench = async ({ set: folder = ownSet, quick }: BenchOptions) => {
  const seed = Number(process.env.SCRUBJAY_FUZZ_SEED ?? SEED);
  const count = Number(process.env.SCRUBJAY_FUZZ_QUERIES ?? (quick ? QUICK_QUERIES : QUERIES));
  const server = await EmbeddedServer.start({ durability: 'none', settings: { autovacuum: 'off' } });
  try {
    const twins = await TwinDatabases.prepare(loadMaskingSet(folder), server);
    try {
      const { differences, outcomes, masked } = await fuzz(twins, new QueryGenerator(seed), count);
      for (const query of differences.slice(0, 20)) console.log(`DIFFERS  ${query}`);
      const spread = Object.entries(outcomes).map(([outcome, times]) => `${times} ${outcome}`);
      console.log(
        `seed ${seed}: ${count} queries, ${spread.join(', ')}; ${masked} through masks; ${differences.length} differences`,
      );
      return [
        atMost('queries whose answers tell hidden values apart', differences.length, 0, 'count'),
        // A fuzzer whose queries are all refused would find nothing.
        atLeast('queries that answer with rows', (outcomes.rows ?? 0) / count, 0.25, 'share'),
      ];
    } finally {
      await twins.close();
    }
  } finally {
    await server.stop();
  }
};

interface Findings {
  readonly differences: readonly string[];
  readonly outcomes: Readonly<Record<string, number>>;
  readonly masked: number;
}

async function fuzz(twins: TwinDatabases, generator: QueryGenerator, count: number): Promise<Findings> {
  const differences: string[] = [];
  const outcomes: Record<string, number> = {};
  let masked = 0;
  for (let i = 0; i < count; i++) {
    const query = generator.next();
    const [left, right] = await Promise.all([ask(twins.left, query), ask(twins.right, query)]);
    outcomes[left.outcome] = (outcomes[left.outcome] ?? 0) + 1;
    if (/\*{5}|REDACTED|x@masked\.invalid/.test(left.text)) masked++;
    if (JSON.stringify(left) !== JSON.stringify(right)) differences.push(query);
  }
  return { differences, outcomes, masked };
}

/** A query that fails leaves no transaction behind, and one that writes leaves no rows. */
async function ask(client: MaskedClient, query: string): Promise<Answer> {
  const isWrite = /^(insert|update|delete)/.test(query);
  if (!isWrite) return client.send(query);
  await client.send('begin');
  const answer = await client.send(query);
  await client.send('rollback');
  return answer;
}
