import { NOTHING } from '../../domain/classification/labels-file.js';

/**
 * The filters of a list as SQL: each condition that is given becomes a term with a numbered parameter.
 *
 *     const where = new Conditions().and((p) => `id > ${p}`, start).andIf((p) => `status = ${p}`, query.status);
 *     manager.query(`select * from labels ${where.sql} order by id`, where.values)
 */
export class Conditions {
  readonly #terms: string[] = [];
  readonly #values: unknown[] = [];

  /** @param term makes the SQL from its placeholder; never holds a value itself */
  and(term: (placeholder: string) => string, value: unknown): this {
    this.#values.push(value);
    this.#terms.push(term(`$${this.#values.length}`));
    return this;
  }

  /** Adds the term only for a filter that the caller gave. */
  andIf(term: (placeholder: string) => string, value: unknown): this {
    return value === undefined ? this : this.and(term, value);
  }

  get sql(): string {
    return this.#terms.length === 0 ? '' : `where ${this.#terms.join(' and ')}`;
  }

  get values(): unknown[] {
    return [...this.#values];
  }
}

/** The term of an information type, where "none" asks for what holds nothing sensitive. */
export function ofType(wanted: string | undefined): (placeholder: string) => string {
  // The parameter is named in both forms: PostgreSQL wants every one that is given to be used.
  return wanted === NOTHING
    ? (p) => `(information_type is null and ${p}::text is not null)`
    : (p) => `information_type = ${p}`;
}
