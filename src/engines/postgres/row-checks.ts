import type pg from 'pg';
import {
  printRelationName,
  type Catalog,
  type CheckConstraint,
  type ForeignKey,
  type RelationName,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import type { RowGroups } from '../row-source.js';
import type { OrphanRemedy } from '../scrub-target.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteRelation } from './identifiers.js';
import { own, run } from './own-rows.js';
import { excerpt } from './sampling.js';

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

async function count(client: pg.ClientBase, sql: string, doing: string): Promise<number> {
  const { rows } = await run(client, sql, doing);
  return Number(rows[0].n);
}
