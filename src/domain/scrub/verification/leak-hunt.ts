import { FINGERPRINT_KEY_BYTES } from './fingerprint.js';
import { FingerprintGroups, type FingerprintStore } from './fingerprint-store.js';
import { CopySearch, NeedleIndex } from './needle-search.js';
import { type NeedleStrength, needleOf } from './needle.js';

/** A column of the copy, or a text of its schema, that is looked through. */
export interface HuntedPlace {
  /** Printed name. */
  readonly where: string;
  /** Pseudonym domains whose stand-ins the column's mask writes; empty for a column copied as it is. */
  readonly domains: ReadonlySet<string>;
  /** Set where somebody decided that values pass: the label says nothing sensitive, or the policy keeps it. */
  readonly passes?: 'not-sensitive' | 'kept';
}

export interface Leak {
  readonly where: string;
  readonly strength: NeedleStrength;
  /** Distinct original values found. */
  readonly found: number;
  /** Of as many as chance alone may put there: what decoys tell, and a few. */
  readonly chance: number;
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

/** What a decoy is one of. */
export interface DecoyKind {
  /** Pseudonym domain. */
  readonly domain: string;
  /** Decoys that it stands for; 1 when absent. */
  readonly weight?: number;
}

/** What a fingerprint is of: originals of one column, or decoys of one domain. */
interface NeedleClass {
  readonly strength: NeedleStrength;
  readonly domain: string;
  /** Absent for decoys. */
  readonly origin?: string;
  /** Decoys that one stands for. */
  readonly weight: number;
}

/** What one text is: the original of some columns, or a decoy. */
interface TextKind {
  readonly strength: NeedleStrength;
  /** Of its originals; of its decoys where it is no original. */
  readonly domains: ReadonlySet<string>;
  /** Printed names of the columns that it is an original of; empty for decoys. */
  readonly origins: ReadonlySet<string>;
  /** Weights of the decoys that it is, by domain. */
  readonly decoys: ReadonlyMap<string, number>;
}

/** Texts found in one place, by what they are. */
type Finds = Map<TextKind, number>;

export interface LeakHuntResult {
  /** Distinct original values that were looked for. */
  readonly originals: number;
  readonly leaks: readonly Leak[];
  /** Pseudonym domains whose originals fill what stand-ins are drawn from, as days of birth do: no find tells. */
  readonly untellable: readonly string[];
  /** Finds in all that two different texts with one 64-bit fingerprint would give, at most. */
  readonly falseFinds: number;
}

export interface LeakHuntOptions {
  /** Random, and forgotten after the hunt. */
  readonly key: Uint8Array;
  /** Originals that will be added, about; it settles memory and speed only. */
  readonly expected: number;
  /** Keep fingerprints: of what is looked for, and of what was found. */
  readonly needles: FingerprintStore;
  readonly candidates: FingerprintStore;
}

const strengths: readonly NeedleStrength[] = ['certain', 'likely', 'number'];

/**
 * Looks for original values in a copy. Beside each goes a decoy, the stand-in that another key would have
 * given: what finds decoys finds originals by chance at the same rate, and only what goes beyond that speaks
 * of a leak. First all originals are added, then the copy is searched, then `result` tells: finds are looked
 * up by 64-bit fingerprints, so that memory depends on the stores and not on the data.
 */
export class LeakHunt {
  readonly #options: LeakHuntOptions;
  readonly #index: NeedleIndex;
  readonly #classes: NeedleClass[] = [];
  readonly #classNumbers = new Map<string, number>();
  /** The same by what callers pass, who pass it for many values. */
  readonly #numbersOf = new WeakMap<Origin | DecoyKind, Partial<Record<NeedleStrength, number>>>();
  readonly #kinds = new Map<string, TextKind>();
  readonly #places: HuntedPlace[] = [];
  #needles = 0;
  #candidates = 0;

