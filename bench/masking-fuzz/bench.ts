import { join } from 'node:path';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { packageRoot } from '../../src/package-root.js';
import { atLeast, atMost, type Bench, type BenchOptions } from '../claim.js';
import { loadMaskingSet } from '../masking/masking-set.js';
import { QueryGenerator, randomFrom } from './query-generator.js';
import { TwinDatabases } from './twin-databases.js';
import { askSomehow } from './ways-of-asking.js';

const ownSet = join(packageRoot, 'bench', 'masking', 'set');

/** A part that CI runs; a million are run in parts, each with a seed of its own. */
const QUERIES = 20_000;
const QUICK_QUERIES = 4_000;
const SEED = 1;

/** Pairs of databases that are asked at the same time: much of the time is waiting. */
const PAIRS = 4;

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
    const twins = await TwinDatabases.prepare(loadMaskingSet(folder), server, PAIRS);
    try {
      const { differences, outcomes, masked } = await fuzz(twins, seed, count);
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
      await Promise.all(twins.map((pair) => pair.close()));
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

async function fuzz(twins: readonly TwinDatabases[], seed: number, count: number): Promise<Findings> {
  const generator = new QueryGenerator(seed);
  const random = randomFrom(seed ^ 0x5bd1e995);
  const differences: string[] = [];
  const outcomes: Record<string, number> = {};
  let masked = 0;
  let left = count;
  const askPair = async (pair: TwinDatabases): Promise<void> => {
    while (left-- > 0) {
      const [query, choice] = [generator.next(), random()];
      const [one, other] = await Promise.all([
        askSomehow(pair.left, query, choice),
        askSomehow(pair.right, query, choice),
      ]);
      const outcome =
        ['denied', 'error'].find((kind) => one.some((answer) => answer.outcome === kind)) ?? 'rows';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (one.some(({ text }) => /\*{5}|REDACTED|x@masked\.invalid/.test(text))) masked++;
      if (JSON.stringify(one) !== JSON.stringify(other)) differences.push(query);
    }
  };
  await Promise.all(twins.map(askPair));
  return { differences, outcomes, masked };
}
