import type { ColumnName } from '../catalog/catalog.js';
import type { Sensitivity } from '../classification/sensitivity.js';
import type { RowCondition } from './row-condition.js';

/** What a policy decided for one column: the arrow between policy and everything that masks. */
export interface ColumnMask {
  readonly column: ColumnName;
  readonly informationType: string;
  readonly sensitivity: Sensitivity;
  /** Technique id. */
  readonly technique: string;
  /** As the technique's schema parsed them, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Pseudonym domain: columns that share it give one value one stand-in. */
  readonly domain: string;
  /** Rows in which the column shows as it is: conditional masking. Only queries know of it, never a copy. */
  readonly unless?: OwnRows | undefined;
  /**
   * Rows that something else is decided for, the first that holds first; what the mask itself says is for all
   * others. Only queries know of it, never a copy.
   */
  readonly rows?: readonly RowsMask[] | undefined;
  /** Which rule decided, in words: `rule 3 of policy gdpr (sensitivity >= confidential)`. */
  readonly because: string;
}

/** Rows whose `column`, as text, is this value: those of whoever asks. */
export interface OwnRows {
  readonly column: string;
  readonly equals: string;
}

/** What is shown in rows of a kind. */
export interface RowsMask {
  readonly where: RowCondition;
  /** What the condition has to be: a row of which it is unknown is masked either way. */
  readonly being: 'true' | 'false' | 'true-or-unknown';
  readonly show: 'as-it-is' | Pick<ColumnMask, 'technique' | 'options' | 'domain'>;
}
