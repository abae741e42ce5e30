import type { Evidence } from '../label.js';

/** One observation on a column, as the model weighs it. */
export interface Feature {
  /** Name of the observation; the model has one weight for it, whatever the type. */
  readonly id: string;
  /** How strong it is, usually 0–1. */
  readonly value: number;
  readonly source: Evidence['source'];
  /** The observation in words, made only when somebody reads it; holds no value from the data. */
  readonly says: () => string;
}

/** An answer that a column may get: a type, or null for "nothing sensitive". */
export interface Candidate {
  readonly type: string | null;
  readonly features: readonly Feature[];
}

/** Collects the features of one candidate. */
export class FeatureList {
  readonly features: Feature[] = [];

  add(id: string, value: number, source: Evidence['source'], says: () => string): void {
    if (value !== 0) this.features.push({ id, value, source, says });
  }
}
