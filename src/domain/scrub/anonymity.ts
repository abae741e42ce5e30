import { type Catalog, type Column, printColumnName, type Table } from '../catalog/catalog.js';
import type { InformationTypeRegistry } from '../classification/information-type-registry.js';
import type { Labels } from '../classification/labels-file.js';
import type { ColumnMask } from '../policy/column-mask.js';

/**
 * Types that point at nobody alone, and together at somebody: the quasi-identifiers of Sweeney, k-anonymity
 * (2002), and those that ISO/IEC 20889 names beside them.
 */
const quasiIdentifiers = [
  ...['age', 'date-of-birth', 'date-of-death', 'place-of-birth', 'gender', 'nationality', 'marital-status'],
  ...['education', 'job-title', 'postal-code', 'city', 'region', 'country'],
];

/** Types that one should learn of nobody even by knowing all about them: what l-diversity looks at. */
const sensitiveAttributes = [
  ...[
    'health-record',
    'health-diagnosis',
    'health-measurement',
    'medication',
    'blood-type',
    'salary',
    'income',
  ],
  ...[
    'ethnicity',
    'political-opinion',
    'religion',
    'sexual-orientation',
    'trade-union-membership',
    'criminal-record',
  ],
];

/** Techniques that leave nothing of a value to tell rows apart by. */
const removing = new Set(['null', 'fixed', 'redact']);

/** A table whose rows may be told apart by quasi-identifiers. */
export interface AnonymityQuestion {
  readonly table: Table;
  readonly quasiIdentifiers: readonly string[];
  readonly sensitive: readonly string[];
}

/** How well the rows of a table hide among one another. */
export interface TableAnonymity {
  /** Printed. */
  readonly table: string;
  readonly quasiIdentifiers: readonly string[];
  readonly rows: number;
  /** Groups of rows that have the same quasi-identifiers. */
  readonly classes: number;
  /** Rows of the smallest: every row hides among at least so many. Zero in an empty table. */
  readonly k: number;
  /** Rows that hide among none but themselves. */
  readonly alone: number;
  /** For each sensitive column, the fewest different values in a group (Machanavajjhala et al., l-diversity, 2007). */
  readonly diversity: readonly { readonly column: string; readonly l: number }[];
}

export interface AnonymityBasis {
  readonly catalog: Catalog;
  readonly labels: Labels;
  readonly types: InformationTypeRegistry;
  readonly masks: readonly ColumnMask[];
  /** Printed names of columns that count beside those that labels tell. */
  readonly also?: readonly string[];
}

/** What is asked of the copy: tables with quasi-identifiers that their masks did not remove. */
export function anonymityQuestions({
  catalog,
  labels,
  types,
  masks,
  also = [],
}: AnonymityBasis): readonly AnonymityQuestion[] {
  const techniques = new Map(masks.map(({ column, technique }) => [printColumnName(column), technique]));
  return catalog.tables.flatMap((table) => {
    if (table.kind === 'foreign' || (table.kind === 'partition' && isCounted(table, catalog))) return [];
    const nameOf = (column: Column) =>
      printColumnName({ schema: table.schema, table: table.name, column: column.name });
    const isOf = (column: Column, ids: readonly string[]) => {
      const type = labels.columns.get(nameOf(column))?.informationType;
      return type != null && ids.some((id) => types.isKindOf(type, id));
    };
    const stays = (column: Column) => !removing.has(techniques.get(nameOf(column)) ?? '');
    const quasi = table.columns.filter(
      (column) => stays(column) && (isOf(column, quasiIdentifiers) || also.includes(nameOf(column))),
    );
    const sensitive = table.columns.filter(
      (column) => stays(column) && !quasi.includes(column) && isOf(column, sensitiveAttributes),
    );
    if (quasi.length === 0) return [];
    const names = (columns: readonly Column[]) => columns.map(({ name }) => name);
    return [{ table, quasiIdentifiers: names(quasi), sensitive: names(sensitive) }];
  });
}

/** Partitions count with their table. */
function isCounted({ parents }: Table, { tables }: Catalog): boolean {
  return parents.some((parent) =>
    tables.some(
      ({ schema, name, kind }) => kind === 'partitioned' && schema === parent.schema && name === parent.name,
    ),
  );
}