  constructor(options: LeakHuntOptions) {
    if (options.key.length !== FINGERPRINT_KEY_BYTES) throw new RangeError('the key has another length');
    this.#options = options;
    // A needle has beginnings that are known too, and a decoy beside it.
    this.#index = new NeedleIndex(options.expected * 4, options.key, (fingerprint, number) => {
      this.#needles++;
      options.needles.add(fingerprint, number);
    });
  }

  /** Adds an original value; one too short or plain to be told from others is left out. */
  addOriginal(value: string, origin: Origin): void {
    const needle = needleOf(value);
    if (!needle || (origin.isShared && needle.strength !== 'certain')) return;
    this.#index.add(needle.text, this.#numberOf(needle.strength, origin));
  }

  addDecoy(value: string, kind: DecoyKind): void {
    const needle = needleOf(value);
    if (needle) this.#index.add(needle.text, this.#numberOf(needle.strength, kind));
  }

  /** Looks through COPY data in text format; its fields are these places. */
  search(places: readonly HuntedPlace[]): CopySearch {
    const first = this.#places.length;
    this.#places.push(...places);
    return new CopySearch(this.#index, (fingerprint, column) => {
      if (column >= places.length) return;
      this.#candidates++;
      this.#options.candidates.add(fingerprint, first + column);
    });
  }

  /** Looks up what was found, part by part. */
  result(): LeakHuntResult {
    const { needles, candidates } = this.#options;
    const finds = this.#places.map((): Finds => new Map());
    const population = new Population();
    const groups = new FingerprintGroups();
    for (let part = 0; part < needles.parts; part++) {
      groups.take(needles.read(part));
      for (const head of groups.heads) population.add(this.#kindOf(groups, head));
      const told = new Set<number>();
      const { count, words } = candidates.read(part);
      for (let at = 0; at < count * 3; at += 3) {
        const head = groups.find(words[at], words[at + 1]);
        const place = words[at + 2];
        const key = head * this.#places.length + place;
        if (head < 0 || told.has(key)) continue;
        told.add(key);
        const kind = this.#kindOf(groups, head);
        finds[place].set(kind, (finds[place].get(kind) ?? 0) + 1);
      }
    }
    const leaks = finds.flatMap((found, i) => judge(found, this.#places[i], population));
    const falseFinds = (this.#needles * this.#candidates) / 2 ** 64;
    return { originals: population.originals, leaks, untellable: population.untellable, falseFinds };
  }

  #numberOf(strength: NeedleStrength, of: Origin | DecoyKind): number {
    let numbers = this.#numbersOf.get(of);
    if (!numbers) this.#numbersOf.set(of, (numbers = {}));
    return (numbers[strength] ??= this.#classOf({
      strength,
      domain: of.domain,
      ...('column' in of ? { origin: of.column, weight: 1 } : { weight: of.weight ?? 1 }),
    }));
  }

  #classOf(of: NeedleClass): number {
    const key = JSON.stringify([of.strength, of.weight, of.domain, of.origin]);
    const known = this.#classNumbers.get(key);
    if (known !== undefined) return known;
    this.#classNumbers.set(key, this.#classes.length);
    return this.#classes.push(of) - 1;
  }

  /** One object for all texts that are the same to a judgement. */
  #kindOf(groups: FingerprintGroups, head: number): TextKind {
    const numbers = groups.numbersOf(head);
    const key = numbers.length === 1 ? String(numbers[0]) : [...numbers].sort((a, b) => a - b).join();
    let kind = this.#kinds.get(key);
    if (!kind) {
      kind = kindOf(numbers.map((number) => this.#classes[number]));
      this.#kinds.set(key, kind);
    }
    return kind;
  }
}

function kindOf(classes: readonly NeedleClass[]): TextKind {
  const originals = classes.filter(({ origin }) => origin !== undefined);
  const decoys = new Map<string, number>();
  for (const { origin, domain, weight } of classes)
    if (origin === undefined) decoys.set(domain, Math.max(weight, decoys.get(domain) ?? 0));
  const meant = originals.length > 0 ? originals : classes;
  return {
    strength: strengths.find((one) => meant.some(({ strength }) => strength === one))!,
    domains: new Set(meant.map(({ domain }) => domain)),
    origins: new Set(originals.map(({ origin }) => origin!)),
    decoys,
  };
}

/** Share of a domain's decoys that are originals themselves from which on finding originals tells nothing. */
const UNTELLABLE = 0.5;

/** All distinct texts that are looked for, to weigh what was found against. */
class Population {
  readonly #texts = new Map<TextKind, number>();

  add(kind: TextKind): void {
    this.#texts.set(kind, (this.#texts.get(kind) ?? 0) + 1);
  }

  get originals(): number {
    return this.#count(({ origins }) => origins.size > 0);
  }

