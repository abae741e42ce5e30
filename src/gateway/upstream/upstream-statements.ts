import { randomBytes } from 'node:crypto';

/** Prepared statements that one connection keeps at most. */
const MOST = 256;

/**
 * The prepared statements of one connection by what they say, so that clients who prepare the same text
 * share one. Their names cannot be guessed: EXECUTE in SQL must not reach what another client prepared.
 */
export class UpstreamStatements {
  readonly #names = new Map<string, string>();
  /** Whose text the unnamed statement holds; compared by identity. */
  unnamedOf: object | undefined;

  /** The name under which the server has the text, where it has it. */
  find(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined) {
      // Most recently used last.
      this.#names.delete(text);
      this.#names.set(text, name);
    }
    return name;
  }

  /** A name for a new text, and that of the statement that has to be closed to make room. */
  add(text: string): { readonly name: string; readonly evicted?: string } {
    const name = `scrubjay_${randomBytes(12).toString('hex')}`;
    const [oldest] = this.#names.size >= MOST ? this.#names : [];
    if (oldest) this.#names.delete(oldest[0]);
    this.#names.set(text, name);
    return oldest ? { name, evicted: oldest[1] } : { name };
  }

  /** The server did not take the text after all. */
  forget(text: string): void {
    this.#names.delete(text);
  }

  /** All are gone: DEALLOCATE ALL, DISCARD ALL. */
  clear(): void {
    this.#names.clear();
    this.unnamedOf = undefined;
  }
}
