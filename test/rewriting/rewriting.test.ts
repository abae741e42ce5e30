import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { parse } from 'yaml';
import { parseNameParts } from '../../src/domain/catalog/catalog.js';
import { parseTechniqueOptions } from '../../src/domain/masking/technique-registry.js';
import type { ColumnMask } from '../../src/domain/policy/column-mask.js';
import { loadPostgresParser } from '../../src/domain/rewriting/postgres/parser.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import type { Protection, SessionNames } from '../../src/domain/rewriting/rewrite-context.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import type { Refused } from '../../src/domain/rewriting/rewriting.js';
import { connect } from '../../src/engines/postgres/connection.js';
import { readQueryCatalog } from '../../src/engines/postgres/query-catalog.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

interface RewritingCase {
  readonly says: string;
  readonly query: string;
  /** Schemas searched, after pg_catalog; `shop` when absent. */
  readonly path?: readonly string[];
  /** The text that is sent; `{customers}` stands for the masked subquery of that table. */
  readonly becomes?: string;
  readonly unchanged?: true;
  /** Columns that pass through a mask, where the text itself is of no interest. */
  readonly masks?: readonly string[];
  /** `code`, or `code: words of the reason`. */
  readonly refused?: string;
  /** The text that is proposed in place of a refused one; `null` for none. */
  readonly instead?: string | null;
}

const folder = join(import.meta.dirname, 'cases');
const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

let database: TestDatabase;
let protection: Protection;
let subqueries: ReadonlyMap<string, string>;

beforeAll(async () => {
  await loadPostgresParser();
  database = await createDatabase(read('shop.sql'));
  const client = await connect(database.url, { access: 'read-only' });
  const catalog = await readQueryCatalog(client);
  await client.end();
  protection = protect(catalog, { role: 'analyst', access: 'masked', masks: masksOf(read('policy.yaml')) });
  subqueries = new Map(['customers', 'newsletter', 'payments'].map((name) => [name, subqueryOf(name)]));
});

afterAll(() => database.drop());

describe.each(readdirSync(folder).map((file) => file.replace('.yaml', '')))('rewriting: %s', (file) => {
  const cases = parse(readFileSync(join(folder, `${file}.yaml`), 'utf8')) as readonly RewritingCase[];

  it.each(cases)('$says', (one) => {
    const answer = rewrite(one.query, { protection, names: namesOf(one) });
    if (one.refused !== undefined) {
      const [code, words = ''] = one.refused.split(/: ?/);
      expect(answer).toMatchObject({
        outcome: 'refused',
        code,
        reason: expect.stringContaining(words) as string,
      });
      const { instead } = answer as Refused;
      if (one.instead !== undefined) expect(instead ?? null).toBe(one.instead);
      if (instead !== undefined)
        expect(rewrite(instead, { protection, names: namesOf(one) }).outcome).toBe('rewritten');
      return;
    }
    expect(answer).toMatchObject({ outcome: 'rewritten' });
    if (answer.outcome !== 'rewritten') return;
    if (one.unchanged) expect(answer.sql).toBe(one.query);
    if (one.becomes !== undefined) expect(answer.sql).toBe(filled(one.becomes));
    if (one.masks) expect(answer.statements.flatMap(({ maskedColumns }) => maskedColumns)).toEqual(one.masks);
  });
});

describe('a refusal', () => {
  it('proposes texts that the database takes once they are rewritten', async () => {
    const cases = parse(readFileSync(join(folder, 'instead.yaml'), 'utf8')) as readonly RewritingCase[];
    // COPY needs a client that reads its stream.
    const proposed = cases.filter(({ instead }) => instead && !instead.startsWith('copy'));
    expect(proposed.length).toBeGreaterThan(10);
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      for (const one of proposed) {
        const answer = rewrite(one.instead!, { protection, names: namesOf(one) });
        if (answer.outcome !== 'rewritten') throw new Error(one.says);
        await client.query('begin');
        await client.query(`set local search_path = ${(one.path ?? ['shop']).join(', ')}`);
        await client.query(answer.sql);
        await client.query('rollback');
      }
    } finally {
      await client.end();
    }
  });

  it('says where the construct stands, in characters', () => {
    const answer = rewrite("select 'é', find_email(3)", { protection, names: namesOf({}) });
    expect(answer).toMatchObject({ outcome: 'refused', code: 'function', position: 13 });
  });

  it('answers any text, and never throws', () => {
    for (const text of [
      '',
      ';;',
      'select',
      `select ${'('.repeat(50_000)}`,
      'select \0 1',
      `select ${'1 + '.repeat(5000)} 1`,
    ])
      expect(['refused', 'rewritten']).toContain(rewrite(text, { protection, names: namesOf({}) }).outcome);
  });
});

function namesOf({ path = ['shop'] }: Pick<RewritingCase, 'path'>): SessionNames {
  return {
    searchPath: ['pg_catalog', ...path],
    temporary: [{ schema: 'pg_temp', name: 'mine', columns: [] }],
  };
}

function filled(becomes: string): string {
  return becomes.replace(/\{(\w+)\}/g, (_, name: string) => subqueries.get(name)!);
}

function subqueryOf(table: string): string {
  const answer = rewrite(`select * from shop.${table}`, { protection, names: namesOf({}) });
  if (answer.outcome !== 'rewritten') throw new Error(`${table} cannot be masked`);
  return /from (\(.*\)) as /s.exec(answer.sql)![1];
}

function masksOf(text: string): ReadonlyMap<string, ColumnMask> {
  const entries = parse(text) as Readonly<Record<string, { technique: string; options?: unknown }>>;
  return new Map(
    Object.entries(entries).map(([printed, { technique, options }]) => {
      const [schema, table, column] = parseNameParts(printed)!;
      return [
        printed,
        {
          column: { schema, table, column },
          informationType: 'unknown',
          sensitivity: 'confidential',
          technique,
          options: parseTechniqueOptions(technique, options),
          domain: 'test',
          because: 'policy.yaml',
        },
      ];
    }),
  );
}
