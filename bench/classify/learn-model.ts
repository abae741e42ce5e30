import type { Catalog, Table } from '../../src/domain/catalog/catalog.js';
import { choose } from '../../src/domain/classification/decide.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';
import type { SampledValues } from '../../src/domain/classification/gather-evidence.js';
import type { ClassificationModel, WeightSet } from '../../src/domain/classification/model/model.js';
import { gatherSet, hiddenExamples, toExamples } from './examples.js';
import {
  learnCalibration,
  learnWeights,
  probabilities,
  type Example,
  type Weights,
} from './learn-weights.js';
import type { LabelledSet } from './load-set.js';
import { priorWeights } from './prior-weights.js';

/** What a model is learnt from. */
export interface LearningMaterial {
  /** Columns judged with their values. */
  readonly sampled: readonly Example[];
  /** The same under names that say nothing. */
  readonly hidden: readonly Example[];
  /** All columns judged by metadata alone. */
  readonly metadata: readonly Example[];
}

/**
 * Probabilities of "nothing sensitive" that are tried as the one from which on it is the answer. Above a half:
 * a sensitive column that is missed costs more than a label that a steward rejects.
 */
const thresholds = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];
/** What precision may not fall below for the sake of recall: more than is promised, as other schemas differ. */
const leastPrecision = { sampled: 0.945, metadata: 0.935 };

/** Gathers a set's evidence both ways. */
export function gatherMaterial(
  set: LabelledSet,
  catalog: Catalog,
  samples: ReadonlyMap<Table, SampledValues>,
  classifier: Classifier,
): LearningMaterial {
  const withValues = gatherSet(catalog, samples, classifier).filter(({ gathered }) => gathered.withValues);
  return {
    sampled: toExamples(withValues, set),
    hidden: hiddenExamples(samples, classifier, set),
    metadata: toExamples(gatherSet(catalog, new Map(), classifier), set),
  };
}

/** Learns both weight sets, and calibrates each on schemas that its weights were not learnt on. */
export function learnModel(
  material: LearningMaterial,
  schemas: readonly string[],
  command: string,
): ClassificationModel {
  return {
    version: 1,
    learnt: { with: command, columns: material.metadata.length, schemas: [...schemas] },
    sampled: learnSet(material.sampled, material.hidden, schemas, leastPrecision.sampled),
    metadata: learnSet(material.metadata, [], schemas, leastPrecision.metadata),
  };
}

/** Material of several sets as one. */
export function joinMaterial(parts: readonly LearningMaterial[]): LearningMaterial {
  return {
    sampled: parts.flatMap(({ sampled }) => sampled),
    hidden: parts.flatMap(({ hidden }) => hidden),
    metadata: parts.flatMap(({ metadata }) => metadata),
  };
}

/** One model for each schema of `tested`, learnt from all others and calibrated without it. */
export function leaveOneOut(
  material: LearningMaterial,
  schemas: readonly string[],
  tested: readonly string[],
  command: string,
): ReadonlyMap<string, ClassificationModel> {
  return new Map(
    tested.map((left) => {
      const others = (examples: readonly Example[]) => examples.filter(({ schema }) => schema !== left);
      const rest = {
        sampled: others(material.sampled),
        hidden: others(material.hidden),
        metadata: others(material.metadata),
      };
      return [
        left,
        learnModel(
          rest,
          schemas.filter((schema) => schema !== left),
          command,
        ),
      ];
    }),
  );
}

function learnSet(
  examples: readonly Example[],
  extra: readonly Example[],
  schemas: readonly string[],
  precision: number,
): WeightSet {
  const weights = learnWeights([...examples, ...extra], priorWeights);
  const judged = judgeOutside(examples, extra, schemas);
  const threshold = chooseThreshold(judged, precision);
  return {
    weights: rounded(weights),
    threshold,
    calibration: learnCalibration(judged.map((one) => statedAndTrue(one, threshold))),
  };
}

/** Folds of schemas: enough to keep a fold's weights apart from its columns, few enough to be quick. */
const folds = 5;

/** An example with the probabilities of weights that were learnt without its schema. */
interface Judged {
  readonly example: Example;
  readonly stated: readonly number[];
}

function judgeOutside(
  examples: readonly Example[],
  extra: readonly Example[],
  schemas: readonly string[],
): readonly Judged[] {
  return Array.from({ length: folds }, (_, fold) => {
    const mine = new Set(schemas.filter((_schema, index) => index % folds === fold));
    const weights = learnWeights(
      [...examples, ...extra].filter(({ schema }) => !mine.has(schema)),
      priorWeights,
    );
    return examples
      .filter(({ schema }) => mine.has(schema))
      .map((example) => ({ example, stated: probabilities(example, weights) }));
  }).flat();
}

/** The highest threshold that keeps precision, on schemas that the weights have not seen; the lowest if none does. */
function chooseThreshold(judged: readonly Judged[], leastPrecision: number): number {
  const kept = thresholds.filter((threshold) => precisionAt(threshold, judged) >= leastPrecision);
  return kept.at(-1) ?? thresholds[0];
}

function precisionAt(threshold: number, judged: readonly Judged[]): number {
  const labelled = judged.filter(
    ({ example, stated }) => example.candidates[choose(stated, threshold)].type !== null,
  );
  return labelled.filter(({ example }) => !example.right.has(null)).length / Math.max(labelled.length, 1);
}

function statedAndTrue({ example, stated }: Judged, threshold: number) {
  const answer = choose(stated, threshold);
  return { probability: stated[answer], credit: example.right.has(example.candidates[answer].type) ? 1 : 0 };
}

/** Two decimals are read easily and change nothing. */
function rounded(weights: Weights): Weights {
  const sorted = Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([id, weight]) => [id, Math.round(weight * 100) / 100]));
}
