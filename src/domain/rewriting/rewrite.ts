import { rewritePostgres } from './postgres/rewrite-postgres.js';
import { rewriteTsql } from './tsql/rewrite-tsql.js';
import type { RewriteContext } from './rewrite-context.js';
import type { Rewriting } from './rewriting.js';

/**
 * Turns a query of a role into one that shows masked values wherever masked columns are referenced, or
 * refuses it. Never throws for anything that a client can send.
 *
 * The parsers are WebAssembly: `await loadPostgresParser()` or `loadTsqlParser()` once before the first call.
 */
export function rewrite(sql: string, context: RewriteContext): Rewriting {
  const { engine } = context.protection.catalog.catalog;
  if (engine === 'postgres') return rewritePostgres(sql, context);
  if (engine === 'sqlserver') return rewriteTsql(sql, context);
  return { outcome: 'refused', code: 'statement', reason: `queries of '${engine}' cannot be masked` };
}
