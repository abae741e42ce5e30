import type { ColumnName } from '../catalog/catalog.js';
import type { Sensitivity } from './sensitivity.js';

/** One reason for or against a type, in words and with its weight; never with a value from the data. */
export interface Evidence {
  readonly source:
    'name' | 'comment' | 'type' | 'values' | 'siblings' | 'table' | 'foreign-key' | 'constraint' | 'lineage';
  /** A sentence: `94 % of 500 sampled values parse as phone numbers`. */
  readonly says: string;
  /** Log-odds added to the type's probability; negative speaks against. */
  readonly weight: number;
}

/** What classification proposes for one column. */
export interface LabelProposal {
  readonly column: ColumnName;
  /** Null when the column holds nothing sensitive. */
  readonly informationType: string | null;
  readonly sensitivity: Sensitivity;
  /** Calibrated probability (0–1) that the proposal is right. */
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
  readonly runnerUp?: { readonly informationType: string | null; readonly confidence: number };
  /** JSON path (`$.a.b`, `$.tags[*]`) to information type, for columns that hold structured values. */
  readonly paths?: Readonly<Record<string, string>>;
}

export const labelStatuses = ['proposed', 'confirmed', 'rejected', 'relabelled'] as const;

/** Information type and sensitivity on a column, with who decided and why. */
export interface Label {
  readonly column: ColumnName;
  /** Null when decided that the column holds nothing sensitive. */
  readonly informationType: string | null;
  readonly sensitivity: Sensitivity;
  readonly status: (typeof labelStatuses)[number];
  readonly confidence?: number;
  readonly paths?: Readonly<Record<string, string>>;
  readonly decidedBy?: string;
  /** ISO 8601. */
  readonly decidedAt?: string;
  readonly reason?: string;
  /** Why the label should be looked at again: evidence that contradicts it, a rename, a new type. */
  readonly review?: string;
}
