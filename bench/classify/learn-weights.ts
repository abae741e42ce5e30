import type { Candidate } from '../../src/domain/classification/evidence/feature.js';
import { weigh, type WeightSet } from '../../src/domain/classification/model/model.js';

/** A column whose right answers are known. */
export interface Example {
  readonly schema: string;
  readonly candidates: readonly Candidate[];
  /** Answers that earn full credit; null for "nothing sensitive". */
  readonly right: ReadonlySet<string | null>;
  /** How much the example counts beside others. */
  readonly weight: number;
}

export type Weights = Record<string, number>;

const rounds = 250;
/** Pull towards the prior weights: what few examples say moves a weight little. */
const pull = 0.6;

/**
 * Conditional logistic regression: one weight an observation, shared by all types, such that the right
 * candidates become likely. Weights are drawn towards `priors`, so that what the set does not show
 * keeps the weight that it was given. Full-batch Adam; the same result on every run.
 */
export function learnWeights(examples: readonly Example[], priors: Weights): Weights {
  const ids = new Map<string, number>();
  const index = (id: string) => ids.get(id) ?? (ids.set(id, ids.size), ids.size - 1);
  const problems = examples.flatMap((example) => compile(example, index) ?? []);
  const names = [...ids.keys()];
  const prior = names.map((name) => priors[name] ?? 0);
  const weights = Float64Array.from(prior);
  const mean = new Float64Array(names.length);
  const spread = new Float64Array(names.length);
  for (let round = 1; round <= rounds; round++) {
    const gradient = Float64Array.from(weights, (weight, at) => pull * (weight - prior[at]));
    for (const problem of problems) addGradient(problem, weights, gradient);
    const rate = 0.1 / (1 + round / 120);
    for (let at = 0; at < names.length; at++) {
      mean[at] = 0.9 * mean[at] + 0.1 * gradient[at];
      spread[at] = 0.999 * spread[at] + 0.001 * gradient[at] ** 2;
      const step = mean[at] / (1 - 0.9 ** round) / (Math.sqrt(spread[at] / (1 - 0.999 ** round)) + 1e-8);
      weights[at] = keepSign(names[at], weights[at] - rate * step);
    }
  }
  return { ...priors, ...Object.fromEntries(names.map((name, at) => [name, weights[at]])) };
}

/**
 * Some observations can only speak one way, whatever coincidences a set shows: a word for something else
 * beside a match never helps it, and a passed check never hurts.
 */
function keepSign(id: string, weight: number): number {
  if (
    /^(?:beside|name\.(?:doubt|guess|head|against|person-key|lesser|modifier)|fit|(?:value|content)\.(?:miss|none|few))/.test(
      id,
    )
  )
    return Math.min(weight, -0.2);
  if (/^(?:value\.|content|name\.|comment\.|part\.missing|country\.home)/.test(id))
    return Math.max(weight, 0.2);
  return weight;
}

interface Problem {
  readonly candidates: readonly {
    readonly at: Int32Array;
    readonly values: Float64Array;
    readonly right: boolean;
  }[];
  readonly weight: number;
}

/** Undefined for an example that no weights could get right or wrong. */
function compile({ candidates, right, weight }: Example, index: (id: string) => number): Problem | undefined {
  if (candidates.length < 2 || !candidates.some(({ type }) => right.has(type))) return undefined;
  return {
    weight,
    candidates: candidates.map(({ type, features }) => ({
      at: Int32Array.from(features, ({ id }) => index(id)),
      values: Float64Array.from(features, ({ value }) => value),
      right: right.has(type),
    })),
  };
}

function addGradient({ candidates, weight }: Problem, weights: Float64Array, gradient: Float64Array): void {
  const powers = new Float64Array(candidates.length);
  let greatest = -Infinity;
  for (let which = 0; which < candidates.length; which++) {
    const { at, values } = candidates[which];
    let score = 0;
    for (let k = 0; k < at.length; k++) score += weights[at[k]] * values[k];
    powers[which] = score;
    if (score > greatest) greatest = score;
  }
  let all = 0;
  let rightOnes = 0;
  for (let which = 0; which < candidates.length; which++) {
    powers[which] = Math.exp(powers[which] - greatest);
    all += powers[which];
    if (candidates[which].right) rightOnes += powers[which];
  }
  for (let which = 0; which < candidates.length; which++) {
    const { at, values, right } = candidates[which];
    const expected = powers[which] / all - (right ? powers[which] / Math.max(rightOnes, 1e-12) : 0);
    if (Math.abs(expected) < 1e-9) continue;
    for (let k = 0; k < at.length; k++) gradient[at[k]] += weight * expected * values[k];
  }
}

/**
 * A rising line from stated to true probability, by pooling neighbours (isotonic regression) over
 * examples that the weights were not learnt on.
 */
export function learnCalibration(
  stated: readonly { readonly probability: number; readonly credit: number }[],
): WeightSet['calibration'] {
  const sorted = [...stated].sort((a, b) => a.probability - b.probability);
  const groups = 12;
  const size = Math.max(1, Math.ceil(sorted.length / groups));
  let pools: { x: number; y: number; n: number }[] = [];
  for (let from = 0; from < sorted.length; from += size) {
    const part = sorted.slice(from, from + size);
    pools.push({
      x: average(part.map((p) => p.probability)),
      y: average(part.map((p) => p.credit)),
      n: part.length,
    });
  }
  for (let at = 0; at + 1 < pools.length;) {
    if (pools[at].y <= pools[at + 1].y) {
      at++;
      continue;
    }
    const [a, b] = [pools[at], pools[at + 1]];
    const n = a.n + b.n;
    pools = [
      ...pools.slice(0, at),
      { x: (a.x * a.n + b.x * b.n) / n, y: (a.y * a.n + b.y * b.n) / n, n },
      ...pools.slice(at + 2),
    ];
    at = Math.max(0, at - 1);
  }
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const line = pools.map(({ x, y }): [number, number] => [round(x), round(Math.min(y, 0.995))]);
  return [[0, Math.min(0.3, line[0][1])], ...line, [1, Math.max(line.at(-1)![1], 0.99)]];
}

/** The probability of each example's answer under weights, for calibration. */
export function probabilities(example: Example, weights: Weights): readonly number[] {
  return weigh(example.candidates, weights);
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(values.length, 1);
}
