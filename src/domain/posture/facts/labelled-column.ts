import { type ColumnName, printColumnName, type RelationName } from '../../catalog/catalog.js';
import type { Labels } from '../../classification/labels-file.js';
import { atLeastAsSensitive, type Sensitivity } from '../../classification/sensitivity.js';

/** A column with its label, as checks see it; columns that hold nothing sensitive are left out. */
export interface LabelledColumn extends ColumnName {
  /** `schema.table.column`. */
  readonly printed: string;
  readonly informationType: string;
  readonly sensitivity: Sensitivity;
}

/** The sensitive columns of a labels file, sorted by name. */
export function labelledColumns({ columns }: Labels): readonly LabelledColumn[] {
  return [...columns.values()]
    .flatMap(({ column, informationType, sensitivity }) =>
      informationType === null || sensitivity === 'public'
        ? []
        : [{ ...column, printed: printColumnName(column), informationType, sensitivity }],
    )
    .sort((a, b) => (a.printed < b.printed ? -1 : 1));
}

export function isConfidential({ sensitivity }: LabelledColumn): boolean {
  return atLeastAsSensitive(sensitivity, 'confidential');
}

export function isCardNumber({ informationType }: LabelledColumn): boolean {
  return informationType === 'payment-card-number';
}

/** Sensitive authentication data, which must not be kept at all (PCI DSS 4.0.1, 3.3.1). */
export function isCardAuthentication({ informationType }: LabelledColumn): boolean {
  return informationType === 'card-cvv';
}

export function isPassword({ informationType }: LabelledColumn): boolean {
  return informationType === 'password' || informationType === 'password-hash';
}

/** What opens something to whoever reads it. */
export function isSecret({ informationType }: LabelledColumn): boolean {
  return ['access-token', 'api-key', 'connection-string', 'otp-secret', 'private-key', 'session-id'].includes(
    informationType,
  );
}

export function relationOf({ schema, table }: ColumnName): RelationName {
  return { schema, name: table };
}

/** The labelled columns of a table, looked up and not searched for: there may be tens of thousands. */
export function columnsByTable(
  labels: readonly LabelledColumn[],
): (table: RelationName) => readonly LabelledColumn[] {
  const tables = new Map<string, LabelledColumn[]>();
  for (const label of labels) {
    const key = JSON.stringify([label.schema, label.table]);
    const own = tables.get(key);
    if (own) own.push(label);
    else tables.set(key, [label]);
  }
  return ({ schema, name }) => tables.get(JSON.stringify([schema, name])) ?? [];
}
