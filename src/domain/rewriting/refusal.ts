import type { RefusalCode, Refused } from './rewriting.js';

/** Thrown inside the rewriter where a query is found wanting; `rewrite` turns it into its answer. */
export class Refusal extends Error {
  readonly #code: RefusalCode;
  readonly #hint: string | undefined;
  /** In the parser's unit (bytes for PostgreSQL), from 0. */
  readonly location: number | undefined;

  constructor(
    code: RefusalCode,
    reason: string,
    { hint, location }: { hint?: string; location?: number } = {},
  ) {
    super(reason);
    this.#code = code;
    this.#hint = hint;
    this.location = location;
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
