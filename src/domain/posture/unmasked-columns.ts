import type { InformationTypeRegistry } from '../classification/information-type-registry.js';
import { chooseRule } from '../policy/choose-rule.js';
import type { Policy } from '../policy/policy.js';
import { isConfidential, type LabelledColumn } from './facts/labelled-column.js';

/** Confidential columns that no rule of a policy masks: none holds, or the one that holds keeps them. */
export function unmaskedColumns(
  labels: readonly LabelledColumn[],
  policy: Policy,
  types: InformationTypeRegistry,
): readonly string[] {
  return labels.filter(isConfidential).flatMap(({ printed, informationType, sensitivity, ...column }) => {
    const chosen = chooseRule(policy, { column, informationType, sensitivity }, types);
    return chosen && chosen.rule.mask !== 'keep' ? [] : [printed];
  });
}
