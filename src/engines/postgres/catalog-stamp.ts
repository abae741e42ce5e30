import type pg from 'pg';

/**
 * One number that changes whenever something changes which a rewriting depends on: relations, columns,
 * views, functions, operators, types, casts, inheritance, triggers, schemas. Every change of a catalog row
 * is a new row version with another `xmin`; a row that goes away leaves the sum. Statistics are written in
 * place and do not count. Some milliseconds for thousands of tables.
 */
export async function readCatalogStamp(client: Pick<pg.ClientBase, 'query'>): Promise<string> {
  const { rows } = await client.query<{ stamp: string }>(stampQuery);
  return rows[0].stamp;
}

/** Catalogs whose rows have an oid: the oid and the version of each row. */
const withOid = [
  'pg_class',
  'pg_namespace',
  'pg_proc',
  'pg_type',
  'pg_operator',
  'pg_cast',
  'pg_rewrite',
  'pg_trigger',
  'pg_constraint',
  'pg_extension',
] as const;

const parts = [
  ...withOid.map((catalog) =>
    sumOver(catalog, 'oid::text', catalog === 'pg_class' ? `relkind <> 't'` : 'true'),
  ),
  sumOver('pg_attribute', `attrelid || '.' || attnum`, 'attrelid >= 16384'),
  sumOver('pg_inherits', `inhrelid || '.' || inhparent`, 'true'),
];

const stampQuery = `select md5(concat_ws(',', ${parts.join(', ')})) as stamp`;

function sumOver(catalog: string, key: string, condition: string): string {
  return `(select sum(hashtextextended(${key} || '/' || xmin, 0)::numeric) from pg_catalog.${catalog} where ${condition})`;
}
