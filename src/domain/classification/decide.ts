import type { Candidate } from './evidence/feature.js';
import type { Evidence } from './label.js';
import { calibrate, weigh, type WeightSet } from './model/model.js';

/** The answer that evidence leads to. */
export interface Decision {
  readonly type: string | null;
  /** Calibrated probability (0–1) that the answer is right. */
  readonly confidence: number;
  readonly runnerUp?: { readonly type: string | null; readonly confidence: number };
  readonly evidence: readonly Evidence[];
}

/** Observations that move the odds by less are left out of what is told. */
const leastTold = 0.1;

/** Weighs the candidates, of which the first is "nothing sensitive", and chooses. */
export function decide(
  candidates: readonly Candidate[],
  { weights, threshold, calibration }: WeightSet,
): Decision {
  const probabilities = weigh(candidates, weights);
  const chosen = choose(probabilities, threshold);
  const second = best(probabilities, (index) => index !== chosen);
  const confidence = calibrate(probabilities[chosen], calibration);
  return {
    type: candidates[chosen].type,
    confidence,
    runnerUp:
      second === undefined
        ? undefined
        : {
            type: candidates[second].type,
            confidence: Math.min(calibrate(probabilities[second], calibration), 1 - confidence),
          },
    evidence: tell(candidates[chosen], candidates[chosen === 0 ? (second ?? 0) : 0], weights),
  };
}

/** Index of the answer: nothing where that is likely enough, else the likeliest type. */
export function choose(probabilities: readonly number[], threshold: number): number {
  if (probabilities.length === 1 || probabilities[0] >= threshold) return 0;
  return best(probabilities, (index) => index > 0)!;
}

function best(probabilities: readonly number[], allowed: (index: number) => boolean): number | undefined {
  let found: number | undefined;
  for (let index = 0; index < probabilities.length; index++) {
    if (allowed(index) && (found === undefined || probabilities[index] > probabilities[found])) found = index;
  }
  return found;
}

/** What speaks for the answer, and what speaks for its opposite with the sign turned; heaviest first. */
function tell(chosen: Candidate, opposite: Candidate, weights: WeightSet['weights']): readonly Evidence[] {
  const evidence: Evidence[] = [];
  const add = ({ features }: Candidate, sign: 1 | -1) => {
    for (const { id, value, source, says } of features) {
      const weight = sign * value * (weights[id] ?? 0);
      if (Math.abs(weight) >= leastTold)
        evidence.push({ source, says: says(), weight: Math.round(weight * 100) / 100 });
    }
  };
  add(chosen, 1);
  if (opposite !== chosen) add(opposite, -1);
  return evidence.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
