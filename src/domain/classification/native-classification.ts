import { z } from 'zod';
import type { InformationType } from './information-type.js';
import { sensitivities, type Sensitivity } from './sensitivity.js';

/** How urgent a database's own classification calls a column: SQL Server's RANK. */
export const classificationRanks = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;

const entry = { name: z.string().min(1).max(128), id: z.guid() };

/** The file format of `rules/native-classification/`: labels and types as a database's own policy names them. */
export const nativeClassificationSchema = z.strictObject({
  labels: z
    .record(z.enum(sensitivities), z.strictObject({ ...entry, rank: z.enum(classificationRanks) }))
    .describe('One entry for each sensitivity.'),
  informationTypes: z
    .array(
      z.strictObject({
        ...entry,
        types: z.array(z.string().min(1)).default([]).describe('Ids of information types; * for all others.'),
        families: z.array(z.string().min(1)).default([]).describe('Folders of information types.'),
      }),
    )
    .min(1)
    .describe('The first entry that names a type, or else its family, stands for it.'),
  sources: z.array(z.string()).default([]),
});

export type NativeClassificationRules = z.infer<typeof nativeClassificationSchema>;

/** A label as a database's own classification keeps it. */
export interface NativeClassification {
  readonly label: string;
  readonly labelId?: string;
  readonly informationType: string;
  readonly informationTypeId?: string;
  readonly rank?: (typeof classificationRanks)[number];
}

/** What a label is called in the database's own classification. */
export function nativeClassificationOf(
  type: Pick<InformationType, 'id' | 'family'>,
  sensitivity: Sensitivity,
  { labels, informationTypes }: NativeClassificationRules,
): NativeClassification {
  const { name: label, id: labelId, rank } = labels[sensitivity];
  const found =
    informationTypes.find(({ types }) => types.includes(type.id)) ??
    informationTypes.find(({ families }) => families.some((family) => isWithin(type.family, family))) ??
    informationTypes.find(({ types }) => types.includes('*'));
  return {
    label,
    labelId,
    rank,
    informationType: found?.name ?? 'Other',
    ...(found ? { informationTypeId: found.id } : {}),
  };
}

/** `government/us` stands in `government`. */
function isWithin(family: string, other: string): boolean {
  return family === other || family.startsWith(`${other}/`);
}

/** The sensitivity that a label of the database's own stands for, by id or else by name; undefined for a foreign one. */
export function sensitivityOf(
  { label, labelId }: Pick<NativeClassification, 'label' | 'labelId'>,
  { labels }: NativeClassificationRules,
): Sensitivity | undefined {
  return sensitivities.find((sensitivity) => {
    const own = labels[sensitivity];
    return labelId === undefined ? own.name === label : own.id === labelId.toLowerCase();
  });
}

/** True when two classifications say the same, whatever the case of their ids. */
export function saysTheSame(a: NativeClassification, b: NativeClassification): boolean {
  return (
    a.label === b.label &&
    a.informationType === b.informationType &&
    a.labelId?.toLowerCase() === b.labelId?.toLowerCase() &&
    a.informationTypeId?.toLowerCase() === b.informationTypeId?.toLowerCase() &&
    a.rank === b.rank
  );
}
