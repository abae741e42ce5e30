import type { WordLists } from '../masking/word-lists.js';
import { protectPostgres } from './postgres/protect-postgres.js';
import type { QueryCatalog } from './query-catalog.js';
import { protectTsql } from './tsql/protect-tsql.js';
import type { Protection, RoleView } from './rewrite-context.js';

/**
 * Works out what a role may see of a data source. Costs milliseconds: keep the result, and make a new
 * one when the catalog or the policy changes. `loadPostgresParser` or `loadTsqlParser`
 * comes first.
 * @param words what techniques draw from, where the sessions that run the queries hold `wordSettings`
 */
export function protect(catalog: QueryCatalog, view: RoleView, words?: WordLists): Protection {
  return catalog.catalog.engine === 'sqlserver'
    ? protectTsql(catalog, view)
    : protectPostgres(catalog, view, words);
}
