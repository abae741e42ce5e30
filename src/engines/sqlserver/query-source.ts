import { loadTsqlParser } from '../../domain/rewriting/tsql/parser.js';
import type { SessionNames } from '../../domain/rewriting/rewrite-context.js';
import {
  type KnownCatalog,
  QueryFailedError,
  type QueryResult,
  type QueryRows,
  type QuerySession,
  type QuerySource,
} from '../query-source.js';
import { connect, type SqlServerConnection, type SqlValue } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { readQueryCatalog } from './query-catalog.js';

/** Queries that the rewriter lets through as a single SELECT: T-SQL has no transaction that cannot write. */
export const sqlServerQueries: QuerySource = {
  async open(location, { keySettings, timeoutMs }) {
    await loadTsqlParser();
    const connection = await connect(location, { statementTimeoutMs: timeoutMs });
    try {
      const catalog = await readQueryCatalog(connection);
      for (const { name, value } of keySettings) {
        const block = `0x${value.slice(2)}`;
        await connection.query(
          `declare @block varbinary(64) = ${block}; exec sp_set_session_context N'${name}', @block, 1`,
        );
      }
      const [{ name }] = await connection.query<{ name: string }>(`select schema_name() as name`);
      return new SqlServerQuerySession(
        connection,
        { stamp: '', catalog },
        { searchPath: [name], temporary: [] },
        timeoutMs,
      );
    } catch (error) {
      connection.close();
      throw translateDriverError(error, 'making ready for a query');
    }
  },
};

class SqlServerQuerySession implements QuerySession {
  readonly known: KnownCatalog;
  readonly names: SessionNames;
  readonly #connection: SqlServerConnection;
  readonly #timeoutMs: number;

  constructor(connection: SqlServerConnection, known: KnownCatalog, names: SessionNames, timeoutMs: number) {
    this.#connection = connection;
    this.known = known;
    this.names = names;
    this.#timeoutMs = timeoutMs;
  }

  async run(sql: string): Promise<QueryResult> {
    const columns = Promise.withResolvers<QueryResult['columns']>();
    const batches = this.#connection.stream(sql, {
      timeoutMs: this.#timeoutMs,
      onColumns: (described) => columns.resolve(described),
    });
    const first = await batches.next().catch(failed);
    if (first.done === true) columns.resolve([]);
    return { columns: await columns.promise, rows: rowsOf(first, batches) };
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}

type Batches = AsyncGenerator<readonly (readonly SqlValue[])[]>;

async function* rowsOf(
  first: Awaited<ReturnType<Batches['next']>>,
  batches: Batches,
): AsyncGenerator<QueryRows> {
  try {
    for (let next = first; next.done !== true; next = await batches.next().catch(failed))
      yield next.value.map((row) => row.map(textOf));
  } finally {
    await batches.return(undefined);
  }
}

function textOf(value: SqlValue): string | null {
  if (value === null) return null;
  if (value instanceof Date) return value.toISOString();
  return Buffer.isBuffer(value) ? `0x${value.toString('hex')}` : String(value);
}

function failed(error: unknown): never {
  const { number, code } = error as { readonly number?: number; readonly code?: string };
  const sentence =
    code === 'ETIMEOUT'
      ? 'the query took too long'
      : "the database refused the query; the server's message is withheld, since it may quote masked values";
  throw new QueryFailedError(String(number ?? code ?? 'unknown'), sentence);
}
