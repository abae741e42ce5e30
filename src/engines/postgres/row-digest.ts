import type pg from 'pg';
import { type Catalog, printRelationName, type RelationName } from '../../domain/catalog/catalog.js';
import type { DigestSeeds, RowDigest } from '../row-source.js';
import { quoteName } from './identifiers.js';
import { atPlaces, own, run } from './row-queries.js';

/**
 * The number of rows, and sums of two hashes of 64 bits over each row's values: neither knows an order. The
 * row's text is hashed as UTF-8, whatever the database's encoding, by PostgreSQL's own hash of bytes, the same
 * on every server of one byte order. Hashes of the values themselves would be cheaper and tell less: that of
 * `bigint` and `timestamp` keeps 32 bits, that of `numeric` no scale, and that of a record adds up its fields',
 * so that values could change their rows. Long values of bytes go in by their SHA-256, since their text has
 * twice their length.
 */
export async function digestRows(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
  columns: readonly string[],
  seeds: DigestSeeds,
  places?: readonly string[],
): Promise<RowDigest> {
  const found = catalog.tables.find(({ schema, name }) => schema === table.schema && name === table.name);
  const values = columns.map((column) => {
    const type = found?.columns.find(({ name }) => name === column)?.type;
    return type?.family === 'binary' && !type.domain ? `sha256(${quoteName(column)})` : quoteName(column);
  });
  // Bytes alone have no hash that may be called; a list of one has.
  const [first, second] = seeds.map((seed) => `coalesce(sum(hash_array_extended(r, ${seed})), 0)`);
  // A row's text tells NULL from nothing, and where one value ends. `offset 0` keeps the planner from putting
  // that text into both sums: to make it is most of the work.
  const { rows } = await run(
    client,
    `select count(*) as n, ${first} as first, ${second} as second
     from (select array[convert_to(row(${values.join(', ')})::text, 'UTF8')] as r
           from ${own(catalog, table)}${atPlaces(places)} offset 0) t`,
    `comparing ${printRelationName(table)}`,
  );
  const [{ n, first: one, second: other }] = rows;
  return [BigInt(n), BigInt(one), BigInt(other)];
}
