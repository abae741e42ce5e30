import type { RefusalCode, Refused } from './rewriting.js';

/** A piece of the query to be replaced, in the parser's unit. */
export interface Mend {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Thrown inside the rewriter where a query is found wanting; `rewrite` turns it into its answer. */
export class Refusal extends Error {
  readonly #code: RefusalCode;
  readonly #hint: string | undefined;
  /** In the parser's unit (bytes for PostgreSQL), from 0. */
  readonly location: number | undefined;
  /** What may make the query pass; tried before anybody is told. */
  readonly mend: readonly Mend[] | undefined;

  constructor(
    code: RefusalCode,
    reason: string,
    { hint, location, mend }: { hint?: string; location?: number; mend?: readonly Mend[] | undefined } = {},
  ) {
    super(reason);
    this.#code = code;
    this.#hint = hint;
    this.location = location;
    this.mend = mend;
  }

  /** @param position in characters, from 1 */
  toRefused(position: number | undefined): Refused {
    return {
      outcome: 'refused',
      code: this.#code,
      reason: this.message,
      ...(this.#hint === undefined ? {} : { hint: this.#hint }),
      ...(position === undefined ? {} : { position }),
    };
  }
}
