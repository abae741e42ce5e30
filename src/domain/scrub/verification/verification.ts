/** What a copy is checked for, in the order in which reports show it. */
export const verificationChecks = [
  'schema',
  'row-counts',
  'unmasked-values',
  'foreign-keys',
  'uniqueness',
  'check-constraints',
  'masked-values',
  'remasked-values',
  'leak-hunt',
] as const;

export type VerificationCheck = (typeof verificationChecks)[number];

/** What each check makes sure of, for reports. */
export const checkTitles: Readonly<Record<VerificationCheck, string>> = {
  schema: 'tables, columns and keys are those of the source',
  'row-counts': 'every table has as many rows as in the source',
  'unmasked-values': 'columns that nothing masks hold what they hold in the source',
  'foreign-keys': 'no reference leads nowhere that did not in the source',
  uniqueness: 'no unique key holds a value twice',
  'check-constraints': 'every row meets the check constraints',
  'masked-values': 'masked columns differ from the source, row by row',
  'remasked-values': 'every masked value is what its mask gives for the one in the source',
  'leak-hunt': 'original sensitive values are found nowhere in the copy',
};

/** Something wrong with a copy, or something that could not be looked at; never a value. */
export interface VerificationFinding {
  /** Table, column or key, printed in full. */
  readonly where: string;
  readonly problem: string;
}

export interface CheckResult {
  readonly check: VerificationCheck;
  /** Failed when something is wrong; unknown when nothing is, but something could not be looked at. */
  readonly outcome: 'passed' | 'failed' | 'unknown';
  /** Tables, keys, values: what the check looked at. */
  readonly examined: number;
  /** What `examined` counts: `tables`, `keys`, `original values`. */
  readonly unit: string;
  readonly failures: readonly VerificationFinding[];
  /** What could not be looked at, and why; it never counts as passed. */
  readonly unseen: readonly VerificationFinding[];
  /** Worth a look, and no failure. */
  readonly notes: readonly VerificationFinding[];
}

/** The whole verdict on a copy: it may be published when nothing is left in `problems`. */
export interface Verification {
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
  readonly problems: readonly string[];
}

/** What a check collects on its way. */
export class CheckRecord {
  readonly #check: VerificationCheck;
  readonly #unit: string;
  readonly #failures: VerificationFinding[] = [];
  readonly #unseen: VerificationFinding[] = [];
  readonly #notes: VerificationFinding[] = [];
  examined = 0;

  constructor(check: VerificationCheck, unit: string) {
    this.#check = check;
    this.#unit = unit;
  }

  fail(where: string, problem: string): void {
    this.#failures.push({ where, problem });
  }

  couldNotSee(where: string, problem: string): void {
    this.#unseen.push({ where, problem });
  }

  note(where: string, problem: string): void {
    this.#notes.push({ where, problem });
  }

  result(): CheckResult {
    const outcome =
      this.#failures.length > 0 ? 'failed' : this.#unseen.length > 0 ? 'unknown' : ('passed' as const);
    return {
      check: this.#check,
      outcome,
      examined: this.examined,
      unit: this.#unit,
      failures: this.#failures,
      unseen: this.#unseen,
      notes: this.#notes,
    };
  }
}

/** Draws the verdict: what could not be looked at keeps a copy from being published, as failures do. */
export function verdictOf(checks: readonly CheckResult[]): Verification {
  const problems = checks.flatMap(({ check, failures, unseen }) =>
    [...failures, ...unseen].map(({ where, problem }) => `${check}: ${where}: ${problem}`),
  );
  return { passed: problems.length === 0, checks, problems };
}
