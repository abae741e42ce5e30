import type pg from 'pg';
import { printRelationName, type RelationName } from '../../domain/catalog/catalog.js';
import type { LookUp } from '../../domain/scrub/look-ups.js';
import type { KeyPart } from '../../domain/scrub/subset/subset-links.js';
import type { CopyFormat, RowRange, RowStream } from '../row-source.js';
import { CopyOutQuery } from './copy-out-query.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteNames, quoteRelation } from './identifiers.js';
import { run } from './own-rows.js';
import type { SessionPool } from './session-pool.js';

/** Streams columns of one table's own rows; children and partitions are tables of their own. */
export async function copyOut(
  pool: SessionPool,
  table: RelationName,
  columns: readonly string[],
  format: CopyFormat,
  range?: RowRange,
): Promise<RowStream> {
  const client = await pool.take();
  const rows = range ? `(${rangeQuery(table, columns, range)})` : wholeTable(table, columns);
  const copy = client.query(new CopyOutQuery(`copy ${rows} to stdout (format ${format})`));
  return new PooledRows(copy, client, pool, `reading ${printRelationName(table)}`);
}

/** Rows from a session that is given back behind the last of them, and ended when they are given up. */
class PooledRows implements RowStream {
  readonly #copy: CopyOutQuery;
  readonly #client: pg.Client;
  readonly #pool: SessionPool;
  readonly #doing: string;
  #isOver = false;

  constructor(copy: CopyOutQuery, client: pg.Client, pool: SessionPool, doing: string) {
    this.#copy = copy;
    this.#client = client;
    this.#pool = pool;
    this.#doing = doing;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.#copy) yield chunk;
      this.#isOver = true;
      this.#pool.giveBack(this.#client);
    } catch (error) {
      throw translateDriverError(error, this.#doing);
    } finally {
      this.destroy();
    }
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // The server is still sending.
    this.#pool.discard(this.#client);
  }
}

function wholeTable(table: RelationName, columns: readonly string[]): string {
  return `${quoteRelation(table)}${columns.length === 0 ? '' : ` (${quoteNames(columns)})`}`;
}

/** A range of pages, which the server reads without looking at the others (from version 14 on). */
function rangeQuery(table: RelationName, columns: readonly string[], { from, to }: RowRange): string {
  return `select ${quoteNames(columns)} from only ${quoteRelation(table)} where ${pagesOf('ctid', { from, to })}`;
}

/** True for rows of a range of pages. */
export function pagesOf(place: string, { from, to }: RowRange): string {
  const upTo = to === undefined ? '' : ` and ${place} < '(${to},0)'`;
  return `${place} >= '(${from},0)'${upTo}`;
}

/**
 * Ranges of pages of like number. A row keeps its place for those who see it: what changes it after the
 * snapshot is written elsewhere, and the lock of the source keeps away what would write the table anew.
 */
export async function splitPages(
  client: pg.ClientBase,
  table: RelationName,
  parts: number,
): Promise<readonly RowRange[]> {
  const { rows } = await run(
    client,
    `select pg_relation_size(${quoteLiteral(quoteRelation(table))}::regclass) / current_setting('block_size')::bigint as pages,
            current_setting('server_version_num')::integer >= 140000 as ranges`,
    `dividing ${printRelationName(table)}`,
  );
  const pages = Number(rows[0].pages);
  const count = rows[0].ranges === 't' ? Math.max(1, Math.min(parts, pages)) : 1;
  const edges = Array.from({ length: count }, (_, i) => Math.floor((pages * i) / count));
  return edges.map((from, i) => (i + 1 < count ? { from, to: edges[i + 1] } : { from }));
}

/** Streams where each row is, whether a condition holds for it, and its keys as texts. */
export function copyKeys(
  pool: SessionPool,
  table: RelationName,
  keys: readonly KeyPart[],
  start: string,
): Promise<RowStream> {
  const fields = ['ctid', `coalesce((${start}), false)`, ...keys.map(keyText)];
  return streamQuery(pool, table, `select ${fields.join(', ')} from only ${quoteRelation(table)}`);
}

function keyText({ column, as, ignoresCase, inside, when }: KeyPart): string {
  const name = quoteName(column);
  const path = inside?.path === undefined ? undefined : quoteLiteral(inside.path);
  const texts = path
    ? `(select array_agg(v #>> '{}') from jsonb_path_query(${name}::jsonb, ${path}::jsonpath) v)`
    : inside
      ? `(select array_agg(v::text) from unnest(${name}) v)`
      : `${as === undefined ? name : `${name}::${as}`}::text`;
  const text = ignoresCase ? `lower(${texts})` : texts;
  return when
    ? `case when ${quoteName(when.column)}::text = ${quoteLiteral(when.equals)} then ${text} end`
    : text;
}

/** Streams the rows at these places, which the server finds without looking at others. */
export function copyPlaces(
  pool: SessionPool,
  table: RelationName,
  columns: readonly string[],
  places: readonly string[],
): Promise<RowStream> {
  const query = `select ${quoteNames(columns)} from only ${quoteRelation(table)}${atPlaces(places)}`;
  return streamQuery(pool, table, query);
}

/** Streams rows with values of those that they refer to, by left joins: a key refers to one row at most. */
export function copyOutWith(
  pool: SessionPool,
  table: RelationName,
  columns: readonly string[],
  lookUps: readonly LookUp[],
  { range, places }: { readonly range?: RowRange; readonly places?: readonly string[] },
): Promise<RowStream> {
  const joins = Map.groupBy(lookUps, ({ by, from: { schema, name, key } }) =>
    JSON.stringify([by, schema, name, key]),
  );
  const aliases = [...joins.keys()];
  const fields = [
    ...columns.map((column) => `t.${quoteName(column)}`),
    ...lookUps.map(({ by, from: { schema, name, key, column } }) => {
      const alias = aliases.indexOf(JSON.stringify([by, schema, name, key]));
      return `j${alias}.${quoteName(column)}`;
    }),
  ];
  const joined = [...joins.values()].map(([{ by, from }], i) => {
    const meets = from.key.map((column, k) => `j${i}.${quoteName(column)} = t.${quoteName(by[k])}`);
    return ` left join ${quoteRelation(from)} j${i} on ${meets.join(' and ')}`;
  });
  const rows = range
    ? ` where ${pagesOf('t.ctid', range)}`
    : atPlaces(places).replace('where ctid', 'where t.ctid');
  return streamQuery(
    pool,
    table,
    `select ${fields.join(', ')} from only ${quoteRelation(table)} t${joined.join('')}${rows}`,
  );
}

/** Rows at these places, or all. */
export function atPlaces(places: readonly string[] | undefined): string {
  if (!places) return '';
  return ` where ctid = any (${quoteLiteral(`{${places.map((place) => `"${place}"`).join(',')}}`)}::tid[])`;
}

async function streamQuery(pool: SessionPool, table: RelationName, query: string): Promise<RowStream> {
  const client = await pool.take();
  const copy = client.query(new CopyOutQuery(`copy (${query}) to stdout`));
  return new PooledRows(copy, client, pool, `reading ${printRelationName(table)}`);
}
