import pg from 'pg';
import { parseTechniqueOptions } from '../../src/domain/masking/technique-registry.js';
import type { ColumnMask } from '../../src/domain/policy/column-mask.js';
import { keySettings } from '../../src/domain/rewriting/key-settings.js';
import { loadPostgresParser } from '../../src/domain/rewriting/postgres/parser.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import { connect } from '../../src/engines/postgres/connection.js';
import { readQueryCatalog } from '../../src/engines/postgres/query-catalog.js';
import { readSessionNames } from '../../src/engines/postgres/session-names.js';

const query = 'select * from people';

/** What one masked column costs, by technique: time in the database of a full scan, times the unmasked scan. */
export async function scanCosts(url: string, rounds: number): Promise<ReadonlyMap<string, number>> {
  await loadPostgresParser();
  const catalogReader = await connect(url, { access: 'read-only' });
  const catalog = await readQueryCatalog(catalogReader);
  await catalogReader.end();
  const client = new pg.Client(url);
  await client.connect();
  try {
    const key = Buffer.alloc(32, 7);
    for (const { name, value } of keySettings(key))
      await client.query('select set_config($1, $2, false)', [name, value]);
    await client.query('set max_parallel_workers_per_gather = 0; set jit = off');
    const names = await readSessionNames(client);
    const costs = new Map<string, number>();
    for (const [technique, options] of techniques) {
      const masks = new Map([['public.people.email', maskOf(technique, options)]]);
      const rewriting = rewrite(query, {
        protection: protect(catalog, { role: 'analyst', access: 'masked', masks }),
        names,
      });
      if (rewriting.outcome === 'refused') throw new Error(`${technique}: ${rewriting.reason}`);
      const ratios: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const plain = await executionMs(client, query);
        const masked = await executionMs(client, rewriting.sql);
        // The first warms the caches.
        if (round > 0) ratios.push(masked / plain);
      }
      costs.set(technique, median(ratios));
    }
    return costs;
  } finally {
    await client.end();
  }
}

const techniques = [
  ['partial', { keepStart: 1, keepEnd: 0 }],
  ['null', {}],
  ['keyed-hash', {}],
] as const;

function maskOf(technique: string, options: object): ColumnMask {
  return {
    column: { schema: 'public', table: 'people', column: 'email' },
    informationType: 'email-address',
    sensitivity: 'confidential',
    technique,
    options: parseTechniqueOptions(technique, options),
    domain: 'email-address',
    because: 'the bench says so',
  };
}

/** As the server measures it, rows turned into text and none of them sent. */
async function executionMs(client: pg.Client, sql: string): Promise<number> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, timing off, serialize text) ${sql}`,
  );
  const line = rows.map((row) => row['QUERY PLAN']).find((text) => text.startsWith('Execution Time'))!;
  return Number(/([\d.]+) ms/.exec(line)![1]);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
