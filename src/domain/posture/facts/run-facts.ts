import type { Declarations } from './declarations.js';
import type { LabelledColumn } from './labelled-column.js';

/** Facts that checks of every kind of asset may read. */
export interface RunFacts {
  /** The day of the run, as 2026-01-31. */
  readonly today: string;
  readonly labels: readonly LabelledColumn[];
  readonly declarations: Declarations;
  /** Confidential columns that no rule of the policy masks. */
  readonly unmaskedColumns: readonly string[];
}
