import type pg from 'pg';
import {
  type Catalog,
  type Column,
  printRelationName,
  type RelationName,
} from '../../domain/catalog/catalog.js';
import type { ColumnType } from '../../domain/catalog/column-type.js';
import type { DigestSeeds, RowDigest } from '../row-source.js';
import { translateDriverError } from './driver-errors.js';
import { quoteName } from './identifiers.js';
import { own, run } from './own-rows.js';
import { atPlaces } from './row-streams.js';

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
  const values = columns.map((column) =>
    digested(quoteName(column), found?.columns.find(({ name }) => name === column)?.type),
  );
  const from = `${own(catalog, table)}${atPlaces(places)}`;
  const { rows } = await run(client, digestSql(values, from, seeds), `comparing ${printRelationName(table)}`);
  return digestFrom(rows[0]);
}

/** The same of values that are no rows yet: each is brought to its column's type, as a copy brings it. */
export async function digestValues(
  client: pg.ClientBase,
  columns: readonly Pick<Column, 'name' | 'type'>[],
  values: readonly (readonly (string | null)[])[],
  seeds: DigestSeeds,
): Promise<RowDigest> {
  const kept = columns.map(({ type }, i) => digested(`v${i}::${type.name}`, type));
  const given = columns.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const from = `unnest(${given}) u (${columns.map((_, i) => `v${i}`).join(', ')})`;
  try {
    const { rows } = await client.query<Record<string, string>>(digestSql(kept, from, seeds), [...values]);
    return digestFrom(rows[0]);
  } catch (error) {
    throw translateDriverError(error, `comparing ${columns.map(({ name }) => name).join(', ')}`);
  }
}

function digested(value: string, type: ColumnType | undefined): string {
  return type?.family === 'binary' && !type.domain ? `sha256(${value})` : value;
}

function digestSql(values: readonly string[], from: string, seeds: DigestSeeds): string {
  // Bytes alone have no hash that may be called; a list of one has.
  const [first, second] = seeds.map((seed) => `coalesce(sum(hash_array_extended(r, ${seed})), 0)`);
  // A row's text tells NULL from nothing, and where one value ends. `offset 0` keeps the planner from putting
  // that text into both sums: to make it is most of the work.
  return `select count(*) as n, ${first} as first, ${second} as second
     from (select array[convert_to(row(${values.join(', ')})::text, 'UTF8')] as r from ${from} offset 0) t`;
}

/** The driver gives numbers of any size as texts. */
function digestFrom({ n, first, second }: Readonly<Record<string, string>>): RowDigest {
  return [BigInt(n), BigInt(first), BigInt(second)];
}
