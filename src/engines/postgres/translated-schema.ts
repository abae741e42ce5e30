import {
  type Catalog,
  type ForeignKey,
  printRelationName,
  type Table,
} from '../../domain/catalog/catalog.js';
import { ScrubjayError } from '../../domain/errors.js';
import type { SchemaSections, SchemaStatement } from '../schema-statements.js';
import { quoteName, quoteNames, quoteRelation } from './identifiers.js';

/** Bytes of a PostgreSQL name. */
const NAME_BYTES = 63;

/** PostgreSQL would cut a name short, and two of them might be one. */
export class NameTooLongError extends ScrubjayError {
  readonly code = 'name-too-long';

  constructor(name: string) {
    super(
      `${name} is longer than the ${NAME_BYTES} bytes of a PostgreSQL name`,
      'give it a shorter name in the source',
    );
  }
}

/**
 * The schema of another engine's catalog: schemas and tables, then primary, unique and foreign keys. Types are
 * taken as SQL:2016 names them; what is written in the other's own language, as views and checks, is left out.
 */
export function translatedSchema({ engine, tables }: Catalog): SchemaSections {
  tables.forEach(refuseLongNames);
  const schemas = [...new Set(tables.map(({ schema }) => schema))].filter((name) => name !== 'public');
  return {
    preData: [
      ...schemas.map((name) => ({ makes: `schema ${name}`, sql: `create schema ${quoteName(name)}` })),
      ...tables.map(tableStatement),
    ],
    sequences: [],
    postData: [
      ...tables.flatMap(keyStatements),
      ...tables.flatMap((table) => foreignKeyStatements(table, tables)),
      { makes: 'statistics', sql: 'analyze' },
    ],
    leftOut: [
      {
        what: 'views, functions, triggers, checks, defaults and filtered indexes',
        why: `they are written in the language of the engine "${engine}"`,
      },
    ],
    extensions: [],
  };
}

function refuseLongNames(table: Table): void {
  const names = [table.schema, table.name, ...table.columns.map(({ name }) => name)];
  const long = names.find((name) => Buffer.byteLength(name) > NAME_BYTES);
  if (long !== undefined) throw new NameTooLongError(`${printRelationName(table)}: ${long}`);
}

function tableStatement(table: Table): SchemaStatement {
  const columns = table.columns
    .filter(({ generated }) => !generated)
    .map(({ name, type, nullable }) => `${quoteName(name)} ${type.name}${nullable ? '' : ' not null'}`);
  return {
    makes: `table ${printRelationName(table)}`,
    sql: `create table ${quoteRelation(table)} (\n  ${columns.join(',\n  ')}\n)`,
  };
}

/** Keys over computed columns are left out with them. */
function keyStatements(table: Table): SchemaStatement[] {
  const columns = copied(table);
  return table.uniqueKeys
    .filter((key) => key.columns.every((column) => columns.has(column)))
    .map((key) => ({
      makes: `key ${key.name} of ${printRelationName(table)}`,
      sql: `alter table ${quoteRelation(table)} add constraint ${quoteName(key.name)} ${key.primary ? 'primary key' : 'unique'} (${quoteNames(key.columns)})`,
    }));
}

function foreignKeyStatements(table: Table, all: readonly Table[]): SchemaStatement[] {
  const keys = table.foreignKeys.filter((key) => isKept(key, all));
  return keys.map(({ name, columns, references, validated }) => {
    const made = `alter table ${quoteRelation(table)} add constraint ${quoteName(name)} foreign key (${quoteNames(columns)}) references ${quoteRelation(references)} (${quoteNames(references.columns)})`;
    const unvalidated = `${made} not valid`;
    const makes = `foreign key ${name} of ${printRelationName(table)}`;
    const key = { table: { schema: table.schema, name: table.name }, name, unvalidated };
    return validated ? { makes, sql: made, foreignKey: key } : { makes, sql: unvalidated };
  });
}

/** A foreign key refers to a unique key, which may have been left out. */
function isKept({ references }: ForeignKey, all: readonly Table[]): boolean {
  const table = all.find(({ schema, name }) => schema === references.schema && name === references.name);
  const columns = table && copied(table);
  return (
    columns !== undefined &&
    references.columns.every((column) => columns.has(column)) &&
    table!.uniqueKeys.some((key) => sameColumns(key.columns, references.columns))
  );
}

function sameColumns(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((column) => other.includes(column));
}

function copied({ columns }: Table): ReadonlySet<string> {
  return new Set(columns.filter(({ generated }) => !generated).map(({ name }) => name));
}
