import type { RelationName, SearchVector } from '../catalog/catalog.js';
import type { OrphanRule } from '../policy/policy.js';
import type { LookUp } from './look-ups.js';
import type { Subset } from './subset/subset.js';
import type { SubsetGraph } from './subset/subset-links.js';
import type { ColumnMask } from '../policy/column-mask.js';

/** Something that planning found: a refusal stops the run, a warning is shown and kept as evidence. */
export interface PlanProblem {
  /** Stable, kebab-case. */
  readonly code: string;
  /** The column, table or constraint concerned, printed in full. */
  readonly where: string;
  readonly problem: string;
  readonly hint: string;
}

/** Which rows travel, where not all do. */
export interface SubsetPlan extends SubsetGraph {
  readonly asked: Subset;
  /** Rows of each family that will be copied, about. */
  readonly expected: readonly number[];
}

/** What an engine says of a source: worth knowing, or a reason not to run. */
export interface SourceNotice extends PlanProblem {
  readonly refuses?: true;
}

/** How one table travels. */
export interface TablePlan extends RelationName {
  /** Columns in the order they are copied; generated ones are left to the database. */
  readonly columns: readonly string[];
  /** Masks of some of `columns`; the others pass as they are. */
  readonly masks: readonly ColumnMask[];
  /** Where the rows go: the partitioned root when masks may change a row's partition, else itself. */
  readonly loadsInto: RelationName;
  /** What masks read of rows that the table's rows refer to. */
  readonly lookUps?: readonly LookUp[];
  /** Search vectors that are built anew from masked columns once the rows are in. */
  readonly searchVectors?: readonly SearchVector[];
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
}

/** Everything a scrub will do, decided before it touches anything; printable, and kept as evidence. */
export interface ScrubPlan {
  readonly catalogFingerprint: string;
  readonly policy: { readonly id: string; readonly sha256: string };
  readonly labelsSha256: string;
  readonly keyId: string;
  readonly tables: readonly TablePlan[];
  /** Absent when every row is copied. */
  readonly subset?: SubsetPlan;
  /** What becomes of rows that refer to nothing in the source already. */
  readonly orphans: OrphanRule;
  /** Empty for a plan that may run. */
  readonly refusals: readonly PlanProblem[];
  readonly warnings: readonly PlanProblem[];
}
