import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { parse } from 'yaml';
import { loadPostgresParser } from '../../src/domain/rewriting/postgres/parser.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import type { Protection } from '../../src/domain/rewriting/rewrite-context.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import { connect } from '../../src/engines/postgres/connection.js';
import { readQueryCatalog } from '../../src/engines/postgres/query-catalog.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

interface ToolQuery {
  readonly tool: string;
  readonly asks: string;
  readonly query: string;
  readonly values?: readonly unknown[];
  /** Code of the refusal; the tool does without. */
  readonly refused?: string;
}

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

describe('what tools ask at their start', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let protection: Protection;

  beforeAll(async () => {
    await loadPostgresParser();
    database = await createDatabase(read('shop.sql'));
    const reader = await connect(database.url, { access: 'read-only' });
    const catalog = await readQueryCatalog(reader);
    await reader.end();
    protection = protect(catalog, { role: 'analyst', access: 'masked', masks: new Map() });
    client = new pg.Client(database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const rewritten = (query: string) =>
    rewrite(query, { protection, names: { searchPath: ['pg_catalog', 'public'], temporary: [] } });

  it.each(parse(read('tool-queries.yaml')) as readonly ToolQuery[])(
    '$tool asks $asks',
    async ({ query, values = [], refused }) => {
      const answer = rewritten(query);
      if (refused !== undefined) {
        expect(answer).toMatchObject({ outcome: 'refused', code: refused });
        return;
      }
      expect(answer).toMatchObject({ outcome: 'rewritten' });
      if (answer.outcome === 'rewritten')
        await client.query(answer.sql, values.length > 0 ? [...values] : undefined);
    },
  );

  it.each([
    ['pg_stat_user_tables', 'n_live_tup', 'relname'],
    ['pg_stat_gssapi', 'principal', 'pid'],
    ['pg_stat_ssl', 'client_dn', 'pid'],
  ])('%s tells what tools need, and not its %s', async (view, hidden, shown) => {
    await client.query('analyze');
    const answer = rewritten(`select ${hidden}::text as hidden, ${shown}::text as shown from ${view}`);
    if (answer.outcome === 'refused') throw new Error(answer.reason);
    const { rows } = await client.query<{ hidden: string | null; shown: string | null }>(answer.sql);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.hidden === null && row.shown !== null)).toBe(true);
  });
});
