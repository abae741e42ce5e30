import { type Catalog, columnsOf, printColumnName } from '../catalog/catalog.js';
import type { InformationTypeRegistry } from './information-type-registry.js';
import { isSensitive } from './label-decisions.js';
import type { Labels } from './labels-file.js';
import {
  type NativeClassification,
  nativeClassificationOf,
  type NativeClassificationRules,
  sensitivityOf,
} from './native-classification.js';
import { type Sensitivity, sensitivities } from './sensitivity.js';

/**
 * How the database's own classification of a column differs from ours. `weaker` and `stronger` tell of theirs:
 * a weaker one lets the column be handled with less care than it needs.
 */
export type NativeDifference =
  'not-theirs' | 'not-ours' | 'weaker' | 'stronger' | 'other-type' | 'foreign-label';

/** One column on which ours and theirs differ. */
export interface NativeLabelDifference {
  /** Printed in full. */
  readonly column: string;
  readonly difference: NativeDifference;
  /** Our label in the database's words; absent where we say that it is nothing sensitive. */
  readonly ours?: NativeClassification;
  readonly theirs?: NativeClassification;
}

/** Compares labels with what the database's own classification says, column by column, in catalog order. */
export function compareNativeLabels(
  catalog: Catalog,
  { columns }: Labels,
  types: InformationTypeRegistry,
  rules: NativeClassificationRules,
): readonly NativeLabelDifference[] {
  return Array.from(columnsOf(catalog)).flatMap(({ column, name }) => {
    const printed = printColumnName(name);
    const label = columns.get(printed);
    const type = label?.informationType ? types.get(label.informationType) : undefined;
    const ours =
      label && type && isSensitive(label)
        ? nativeClassificationOf(type, label.sensitivity, rules)
        : undefined;
    const theirs = column.classification;
    const difference = differenceOf(ours, theirs, rules);
    if (!difference) return [];
    return [{ column: printed, difference, ...(ours ? { ours } : {}), ...(theirs ? { theirs } : {}) }];
  });
}

function differenceOf(
  ours: NativeClassification | undefined,
  theirs: NativeClassification | undefined,
  rules: NativeClassificationRules,
): NativeDifference | undefined {
  if (!ours) return theirs && !isPublic(theirs, rules) ? 'not-ours' : undefined;
  if (!theirs) return 'not-theirs';
  const [own, other] = [sensitivityOf(ours, rules), sensitivityOf(theirs, rules)];
  if (own === undefined || other === undefined) return 'foreign-label';
  const step = rankOf(other) - rankOf(own);
  if (step !== 0) return step < 0 ? 'weaker' : 'stronger';
  return isSameType(ours, theirs) ? undefined : 'other-type';
}

function isPublic(theirs: NativeClassification, rules: NativeClassificationRules): boolean {
  return sensitivityOf(theirs, rules) === 'public';
}

function rankOf(sensitivity: Sensitivity): number {
  return sensitivities.indexOf(sensitivity);
}

/** By id where both have one; names may be translated. */
function isSameType(ours: NativeClassification, theirs: NativeClassification): boolean {
  return ours.informationTypeId !== undefined && theirs.informationTypeId !== undefined
    ? ours.informationTypeId.toLowerCase() === theirs.informationTypeId.toLowerCase()
    : ours.informationType === theirs.informationType;
}
