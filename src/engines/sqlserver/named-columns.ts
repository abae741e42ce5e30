import {
  type Catalog,
  type Column,
  printRelationName,
  type RelationName,
  type Table,
} from '../../domain/catalog/catalog.js';

/** A table of the catalog that a plan was made from: without it there is a mistake. */
export function tableOf(catalog: Catalog, table: RelationName): Table {
  const found = catalog.tables.find(({ schema, name }) => schema === table.schema && name === table.name);
  if (!found) throw new Error(`the catalog has no table ${printRelationName(table)}`);
  return found;
}

export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`${printRelationName(table)} has no column ${name}`);
  return column;
}
