import {
  type Catalog,
  type Column,
  type ForeignKey,
  printColumnName,
  type Table,
} from '../catalog/catalog.js';
import { lookUpName } from '../scrub/look-ups.js';
import type { Labels } from '../classification/labels-file.js';

/** Where in a table a mask stands. */
export interface RowContext {
  readonly table: Table;
  readonly column: Column;
  readonly labels: Labels;
  /** Where rows are copied: masks may then look at the rows that a row refers to. */
  readonly catalog?: Catalog;
}

/**
 * Options that only the row can tell, filled in where the policy left them open: whose date it is, and
 * whose names stand in a text.
 */
export function completeOptions(
  technique: string,
  options: Readonly<Record<string, unknown>>,
  context: RowContext,
): Readonly<Record<string, unknown>> {
  if (technique === 'date-shift' && options.per === undefined) return { ...options, ...personKey(context) };
  if (technique === 'free-text' && options.people === undefined)
    return {
      ...options,
      people: [...namesInRow(context), ...namesReferredTo(context)].slice(0, MOST_PEOPLE),
    };
  return options;
}

const nameParts = new Map<string, 'full' | 'given' | 'family'>([
  ['person-name', 'full'],
  ['cardholder-name', 'full'],
  ['given-name', 'given'],
  ['family-name', 'family'],
]);

/** As many as the technique takes. */
const MOST_PEOPLE = 16;

/** Types whose presence makes a table one of persons. */
const personal = new Set([...nameParts.keys(), 'email-address', 'date-of-birth']);

/** The column that names the person: a key to a table of persons, or the key of one. */
function personKey({ table, column, labels }: RowContext): { per?: string; group?: string } {
  const isPersonal = (schema: string, name: string): boolean =>
    [...labels.columns.values()].some(
      ({ column: at, informationType }) =>
        at.schema === schema &&
        at.table === name &&
        informationType !== null &&
        personal.has(informationType),
    );
  const reference = table.foreignKeys.find(
    (key: ForeignKey) => key.columns.length === 1 && isPersonal(key.references.schema, key.references.name),
  );
  const primary = table.uniqueKeys.find(
    ({ primary: isPrimary, columns }) => isPrimary && columns.length === 1,
  );
  const own = isPersonal(table.schema, table.name) ? primary?.columns[0] : undefined;
  const per = own ?? reference?.columns[0];
  if (per === undefined || per === column.name) return {};
  const group = own === undefined ? reference!.references.name : table.name;
  return { per, group: slug(group) };
}

function namesInRow({ table, column, labels }: RowContext): { column: string; part: string }[] {
  return table.columns.flatMap(({ name, type }) => {
    const label = labels.columns.get(
      printColumnName({ schema: table.schema, table: table.name, column: name }),
    );
    const part = nameParts.get(label?.informationType ?? '');
    return part !== undefined && type.family === 'text' && name !== column.name
      ? [{ column: name, part }]
      : [];
  });
}

/** Names in the rows that the row refers to: of the customer whom a ticket is about. */
function namesReferredTo({ table, labels, catalog }: RowContext): { column: string; part: string }[] {
  if (!catalog) return [];
  return table.foreignKeys.flatMap((key) => {
    const { schema, name } = key.references;
    const person = catalog.tables.find((own) => own.schema === schema && own.name === name);
    return (person?.columns ?? []).flatMap((column) => {
      const label = labels.columns.get(printColumnName({ schema, table: name, column: column.name }));
      const part = nameParts.get(label?.informationType ?? '');
      return part !== undefined && column.type.family === 'text'
        ? [{ column: lookUpName(key, column.name), part }]
        : [];
    });
  });
}

/** A table's name as a group's: columns of one group share their shifts. */
function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
}
