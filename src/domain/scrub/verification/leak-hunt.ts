import { FINGERPRINT_KEY_BYTES, FingerprintFilter } from './fingerprint.js';
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

/** What a fingerprint is of: originals of one column, or decoys of one domain. */
interface NeedleClass {
  readonly strength: NeedleStrength;
  readonly domain: string;
  /** Absent for decoys. */
  readonly origin?: string;
  /** Decoys that one stands for. */
  readonly weight: number;
}

/** Counts of what was found in one place. */
interface Finds {
  readonly own: Record<NeedleStrength, number>;
  readonly foreign: Record<NeedleStrength, number>;
  readonly origins: Record<NeedleStrength, Map<string, number>>;
  ownDecoys: number;
  foreignDecoys: number;
}

export interface LeakHuntResult {
  /** Distinct original values that were looked for. */
  readonly originals: number;
  readonly leaks: readonly Leak[];
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

const strengths: readonly NeedleStrength[] = ['certain', 'likely'];

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
  readonly #places: HuntedPlace[] = [];
  #needles = 0;
  #candidates = 0;

  constructor(options: LeakHuntOptions) {
    if (options.key.length !== FINGERPRINT_KEY_BYTES) throw new RangeError('the key has another length');
    this.#options = options;
    // A needle has beginnings that are known too, and a decoy beside it.
    this.#index = new NeedleIndex(new FingerprintFilter(options.expected * 4), options.key);
  }

  /** Adds an original value; one too short or plain to be told from others is left out. */
  addOriginal(value: string, { column, domain, isShared }: Origin): void {
    const needle = needleOf(value);
    if (!needle || (isShared && needle.strength === 'likely')) return;
    this.#add(needle.text, { strength: needle.strength, domain, origin: column, weight: 1 });
  }

  /** @param weight how many decoys this one stands for */
  addDecoy(value: string, domain: string, weight = 1): void {
    const needle = needleOf(value);
    if (needle) this.#add(needle.text, { strength: needle.strength, domain, weight });
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
    const finds = this.#places.map(noFinds);
    const population = new Population();
    for (let part = 0; part < needles.parts; part++) {
      const groups = new FingerprintGroups(needles.read(part));
      for (const head of groups.heads) population.add(this.#classesOf(groups, head));
      const told = new Set<number>();
      const { count, words } = candidates.read(part);
      for (let at = 0; at < count * 3; at += 3) {
        const head = groups.find(words[at], words[at + 1]);
        const place = words[at + 2];
        const key = head * this.#places.length + place;
        if (head < 0 || told.has(key)) continue;
        told.add(key);
        tell(finds[place], this.#classesOf(groups, head), this.#places[place].domains);
      }
    }
    const leaks = finds.flatMap((found, i) => judge(found, this.#places[i], population));
    const falseFinds = (this.#needles * this.#candidates) / 2 ** 64;
    return { originals: population.originals, leaks, falseFinds };
  }

  #add(text: string, of: NeedleClass): void {
    const number = this.#numberOf(of);
    this.#index.add(text, (fingerprint) => {
      this.#needles++;
      this.#options.needles.add(fingerprint, number);
    });
  }

  #numberOf(of: NeedleClass): number {
    const key = `${of.strength}\0${of.weight}\0${of.domain}\0${of.origin ?? ''}`;
    const known = this.#classNumbers.get(key);
    if (known !== undefined) return known;
    this.#classNumbers.set(key, this.#classes.length);
    return this.#classes.push(of) - 1;
  }

  #classesOf(groups: FingerprintGroups, head: number): readonly NeedleClass[] {
    return groups.numbersOf(head).map((number) => this.#classes[number]);
  }
}

function noFinds(): Finds {
  return {
    own: { certain: 0, likely: 0 },
    foreign: { certain: 0, likely: 0 },
    origins: { certain: new Map(), likely: new Map() },
    ownDecoys: 0,
    foreignDecoys: 0,
  };
}

/** One text that was found in a place, whatever it is the original or decoy of; an original is no decoy. */
function tell(finds: Finds, classes: readonly NeedleClass[], domains: ReadonlySet<string>): void {
  const isOwn = classes.some(({ domain }) => domains.has(domain));
  const originals = classes.filter(({ origin }) => origin !== undefined);
  if (originals.length === 0) {
    const weight = Math.max(...classes.map((one) => one.weight));
    if (isOwn) finds.ownDecoys += weight;
    else finds.foreignDecoys += weight;
    return;
  }
  const strength = strengthOf(originals);
  const own = originals.some(({ domain }) => domains.has(domain));
  (own ? finds.own : finds.foreign)[strength]++;
  const origins = finds.origins[strength];
  for (const origin of new Set(originals.map((one) => one.origin!)))
    origins.set(origin, (origins.get(origin) ?? 0) + 1);
}

function strengthOf(classes: readonly NeedleClass[]): NeedleStrength {
  return classes.some(({ strength }) => strength === 'certain') ? 'certain' : 'likely';
}

/** Distinct originals by what they are, to weigh what was found against. */
class Population {
  readonly #counts = new Map<string, { strength: NeedleStrength; domains: ReadonlySet<string>; n: number }>();
  originals = 0;

  add(classes: readonly NeedleClass[]): void {
    const originals = classes.filter(({ origin }) => origin !== undefined);
    if (originals.length === 0) return;
    this.originals++;
    const strength = strengthOf(originals);
    const domains = new Set(originals.map(({ domain }) => domain).sort());
    const key = [strength, ...domains].join('\0');
    const known = this.#counts.get(key) ?? { strength, domains, n: 0 };
    known.n++;
    this.#counts.set(key, known);
  }

  /** @param domains only those of one of these, when given */
  count(strength: NeedleStrength, domains?: ReadonlySet<string>): number {
    let sum = 0;
    for (const one of this.#counts.values())
      if (one.strength === strength && (!domains || meet(one.domains, domains))) sum += one.n;
    return sum;
  }
}

/** What the finds in one place mean, one judgement for each strength; none for nothing found. */
function judge(finds: Finds, place: HuntedPlace, population: Population): readonly Leak[] {
  return strengths.flatMap((strength) => {
    const [own, foreign] = [finds.own[strength], finds.foreign[strength]];
    if (own + foreign === 0) return [];
    const hunted = population.count(strength, place.domains);
    const all = population.count(strength);
    // Where a mask writes stand-ins of the same kind, some are by chance another's original.
    const allowedOwn =
      3 * finds.ownDecoys + Math.min(strength === 'certain' ? 1 : 3, Math.floor(hunted / 10));
    // Elsewhere nothing that is certain is chance; names and short numbers may be, a few of many.
    const allowedForeign =
      3 * finds.foreignDecoys + (strength === 'certain' ? 0 : Math.min(3, Math.floor(all / 100)));
    const leaks = own > allowedOwn || foreign > allowedForeign;
    const { where } = place;
    const origins = [...finds.origins[strength]].sort(([, a], [, b]) => b - a).map(([origin]) => origin);
    const chance = (own > 0 ? allowedOwn : 0) + (foreign > 0 ? allowedForeign : 0);
    return [
      { where, strength, found: own + foreign, chance, origins, verdict: verdict(leaks, strength, place) },
    ];
  });
}

/** A person's word on a column outweighs what others may share, never what is certain. */
function verdict(leaks: boolean, strength: NeedleStrength, { passes }: HuntedPlace): Leak['verdict'] {
  if (!leaks) return 'chance';
  if (passes === 'kept' || (passes === 'not-sensitive' && strength === 'likely')) return 'decided';
  return 'leak';
}

function meet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const item of a) if (b.has(item)) return true;
  return false;
}
