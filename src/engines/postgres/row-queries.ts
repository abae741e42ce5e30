import type pg from 'pg';
import {
  printRelationName,
  type Catalog,
  type CheckConstraint,
  type ForeignKey,
  type RelationName,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import type { LookUp } from '../../domain/scrub/look-ups.js';
import type { KeyPart } from '../../domain/scrub/subset/subset-links.js';
import type { CopyFormat, RowGroups, RowRange, RowStream } from '../row-source.js';
import type { OrphanRemedy } from '../scrub-target.js';
import { CopyOutQuery } from './copy-out-query.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteNames, quoteRelation } from './identifiers.js';
import { excerpt } from './sampling.js';
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

export async function countRows(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
): Promise<number> {
  return count(
    client,
    `select count(*) as n from ${own(catalog, table)}`,
    `counting ${printRelationName(table)}`,
  );
}

/** Rows whose key is set and refers to nothing; under MATCH FULL, half-set keys too. */
export async function countOrphans(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
  key: ForeignKey,
): Promise<number> {
  const sql = `select count(*) as n from ${own(catalog, table)} f where ${orphanCondition(catalog, key)}`;
  return count(client, sql, `following ${key.name} of ${printRelationName(table)}`);
}

/** Empties the references that lead nowhere, or drops their rows. */
export async function settleOrphans(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
  key: ForeignKey,
  remedy: OrphanRemedy,
): Promise<number> {
  const where = `where ${orphanCondition(catalog, key)}`;
  const emptied = key.columns.map((column) => `${quoteName(column)} = null`).join(', ');
  const sql =
    remedy === 'empty'
      ? `update ${own(catalog, table)} f set ${emptied} ${where}`
      : `delete from ${own(catalog, table)} f ${where}`;
  const { rowCount } = await run(client, sql, `settling ${key.name} of ${printRelationName(table)}`);
  return rowCount ?? 0;
}

/** True for rows `f` whose key leads nowhere. */
function orphanCondition(catalog: Catalog, key: ForeignKey): string {
  const columns = key.columns.map((column) => `f.${quoteName(column)}`);
  const target = own(catalog, key.references);
  const equal = (referred: readonly string[]) =>
    referred.map((column, i) => `p.${quoteName(column)} = ${columns[i]}`).join(' and ');
  const referred = key.references.columns;
  // A period is covered by all that it refers to together.
  const missing = key.period
    ? `not coalesce((select range_agg(p.${quoteName(referred.at(-1)!)}) @> ${columns.at(-1)!} from ${target} p
        where ${equal(referred.slice(0, -1))}), false)`
    : `not exists (select from ${target} p where ${equal(referred)})`;
  const allSet = columns.map((column) => `${column} is not null`).join(' and ');
  const anySet = columns.map((column) => `${column} is not null`).join(' or ');
  const orphan = `${allSet} and ${missing}`;
  return key.matchFull ? `${orphan} or (${anySet}) and not (${allSet})` : orphan;
}

/** Rows that share a unique key with another; the key is read from the index itself, expressions and all. */
export async function countDuplicates(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
  key: UniqueKey,
): Promise<number> {
  const doing = `checking ${key.name} of ${printRelationName(table)}`;
  const index = quoteLiteral(`${quoteName(table.schema)}.${quoteName(key.name)}`);
  const { rows } = await run(
    client,
    `select pg_get_indexdef(i.indexrelid, n, true) as part
     from pg_index i, generate_series(1, i.indnkeyatts) n where i.indexrelid = ${index}::regclass order by n`,
    doing,
  );
  const parts = rows.map(({ part }) => `(${part})`);
  // NULLs differ from one another, so that a key with one of them has no duplicate, unless it says otherwise.
  const set = key.nullsNotDistinct ? [] : parts.map((part) => `${part} is not null`);
  const conditions = [...set, ...(key.predicate === undefined ? [] : [`(${key.predicate})`])];
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const sql = `
    select coalesce(sum(n), 0) as n from (
      select count(*) as n from ${own(catalog, table)} ${where} group by ${parts.join(', ')} having count(*) > 1
    ) shared`;
  return count(client, sql, doing);
}

/** Groups by text, which every type has; a NULL is a value among others. */
export async function anonymityOf(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
  quasiIdentifiers: readonly string[],
  sensitive: readonly string[],
): Promise<RowGroups> {
  const text = (column: string) => `${quoteName(column)}::text`;
  // count(distinct …) leaves NULL out.
  const values = sensitive.map(
    (column, i) =>
      `, count(distinct ${text(column)}) + (count(*) > count(${quoteName(column)}))::integer as d${i}`,
  );
  const fewest = sensitive.map((_, i) => `, coalesce(min(d${i}), 0) as d${i}`);
  const { rows } = await run(
    client,
    `select coalesce(sum(n), 0) as rows, count(*) as classes, coalesce(min(n), 0) as k,
            count(*) filter (where n = 1) as alone${fewest.join('')}
     from (
       select count(*) as n${values.join('')} from ${own(catalog, table)} group by ${quasiIdentifiers.map(text).join(', ')}
     ) groups`,
    `grouping ${printRelationName(table)}`,
  );
  const number = (column: string) => Number(rows[0][column]);
  return {
    rows: number('rows'),
    classes: number('classes'),
    k: number('k'),
    alone: number('alone'),
    diversity: sensitive.map((_, i) => number(`d${i}`)),
  };
}

/** Rows for which a check constraint is false; one that is unknown lets a row in. */
export async function countViolations(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
  { name, expression }: CheckConstraint,
): Promise<number> {
  const doing = `checking ${name} of ${printRelationName(table)}`;
  const condition = /^CHECK (\(.*\))(?: NO INHERIT)?(?: NOT VALID)?(?: NOT ENFORCED)?$/s.exec(
    expression,
  )?.[1];
  if (condition === undefined) throw new Error(`${doing}: its definition has another form`);
  return count(client, `select count(*) as n from ${own(catalog, table)} where not ${condition}`, doing);
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

/** Rows by key, each the key's columns and then `columns`, in text form and cut as samples are. */
export async function rowsByKey(
  client: pg.ClientBase,
  catalog: Catalog,
  table: RelationName,
  keyColumns: readonly string[],
  keys: readonly (readonly string[])[],
  columns: readonly string[],
): Promise<readonly (readonly (string | null)[])[]> {
  const doing = `reading rows of ${printRelationName(table)}`;
  const found = catalog.tables.find(({ schema, name }) => schema === table.schema && name === table.name);
  const columnOf = (name: string) => found?.columns.find((column) => column.name === name);
  const wanted = [...keyColumns, ...columns].map((name) => {
    const column = columnOf(name);
    if (!column) throw new Error(`${printRelationName(table)} has no column ${name}`);
    return column;
  });
  const given = keyColumns.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const names = keyColumns.map((_, i) => `k${i}`).join(', ');
  const cast = keyColumns.map((_, i) => `k${i}::${wanted[i].type.name}`).join(', ');
  const own = keyColumns.map((name) => `t.${quoteName(name)}`).join(', ');
  const text = `
    select ${wanted.map(excerpt).join(', ')} from ${quoteRelation(table)} t
    where (${own}) in (select ${cast} from unnest(${given}) as u (${names}))`;
  const values = keyColumns.map((_, i) => keys.map((key) => key[i]));
  try {
    const { rows } = await client.query<(string | null)[]>({ text, values, rowMode: 'array' });
    return rows;
  } catch (error) {
    throw translateDriverError(error, doing);
  }
}

/** A partitioned table with its partitions; any other table without its children. */
export function own(catalog: Catalog, table: RelationName): string {
  const found = catalog.tables.find(({ schema, name }) => schema === table.schema && name === table.name);
  return found?.kind === 'partitioned' ? quoteRelation(table) : `only ${quoteRelation(table)}`;
}

async function count(client: pg.ClientBase, sql: string, doing: string): Promise<number> {
  const { rows } = await run(client, sql, doing);
  return Number(rows[0].n);
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
