import { createHash } from 'node:crypto';
import type { Catalog, Column, Table } from './catalog.js';

/**
 * SHA-256 (hex) over the structure of a catalog: what would change a plan changes the fingerprint;
 * row counts, statistics and comments do not. Order of tables and keys does not matter.
 */
export function fingerprintCatalog(catalog: Catalog): string {
  const tables = catalog.tables.map(
    (table) => `${table.schema}\u0000${table.name}\u0000${fingerprintTable(table)}`,
  );
  return digest([catalog.engine, ...tables.sort()]);
}

/** SHA-256 (hex) over the structure of one table. */
export function fingerprintTable(table: Table): string {
  return digest([
    table.kind,
    ...table.columns.map(fingerprintColumn),
    ...sorted(table.uniqueKeys),
    ...sorted(table.foreignKeys),
    ...sorted(table.checks),
    ...sorted(table.exclusions),
  ]);
}

/** SHA-256 (hex) over the name and structure of one column. */
export function fingerprintColumn(column: Column): string {
  const { type, nullable, generated, identity } = column;
  return digest([
    column.name,
    JSON.stringify({ type: type.name, labels: type.labels, nullable, generated, identity }),
  ]);
}

function sorted(parts: readonly object[]): string[] {
  return parts.map((part) => JSON.stringify(part)).sort();
}

function digest(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
