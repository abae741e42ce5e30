import type { Catalog, ColumnName } from '../domain/catalog/catalog.js';
import type { NativeClassification } from '../domain/classification/native-classification.js';
import type { SchemaStatement } from './schema-statements.js';

/** Where a database keeps labels itself: in comments, in labels that a security module reads, or in a catalog of its own. */
export type NativeLabelForm = 'comment' | 'security-label' | 'sensitivity-classification';

/** What is written on one column; null takes away what Scrubjay wrote before. */
export interface NativeLabel {
  readonly column: ColumnName;
  /** `email-address, confidential`. */
  readonly says: string | null;
  /** The same in the words of the database's own classification; absent where there is nothing to say. */
  readonly classification?: NativeClassification;
}

/** Labels written into the database, for tools that read them there. */
export interface NativeLabels {
  /** The forms that the database has. */
  readonly forms: readonly NativeLabelForm[];
  /** The statements that bring the database to these labels; what people wrote in comments stays. */
  statements(
    catalog: Catalog,
    labels: readonly NativeLabel[],
    form: NativeLabelForm,
    provider?: string,
  ): readonly SchemaStatement[];
  /** Runs them, all or none. */
  apply(location: string, statements: readonly SchemaStatement[]): Promise<void>;
}
