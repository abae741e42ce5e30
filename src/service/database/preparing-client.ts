import pg from 'pg';

/** Statements that are kept prepared at most: lists with many filters make many. */
const MOST = 1_000;

/** Names by statement, the same on every connection. */
const names = new Map<string, string>();

/** Part of each name; raised when the server says that prepared statements no longer fit its tables. */
let generation = 0;

/**
 * A connection that lets the server parse and plan each statement with parameters once and not at each
 * use: with row-level security that is most of the work of a short one.
 */
export class PreparingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    // A connection that breaks tells whoever waits for it by a rejection.
    this.on('error', () => undefined);
  }

  /** As pg's pool and TypeORM call it: with a callback, or with values and for a promise. */
  override query(...call: unknown[]): never {
    const prepared = call.length === 2 ? preparedOf(call[0], call[1]) : undefined;
    if (!prepared) return superQuery.apply(this, call);
    return (superQuery.call(this, prepared) as Promise<unknown>).catch((error: unknown) => {
      // A migration changed a table beneath us: from now on everything is prepared anew.
      if ((error as { routine?: string }).routine === 'RevalidateCachedQuery') generation++;
      throw error;
    }) as never;
  }
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` above
const superQuery = pg.Client.prototype.query as (...call: unknown[]) => never;

function preparedOf(statement: unknown, values: unknown): pg.QueryConfig | undefined {
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const config = typeof statement === 'string' ? { text: statement } : (statement as pg.QueryConfig);
  const name = nameOf(config.text);
  return name === undefined ? undefined : { ...config, name, values };
}

function nameOf(text: string): string | undefined {
  let name = names.get(text);
  if (name === undefined) {
    if (names.size >= MOST) return undefined;
    // The verb is for people who look at traces.
    name = `${/\w+/.exec(text)?.[0]}_${names.size}`;
    names.set(text, name);
  }
  return `${name}_${generation}`;
}