  /** @param domains only those of one of these, when given */
  count(strength: NeedleStrength, domains?: ReadonlySet<string>): number {
    return this.#count(
      (kind) =>
        kind.origins.size > 0 && kind.strength === strength && (!domains || meet(kind.domains, domains)),
    );
  }

  /** Whether a find of such an original says anything: it does not where stand-ins are drawn from originals. */
  tells({ domains }: TextKind): boolean {
    for (const domain of domains) if (this.#hidden(domain) < UNTELLABLE) return true;
    return false;
  }

  get untellable(): readonly string[] {
    const domains = new Set(
      [...this.#texts.keys()].flatMap((kind) => (kind.origins.size > 0 ? [...kind.domains] : [])),
    );
    return [...domains].filter((domain) => this.#hidden(domain) >= UNTELLABLE).sort();
  }

  /** What a decoy that was found stands for, those that could not be told from originals included. */
  weightOf({ decoys }: TextKind): number {
    return Math.max(
      ...[...decoys].map(([domain, weight]) => weight / (1 - Math.min(UNTELLABLE, this.#hidden(domain)))),
    );
  }

  /** Decoys that one of these domains stands for, on average: chance is known the less exactly the more it is. */
  meanWeight(domains: ReadonlySet<string>): number {
    let [weights, decoys] = [0, 0];
    for (const [kind, texts] of this.#texts) {
      for (const [domain, weight] of kind.decoys) {
        if (!domains.has(domain)) continue;
        weights += weight * texts;
        decoys += texts;
      }
    }
    return decoys === 0 ? 1 : weights / decoys;
  }

  /** Share of the domain's decoys that are originals of any column. */
  #hidden(domain: string): number {
    const weigh = (kind: TextKind) => kind.decoys.get(domain) ?? 0;
    const all = this.#sum(weigh);
    return all === 0 ? 0 : this.#sum((kind) => (kind.origins.size > 0 ? weigh(kind) : 0)) / all;
  }

  #count(counts: (kind: TextKind) => boolean): number {
    return this.#sum((kind) => (counts(kind) ? 1 : 0));
  }

  #sum(of: (kind: TextKind) => number): number {
    let sum = 0;
    for (const [kind, texts] of this.#texts) sum += of(kind) * texts;
    return sum;
  }
}

/** What the finds in one place mean, one judgement for each strength; none for nothing found. */
function judge(finds: Finds, place: HuntedPlace, population: Population): readonly Leak[] {
  return strengths.flatMap((strength) => {
    const sides = [true, false].map((isOwn) => sideOf(strength, isOwn, finds, place, population));
    const found = sides.reduce((sum, side) => sum + side.found, 0);
    if (found === 0) return [];
    const leaks = sides.some((side) => side.found > side.allowed);
    const chance = sides.reduce((sum, side) => sum + (side.found > 0 ? side.allowed : 0), 0);
    const origins = originsOf(sides.flatMap(({ originals }) => originals));
    return [
      { where: place.where, strength, found, chance, origins, verdict: verdict(leaks, strength, place) },
    ];
  });
}

/** Finds of one strength in one place, and how many of them chance may have brought about. */
interface Side {
  readonly originals: readonly (readonly [TextKind, number])[];
  readonly found: number;
  readonly allowed: number;
}

/** @param isOwn of the kinds that the place's mask writes stand-ins of: some are by chance another's original */
function sideOf(
  strength: NeedleStrength,
  isOwn: boolean,
  finds: Finds,
  { domains }: HuntedPlace,
  population: Population,
): Side {
  const here = [...finds].filter(([kind]) => meet(kind.domains, domains) === isOwn);
  const originals = here.filter(
    ([kind]) => kind.origins.size > 0 && kind.strength === strength && population.tells(kind),
  );
  let decoys = 0;
  for (const [kind, texts] of here) if (kind.origins.size === 0) decoys += texts * population.weightOf(kind);
  const weight = population.meanWeight(new Set(originals.flatMap(([kind]) => [...kind.domains])));
  const few = isOwn
    ? fewOfOwn(strength, population.count(strength, domains))
    : fewElsewhere(strength, population.count(strength));
  // Both counts are of rare events: their difference spreads by the root of their variances' sum.
  const spread = SPREADS * Math.sqrt((1 + weight) * decoys);
  const found = originals.reduce((sum, [, texts]) => sum + texts, 0);
  return { originals, found, allowed: Math.floor(decoys + spread + few * weight) };
}

/** Standard deviations: one judgement in three million goes further by chance. */
const SPREADS = 5;

/** Finds that are allowed where no decoy was found at all, `n` originals of the kind being hunted. */
function fewOfOwn(strength: NeedleStrength, n: number): number {
  if (strength === 'number') return fewNumbers(n);
  if (strength === 'likely') return Math.min(3, Math.floor(n / 10));
  // Pairs grow as the square: 200,000 telephone numbers of one prefix, drawn from 10^10, meet four times.
  return Math.max(Math.min(1, Math.floor(n / 10)), Math.min(10, Math.floor(n / 10_000)));
}

/** Elsewhere nothing that is certain is chance; names may be, a few of many. */
function fewElsewhere(strength: NeedleStrength, n: number): number {
  if (strength === 'certain') return 0;
  return strength === 'number'
    ? fewNumbers(n)
    : Math.max(Math.min(3, Math.floor(n / 100)), Math.min(10, Math.floor(n / 2_000)));
}

/** Twenty where no decoy was found have a chance of one in a million. */
function fewNumbers(n: number): number {
  return Math.min(20, Math.floor(n / 100));
}

/** The most frequent first. */
function originsOf(originals: readonly (readonly [TextKind, number])[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const [{ origins }, texts] of originals)
    for (const origin of origins) counts.set(origin, (counts.get(origin) ?? 0) + texts);
  return [...counts].sort(([, a], [, b]) => b - a).map(([origin]) => origin);
}

/** A person's word on a column outweighs what others may share, never what is certain. */
function verdict(leaks: boolean, strength: NeedleStrength, { passes }: HuntedPlace): Leak['verdict'] {
  if (!leaks) return 'chance';
  if (passes === 'kept' || (passes === 'not-sensitive' && strength !== 'certain')) return 'decided';
  return 'leak';
}

function meet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const item of a) if (b.has(item)) return true;
  return false;
}
