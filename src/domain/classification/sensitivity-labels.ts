import { z } from 'zod';
import { sensitivities, type Sensitivity } from './sensitivity.js';

/** The file format of `rules/sensitivity-labels.yaml`: what each sensitivity asks of those who hold the data. */
export const sensitivityLabelsSchema = z.strictObject({
  labels: z
    .record(
      z.enum(sensitivities),
      z.strictObject({
        title: z.string().min(1).describe('The name that people read.'),
        definition: z.string().min(1).describe('What disclosure would do.'),
        handling: z
          .array(z.string().min(1))
          .describe('What holders of such data must do, one sentence each.'),
      }),
    )
    .describe(`One entry for each of ${sensitivities.join(', ')}.`),
  sources: z.array(z.string()).default([]).describe('Standards and laws.'),
});

export interface SensitivityLabel {
  readonly title: string;
  readonly definition: string;
  readonly handling: readonly string[];
}

export type SensitivityLabels = Readonly<Record<Sensitivity, SensitivityLabel>>;
