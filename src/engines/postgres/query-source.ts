import type pg from 'pg';
import { wordSettingsIn } from '../../domain/masking/postgres/words.js';
import type { WordLists } from '../../domain/masking/word-lists.js';
import { maskServerError } from '../../domain/rewriting/server-messages.js';
import { loadPostgresParser } from '../../domain/rewriting/postgres/parser.js';
import { wordsStatement } from '../../domain/rewriting/postgres/words-statement.js';
import type { SessionNames } from '../../domain/rewriting/rewrite-context.js';
import {
  type KnownCatalog,
  QueryFailedError,
  type QueryResult,
  type QueryRows,
  type QuerySession,
  type QuerySessionOptions,
  type QuerySource,
} from '../query-source.js';
import { readCatalogStamp } from './catalog-stamp.js';
import { connect } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { readQueryCatalog } from './query-catalog.js';
import { readSessionNames } from './session-names.js';

/** Rows that are fetched at a time: what waits in our memory for whoever reads. */
const ROWS_AT_A_TIME = 500;

/** Queries in a read-only transaction, through a cursor. */
export const postgresQueries: QuerySource = {
  async open(location, options) {
    await loadPostgresParser();
    const client = await connect(location, { access: 'read-only' });
    try {
      const known = await knownCatalog(client, options.known);
      const names = await prepare(client, options);
      return new PostgresQuerySession(client, known, names, options.words);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw translateDriverError(error, 'making ready for a query');
    }
  },
};

async function knownCatalog(client: pg.Client, known: KnownCatalog | undefined): Promise<KnownCatalog> {
  const stamp = await readCatalogStamp(client);
  // Read after its stamp: what changes in between has another stamp, and is read again next time.
  return known?.stamp === stamp ? known : { stamp, catalog: await readQueryCatalog(client) };
}

/** Undoes what suits discovery alone, and brings the session to what masks need. */
async function prepare(
  client: pg.Client,
  { keySettings, timeoutMs }: QuerySessionOptions,
): Promise<SessionNames> {
  await client.query('reset search_path; set row_security = on');
  for (const { name, value } of keySettings)
    await client.query('select set_config($1, $2, false)', [name, value]);
  await client.query('select set_config($1, $2, false)', ['statement_timeout', String(timeoutMs)]);
  await client.query('begin transaction read only');
  return readSessionNames(client);
}

class PostgresQuerySession implements QuerySession {
  readonly known: KnownCatalog;
  readonly names: SessionNames;
  readonly #client: pg.Client;
  readonly #words: WordLists;

  constructor(client: pg.Client, known: KnownCatalog, names: SessionNames, words: WordLists) {
    this.#client = client;
    this.known = known;
    this.names = names;
    this.#words = words;
  }

  async run(sql: string): Promise<QueryResult> {
    const words = wordsStatement(this.#words, wordSettingsIn(sql));
    if (words !== undefined) await this.#client.query(words);
    await this.#ask(`declare scrubjay_query no scroll cursor for ${sql}`);
    const first = await this.#fetch();
    const columns = await this.#describe(first.fields);
    return { columns, rows: this.#rows(first.rows) };
  }

  async close(): Promise<void> {
    // Not `end`, which would wait for what runs.
    (
      this.#client as pg.Client & { readonly connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
    await this.#client.end().catch(() => undefined);
  }

  async *#rows(first: QueryRows): AsyncGenerator<QueryRows> {
    for (let rows = first; rows.length > 0; { rows } = await this.#fetch()) {
      yield rows;
      if (rows.length < ROWS_AT_A_TIME) return;
    }
  }

  #fetch() {
    return this.#ask(`fetch ${ROWS_AT_A_TIME} from scrubjay_query`);
  }

  /** One statement and never more, whatever its text: the extended protocol takes no others. */
  async #ask(text: string): Promise<pg.QueryArrayResult<(string | null)[]>> {
    try {
      return await this.#client.query<(string | null)[]>({
        ...{ text, values: [], rowMode: 'array' },
        queryMode: 'extended',
      } as pg.QueryArrayConfig);
    } catch (error) {
      const { code, message, routine } = error as pg.DatabaseError;
      const masked = maskServerError({
        M: message,
        ...(code === undefined ? {} : { C: code }),
        ...(routine === undefined ? {} : { R: routine }),
      });
      throw new QueryFailedError(masked.C ?? 'XX000', masked.M ?? 'the query failed');
    }
  }

  async #describe(fields: readonly pg.FieldDef[]): Promise<QueryResult['columns']> {
    const { rows } = await this.#client.query<{ type: string }>(
      `select pg_catalog.format_type(oid, null) as type from pg_catalog.unnest($1::oid[]) with ordinality as t(oid, i) order by i`,
      [fields.map(({ dataTypeID }) => dataTypeID)],
    );
    return fields.map(({ name }, i) => ({ name, type: rows[i].type }));
  }
}
