import type { SchemaStatement } from '../engines/schema-statements.js';

export interface KeyBuilding {
  /** In an order that would do one after the other. */
  readonly statements: readonly SchemaStatement[];
  /** Statements, and so sessions, at the same time. */
  readonly atOnce: number;
  /** Runs one; `done` of them are behind it. */
  readonly make: (statement: SchemaStatement, done: number) => Promise<void>;
}

/**
 * Builds indexes, keys and constraints, several at once where they hold no relation in common, so that none
 * waits in the server for another's lock. What needs one built before it (a foreign key the key that it
 * refers to) holds a relation that the other held, and comes after it.
 * @throws the first failure, when all that was under way has ended
 */
export async function buildKeys(building: KeyBuilding): Promise<void> {
  const { statements, atOnce, make } = building;
  const { waitsFor, frees } = orderOf(statements);
  const ready = waitsFor.flatMap((count, i) => (count === 0 ? [i] : []));
  let done = 0;
  let failure: { readonly reason: unknown } | undefined;

  const build = async (index: number): Promise<void> => {
    await make(statements[index], done);
    done++;
    for (const next of frees[index]) if (--waitsFor[next] === 0) ready.push(next);
    // The order given is the order begun, as far as it can be.
    ready.sort((a, b) => a - b);
  };

  const running = new Set<Promise<void>>();
  const buildOrFail = async (index: number): Promise<void> => {
    try {
      await build(index);
    } catch (reason) {
      failure ??= { reason };
    }
  };
  const start = (): void => {
    while (!failure && running.size < atOnce && ready.length > 0) {
      const one = buildOrFail(ready.shift()!).then(() => void running.delete(one));
      running.add(one);
    }
  };
  start();
  while (running.size > 0) {
    await Promise.race(running);
    start();
  }
  if (failure) throw failure.reason;
}

/** For each statement how many earlier ones it waits for, and which later ones wait for it. */
function orderOf(statements: readonly SchemaStatement[]): { waitsFor: number[]; frees: number[][] } {
  const waitsFor = statements.map(() => 0);
  const frees: number[][] = statements.map(() => []);
  const holders = new Map<string, { owner: number | undefined; sharers: number[] }>();
  let alone: number | undefined;
  let since: number[] = [];
  const after = (index: number, earlier: Iterable<number | undefined>): void => {
    for (const one of new Set(earlier)) {
      if (one === undefined) continue;
      waitsFor[index]++;
      frees[one].push(index);
    }
  };
  const holderOf = (relation: string) => {
    const known = holders.get(relation) ?? { owner: undefined, sharers: [] };
    holders.set(relation, known);
    return known;
  };
  statements.forEach(({ locks }, index) => {
    if (!locks) {
      after(index, [alone, ...since]);
      alone = index;
      since = [];
      holders.clear();
      return;
    }
    const owned = [...new Set(locks.exclusive)].map(holderOf);
    const shared = [...new Set(locks.shared)].filter((one) => !locks.exclusive.includes(one)).map(holderOf);
    after(index, [
      alone,
      ...owned.flatMap(({ owner, sharers }) => [owner, ...sharers]),
      ...shared.map(({ owner }) => owner),
    ]);
    for (const holder of owned) Object.assign(holder, { owner: index, sharers: [] });
    for (const holder of shared) holder.sharers.push(index);
    since.push(index);
  });
  return { waitsFor, frees };
}
