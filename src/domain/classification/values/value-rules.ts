import type { InformationType } from '../information-type.js';
import { ordinaryValues } from './ordinary-values.js';
import type { ColumnProfile } from './column-profile.js';

/** Tells whether one value, trimmed, is of a type. */
export type ValueTest = (value: string) => boolean;

/** What the values of a rule file ask, ready to run. */
export interface ValueRule {
  readonly type: string;
  readonly test: ValueTest;
  /** `validator` where a check digit or structure is tested, else what the rule rests on. */
  readonly kind: 'validator' | 'pattern' | 'words';
  /** Share (0–1) of values that must match. */
  readonly share: number;
  /** How long values of the type may be; from the pattern, to spare its run. */
  readonly shortest: number;
  readonly longest: number;
}

/** How far the values of one column speak for one type. */
export interface ValueMatch {
  readonly type: string;
  readonly kind: ValueRule['kind'];
  /** Share (0–1) of distinct values that match. */
  readonly share: number;
  readonly wanted: number;
  /** Values tested. */
  readonly tested: number;
  /** Share (0–1) of scrambled values of the same shapes that match too: near 1, only the shape speaks. */
  readonly chance: number;
  /** How seldom (0–1) ordinary values of databases match: 1 for a form that nothing else has. */
  readonly rarity: number;
}

const firstLook = 10;
const scrambled = 24;

/** Tests the values against every rule; `named` types are tested on all values, others once some match. */
export function matchValues(
  profile: ColumnProfile,
  rules: readonly ValueRule[],
  named: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, ValueMatch> {
  const found = new Map<string, ValueMatch>();
  const first = profile.values.slice(0, firstLook);
  for (const rule of rules) {
    if (rule.longest < profile.lengths.shortest || rule.shortest > profile.lengths.longest) {
      if (named.has(rule.type)) found.set(rule.type, noMatch(rule, profile.values.length));
      continue;
    }
    const early = first.reduce((count, value) => count + (passes(rule, value) ? 1 : 0), 0);
    const promising = early >= Math.max(1, first.length * Math.min(rule.share, 0.5) * 0.5);
    if (!promising && !named.has(rule.type)) continue;
    const rest = profile.values
      .slice(firstLook)
      .reduce((count, value) => count + (passes(rule, value) ? 1 : 0), 0);
    const share = (early + rest) / profile.values.length;
    const chance = share >= rule.share * 0.5 ? chanceOf(rule, profile.values) : 1;
    const match = {
      type: rule.type,
      kind: rule.kind,
      share,
      wanted: rule.share,
      tested: profile.values.length,
      chance,
      rarity: share >= rule.share ? rarityOf(rule) : 0,
    };
    found.set(rule.type, match);
  }
  return found;
}

function noMatch(rule: ValueRule, tested: number): ValueMatch {
  return { type: rule.type, kind: rule.kind, share: 0, wanted: rule.share, tested, chance: 1, rarity: 0 };
}

function passes(rule: ValueRule, value: string): boolean {
  return value.length >= rule.shortest && value.length <= rule.longest && rule.test(value);
}

/**
 * How often values of the same shapes match when their letters and digits are drawn at random: a
 * check digit lets few through, a bare pattern all. This weighs a rule without knowing it.
 */
function chanceOf(rule: ValueRule, values: readonly string[]): number {
  let state = 0x9e3779b9;
  const draw = (below: number) => {
    // mulberry32: the same scrambles on every run
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
  let passed = 0;
  for (let index = 0; index < scrambled; index++) {
    const value = values[Math.floor((index * values.length) / scrambled)];
    if (passes(rule, scramble(value, draw))) passed++;
  }
  return (passed + 0.5) / (scrambled + 1);
}

const rarities = new WeakMap<ValueRule, number>();

/** By how few of the ordinary values pass, on a logarithmic scale; measured once, when first needed. */
function rarityOf(rule: ValueRule): number {
  const known = rarities.get(rule);
  if (known !== undefined) return known;
  const passed = ordinaryValues.filter((value) => passes(rule, value)).length;
  const rarity = Math.min(1, -Math.log10((passed + 0.3) / ordinaryValues.length) / 3);
  rarities.set(rule, rarity);
  return rarity;
}

function scramble(value: string, draw: (below: number) => number): string {
  // Letters of a hexadecimal number stay among its digits.
  const letters = /^[0-9a-f]{8,}$/i.test(value) ? 6 : 26;
  return value.replace(/\d|[a-z]|[A-Z]/g, (character) => {
    if (character <= '9') return String(draw(10));
    const base = character <= 'Z' ? 65 : 97;
    return String.fromCharCode(base + draw(letters));
  });
}

/** The parts of rule files that test values, compiled; rules without value evidence are left out. */
export function compileValueRules(
  types: readonly InformationType[],
  compile: (type: InformationType) => Omit<ValueRule, 'type' | 'share'> | undefined,
): readonly ValueRule[] {
  return types.flatMap((type) => {
    const compiled = compile(type);
    return compiled ? [{ ...compiled, type: type.id, share: type.values!.share }] : [];
  });
}
