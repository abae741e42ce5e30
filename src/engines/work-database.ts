/** The database that a copy is built in. */
export interface WorkDatabase {
  readonly name: string;
  /** What is built in it: `digestOfWork`. */
  readonly digest: string;
  /** True when an earlier run's work was found. */
  readonly isResumed: boolean;
}
