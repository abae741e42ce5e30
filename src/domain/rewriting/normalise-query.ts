import { normaliseStatement } from './postgres/normalise-statement.js';
import { normaliseTsql } from './tsql/normalise-tsql.js';

/** A query as an audit may keep it: literals are `?`, comments are gone. What cannot be read is not kept at all. */
export function normaliseQuery(engine: string, sql: string): string {
  return engine === 'sqlserver' ? normaliseTsql(sql) : normaliseStatement(sql);
}
