import type pg from 'pg';
import type { Catalog, RelationName } from '../../domain/catalog/catalog.js';
import { translateDriverError } from './driver-errors.js';
import { quoteRelation } from './identifiers.js';

/** A partitioned table with its partitions; any other table without its children. */
export function own(catalog: Catalog, table: RelationName): string {
  const found = catalog.tables.find(({ schema, name }) => schema === table.schema && name === table.name);
  return found?.kind === 'partitioned' ? quoteRelation(table) : `only ${quoteRelation(table)}`;
}

/** Runs SQL; what the driver says of a failure is translated, with what was being done. */
export async function run(
  client: pg.ClientBase,
  sql: string,
  doing: string,
): Promise<pg.QueryResult<Record<string, string>>> {
  try {
    return await client.query<Record<string, string>>(sql);
  } catch (error) {
    throw translateDriverError(error, doing);
  }
}
