import type { ColumnName } from '../catalog/catalog.js';
import type { Sensitivity } from '../classification/sensitivity.js';

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
  /** Which rule decided, in words: `rule 3 of policy gdpr (sensitivity >= confidential)`. */
  readonly because: string;
}
