import type { Context } from './statement-context.js';

/**
 * Statements prepared by SQL (PREPARE) live on the server, which resolves their names anew when the search
 * path or a table changes. So they run only under the catalog and names that they were prepared under.
 */
export class PreparedInSql {
  #under: Pick<Context, 'epoch' | 'names'> | undefined;
  #mixed = false;

  /** A PREPARE was let through. */
  made({ epoch, names }: Context): void {
    if (this.#under && !this.#same({ epoch, names })) this.#mixed = true;
    this.#under = { epoch, names };
  }

  /** True when an EXECUTE means what it meant when its statement was prepared. */
  holds(context: Context): boolean {
    return !this.#mixed && this.#under !== undefined && this.#same(context);
  }

  /** All of them are gone. */
  clear(): void {
    this.#under = undefined;
    this.#mixed = false;
  }

  #same({ epoch, names }: Pick<Context, 'epoch' | 'names'>): boolean {
    return this.#under?.epoch.version === epoch.version && this.#under.names === names;
  }
}
