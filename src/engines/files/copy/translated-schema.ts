import { type Catalog, printRelationName } from '../../../domain/catalog/catalog.js';
import type { SchemaSections } from '../../schema-statements.js';
import { quoteName } from '../duckdb-sql.js';

/**
 * The tables of another engine's catalog as DuckDB declares them, for the types that their values have in a
 * file; files have no keys.
 */
export function translatedSchema({ engine, tables }: Catalog): SchemaSections {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return {
    preData: [
      ...schemas.map((name) => ({
        makes: `schema ${name}`,
        sql: `create schema if not exists ${quoteName(name)}`,
      })),
      ...tables.map((table) => {
        const columns = table.columns
          .filter(({ generated }) => !generated)
          .map(({ name, type }) => `${quoteName(name)} ${typeOf(type.name)}`);
        return {
          makes: `table ${printRelationName(table)}`,
          sql: `create table ${quoteName(table.schema)}.${quoteName(table.name)} (${columns.join(', ')})`,
        };
      }),
    ],
    sequences: [],
    postData: [],
    leftOut: [
      {
        what: 'keys, constraints, views, functions, triggers and defaults',
        why: `files have none, and they are written in the language of the engine "${engine}"`,
      },
    ],
    extensions: [],
  };
}

/** Lengths are nothing that a file keeps, XML is text, and a time has no places. */
function typeOf(standard: string): string {
  if (/^(character|text|xml|json)/.test(standard)) return 'varchar';
  return standard.replace(/^(time|timestamp)\(\d\)/, '$1').replace('double precision', 'double');
}
