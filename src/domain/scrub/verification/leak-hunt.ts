import { NeedleIndex } from './needle-search.js';
import { type NeedleStrength, needleOf } from './needle.js';

/** A column of the copy that is looked through. */
export interface HuntedColumn {
  /** Pseudonym domains whose stand-ins the column's mask writes; empty for a column copied as it is. */
  readonly domains: ReadonlySet<string>;
  /** Set where somebody decided that values pass: the label says nothing sensitive, or the policy keeps it. */
  readonly passes?: 'not-sensitive' | 'kept';
}

export interface Leak {
  readonly strength: NeedleStrength;
  /** Distinct original values found. */
  readonly found: number;
  /** Printed names of the columns that they come from, the most frequent first. */
  readonly origins: readonly string[];
  /** `chance` when so few are no proof, `decided` when somebody decided that the column may hold such. */
  readonly verdict: 'leak' | 'chance' | 'decided';
}

/** Where an original value comes from. */
export interface Origin {
  /** Printed name. */
  readonly column: string;
  /** Pseudonym domain. */
  readonly domain: string;
  /** True for what many people have in common, as the town they live in: finding it tells of nobody. */
  readonly isShared?: boolean;
}

interface Original {
  readonly strength: NeedleStrength;
  readonly origins: Set<string>;
  readonly domains: Set<string>;
}

const strengths: readonly NeedleStrength[] = ['certain', 'likely'];

/**
 * Original values to look for in a copy. Beside each goes a decoy, the stand-in that another key would
 * have given: what finds decoys finds originals by chance at the same rate, and only what goes beyond
 * that speaks of a leak.
 */
export class LeakHuntBuilder {
  readonly #originals = new Map<string, Original>();
  readonly #decoys = new Map<string, Set<string>>();
  #untold = 0;

  /** Adds an original value; those too short or plain to be told from others are only counted. */
  addOriginal(value: string, origin: Origin): void {
    const needle = needleOf(value);
    if (!needle || (origin.isShared && needle.strength === 'likely')) {
      this.#untold++;
      return;
    }
    const known = this.#originals.get(needle.text) ?? {
      strength: needle.strength,
      origins: new Set<string>(),
      domains: new Set<string>(),
    };
    known.origins.add(origin.column);
    known.domains.add(origin.domain);
    this.#originals.set(needle.text, known);
  }

  addDecoy(value: string, domain: string): void {
    const needle = needleOf(value);
    if (!needle) return;
    const domains = this.#decoys.get(needle.text) ?? new Set<string>();
    this.#decoys.set(needle.text, domains.add(domain));
  }

  /** Values that say too little to be looked for. */
  get untold(): number {
    return this.#untold;
  }

  build(): LeakHunt {
    const decoys = [...this.#decoys].filter(([text]) => !this.#originals.has(text));
    return new LeakHunt([...this.#originals], decoys);
  }
}

/** The hunt itself: an index to search copies with, and the judgement on what was found. */
export class LeakHunt {
  readonly index: NeedleIndex;
  readonly #originals: readonly Original[];
  readonly #decoys: readonly ReadonlySet<string>[];

  constructor(
    originals: readonly (readonly [text: string, Original])[],
    decoys: readonly (readonly [text: string, ReadonlySet<string>])[],
  ) {
    this.#originals = originals.map(([, original]) => original);
    this.#decoys = decoys.map(([, domains]) => domains);
    this.index = new NeedleIndex([...originals, ...decoys].map(([text]) => text));
  }

  /** Distinct original values that are looked for. */
  get size(): number {
    return this.#originals.length;
  }

  /** What the finds in one column mean, one judgement for each strength; none for nothing found. */
  judge(found: ReadonlySet<number>, column: HuntedColumn): readonly Leak[] {
    const decoys = [...found].filter((needle) => needle >= this.size).map((i) => this.#decoys[i - this.size]);
    const originals = [...found].filter((needle) => needle < this.size).map((i) => this.#originals[i]);
    return strengths.flatMap((strength) => {
      const finds = originals.filter((original) => original.strength === strength);
      if (finds.length === 0) return [];
      const [own, foreign] = partition(finds, ({ domains }) => meet(domains, column.domains));
      const [ownDecoys, foreignDecoys] = partition(decoys, (domains) => meet(domains, column.domains));
      const leaks =
        own.length > this.#allowedAmongStandIns(strength, column, ownDecoys.length) ||
        foreign.length > this.#allowedElsewhere(strength, foreignDecoys.length);
      return [
        {
          strength,
          found: finds.length,
          origins: originsOf(finds),
          verdict: verdict(leaks, strength, column),
        },
      ];
    });
  }

  /** Where a mask writes stand-ins of the same kind, some are by chance another's original. */
  #allowedAmongStandIns(strength: NeedleStrength, { domains }: HuntedColumn, decoys: number): number {
    const hunted = this.#originals.filter((o) => o.strength === strength && meet(o.domains, domains)).length;
    return 3 * decoys + Math.min(strength === 'certain' ? 1 : 3, Math.floor(hunted / 10));
  }

  /** Elsewhere nothing that is certain is chance; names and short numbers may be, a few of many. */
  #allowedElsewhere(strength: NeedleStrength, decoys: number): number {
    const hunted = this.#originals.filter((original) => original.strength === strength).length;
    return 3 * decoys + (strength === 'certain' ? 0 : Math.min(3, Math.floor(hunted / 100)));
  }
}

/** A person's word on a column outweighs what others may share, never what is certain. */
function verdict(leaks: boolean, strength: NeedleStrength, { passes }: HuntedColumn): Leak['verdict'] {
  if (!leaks) return 'chance';
  if (passes === 'kept' || (passes === 'not-sensitive' && strength === 'likely')) return 'decided';
  return 'leak';
}

function originsOf(finds: readonly Original[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { origins } of finds)
    for (const origin of origins) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([origin]) => origin);
}

function meet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const item of a) if (b.has(item)) return true;
  return false;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
