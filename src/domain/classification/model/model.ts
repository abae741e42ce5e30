import { z } from 'zod';
import type { Candidate } from '../evidence/feature.js';

const weights = z.record(z.string(), z.number());
/** Points of a rising line: what the model says, and how often it was right. */
const calibration = z.array(z.tuple([z.number(), z.number()])).min(2);

/** Weights for one way of looking: with sampled values, or by metadata alone. */
export const weightSetSchema = z.strictObject({
  /** Log-odds that one unit of an observation adds. */
  weights,
  /** Probability (0–1) of "nothing sensitive" above which it is the answer. */
  threshold: z.number().min(0).max(1),
  calibration,
});

/** File format of `rules/classification-model.yaml`: learnt weights, and how they were learnt. */
export const classificationModelSchema = z.strictObject({
  version: z.literal(1),
  learnt: z.strictObject({
    /** The command that made the file. */
    with: z.string(),
    columns: z.number().int(),
    schemas: z.array(z.string()),
  }),
  sampled: weightSetSchema,
  metadata: weightSetSchema,
});

export type WeightSet = z.infer<typeof weightSetSchema>;
export type ClassificationModel = z.infer<typeof classificationModelSchema>;

/** Probabilities (0–1) of the candidates, in their order; they add up to 1. */
export function weigh(candidates: readonly Candidate[], weights: WeightSet['weights']): readonly number[] {
  return softmax(candidates.map((candidate) => logOdds(candidate, weights)));
}

/** The sum of what each observation adds. Observations that the model does not know add nothing. */
export function logOdds({ features }: Candidate, weights: WeightSet['weights']): number {
  let sum = 0;
  for (const { id, value } of features) sum += value * (weights[id] ?? 0);
  return sum;
}

/** The probability that an answer is right, from the model's own by the measured line. */
export function calibrate(probability: number, line: WeightSet['calibration']): number {
  const above = line.findIndex(([stated]) => stated >= probability);
  if (above === 0) return line[0][1];
  if (above < 0) return line.at(-1)![1];
  const [x0, y0] = line[above - 1];
  const [x1, y1] = line[above];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (probability - x0)) / (x1 - x0);
}

function softmax(scores: readonly number[]): readonly number[] {
  const greatest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - greatest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
