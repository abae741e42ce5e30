import type { Remedy } from './remedy.js';

/**
 * What a check found. `unknown` is what could not be read, is not supported or is not decided yet; it
 * never counts as a pass. `not-applicable` is a feature that is not in use.
 */
export const outcomes = ['fail', 'warn', 'unknown', 'pass', 'not-applicable'] as const;

export type Outcome = (typeof outcomes)[number];

/** Where in a file somebody has to look. */
export interface Place {
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
}

/** A check's answer about one subject. Says what was seen, never a value from somebody's data or a secret. */
export interface Verdict {
  readonly outcome: Outcome;
  /** What was seen, in a phrase: `accepts TLSv1`. */
  readonly says: string;
  /** What it is about, when that is not the whole asset: a column, role, rule or resource. */
  readonly subject?: string;
  /** Printed names of the columns at stake, when they are not all columns of the asset. */
  readonly columns?: readonly string[];
  /** What mends this one, where the check's general remedy is not exact enough. */
  readonly remedy?: Remedy;
  /** How to see that it is mended, where the check's own is not exact enough. */
  readonly verify?: string;
  readonly place?: Place;
}

type Details = Omit<Verdict, 'outcome' | 'says'>;

export function pass(says: string, details: Details = {}): Verdict {
  return { outcome: 'pass', says, ...details };
}

export function warn(says: string, details: Details = {}): Verdict {
  return { outcome: 'warn', says, ...details };
}

export function fail(says: string, details: Details = {}): Verdict {
  return { outcome: 'fail', says, ...details };
}

export function unknown(says: string, details: Details = {}): Verdict {
  return { outcome: 'unknown', says, ...details };
}

export function notApplicable(says: string, details: Details = {}): Verdict {
  return { outcome: 'not-applicable', says, ...details };
}

/** One verdict a subject; where there is nothing to judge, the one given. */
export function each<Subject>(
  subjects: readonly Subject[],
  judge: (subject: Subject) => Verdict,
  otherwise: Verdict,
): readonly Verdict[] {
  return subjects.length === 0 ? [otherwise] : subjects.map(judge);
}
