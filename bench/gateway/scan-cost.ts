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
import { median } from '../median.js';

const query = 'select * from people';

export interface ScanCost {
  /** Times the unmasked scan. */
  readonly ratio: number;
  /** The same of `least`: the physical limit. */
  readonly limit: number;
  readonly least: string;
}

/** What one masked column costs, by what it is: time in the database of a full scan, times the unmasked scan. */
export async function scanCosts(url: string, rounds: number): Promise<ReadonlyMap<string, ScanCost>> {
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
    const costs = new Map<string, ScanCost>();
    for (const { title, technique, options, least } of techniques) {
      const masks = new Map([['public.people.email', maskOf(technique, options)]]);
      const rewriting = rewrite(query, {
        protection: protect(catalog, { role: 'analyst', access: 'masked', masks }),
        names,
      });
      if (rewriting.outcome === 'refused') throw new Error(`${technique}: ${rewriting.reason}`);
      const ratios: number[] = [];
      const limits: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const plain = await executionMs(client, query);
        const masked = await executionMs(client, rewriting.sql);
        const limit = await executionMs(client, scanOf(least));
        // The first warms the caches.
        if (round === 0) continue;
        ratios.push(masked / plain);
        limits.push(limit / plain);
      }
      costs.set(title, { ratio: median(ratios), limit: median(limits), least });
    }
    return costs;
  } finally {
    await client.end();
  }
}

/** Each with the least that a server has to compute for it, in place of the column. */
const techniques = [
  {
    ...{ title: 'partial column that tells the length', technique: 'partial', least: 'left(email, 1)' },
    options: { keepStart: 1, keepEnd: 0 },
  },
  {
    ...{ title: 'partial column', technique: 'partial', least: 'left(email, 1)' },
    options: { keepStart: 1, keepEnd: 0, coverLength: 5 },
  },
  { title: 'null column', technique: 'null', options: {}, least: 'null::text' },
  { title: 'keyed-hash column', technique: 'keyed-hash', options: {}, least: 'sha256(email::bytea)' },
] as const;

function scanOf(expression: string): string {
  return `select id, ${expression} as email, name, phone, city, created, note, amount from people`;
}

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
