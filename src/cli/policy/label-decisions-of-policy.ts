import { printColumnName } from '../../domain/catalog/catalog.js';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import { isReviewed } from '../../domain/classification/label-decisions.js';
import type { KeptLabel, Labels } from '../../domain/classification/labels-file.js';
import { chooseRule } from '../../domain/policy/choose-rule.js';
import { maskOfType } from '../../domain/policy/decide-masks.js';
import type { Policy, PolicyRule } from '../../domain/policy/policy.js';
import type { QuerySubject } from '../../domain/policy/query-subject.js';
import type { PlanProblem } from '../../domain/scrub/scrub-plan.js';
import { printMask } from './print-mask.js';

/** What a policy makes of one label, or of one JSON path of it, before the column itself is looked at. */
export interface LabelDecision {
  /** `schema.table.column`. */
  readonly column: string;
  readonly path?: string;
  readonly informationType: string;
  readonly sensitivity: string;
  /** The technique with its options as a policy would write it, `keep`, or null when no rule holds. */
  readonly mask: string | null;
  /** The rule that decides, counted from 1; null when none holds. */
  readonly rule: number | null;
  readonly because: string | null;
}

/** The decisions on everything that a label calls sensitive. */
export function decisionsOn(
  label: KeptLabel,
  policy: Policy,
  types: InformationTypeRegistry,
  subject?: QuerySubject,
): readonly LabelDecision[] {
  const { column, paths = {}, plainPaths = [] } = label;
  const inside = Object.entries(paths).filter(([path]) => !plainPaths.includes(path));
  const own = label.informationType === null ? [] : [{ informationType: label.informationType }];
  const parts =
    inside.length > 0 ? inside.map(([path, informationType]) => ({ path, informationType })) : own;
  return parts.map((part) => {
    const sensitivity =
      inside.length > 0
        ? (types.find(part.informationType)?.sensitivity ?? label.sensitivity)
        : label.sensitivity;
    const chosen = chooseRule(policy, { column, ...part, sensitivity }, types, subject);
    return {
      column: printColumnName(column),
      ...part,
      sensitivity,
      mask: chosen ? maskOf(chosen.rule, part.informationType, types) : null,
      rule: chosen?.number ?? null,
      because: chosen?.rule.because ?? null,
    };
  });
}

/** What would stop a run, or let sensitive values pass undecided, that labels alone can tell. */
export function problemsOf(
  { columns }: Labels,
  decisions: readonly LabelDecision[],
  policy: Policy,
): readonly PlanProblem[] {
  const undecided = decisions
    .filter(({ rule }) => rule === null)
    .map(({ column, path, informationType }) => ({
      code: 'no-rule',
      where: path === undefined ? column : `${column} ${path}`,
      problem: `no rule of policy ${policy.id} holds for ${informationType}: its values would pass as they are`,
      hint: "add a rule for it; 'mask: keep' says that values are meant to pass",
    }));
  if (policy.unreviewed !== 'refuse') return undecided;
  const masked = new Set(decisions.filter(({ mask }) => mask !== 'keep').map(({ column }) => column));
  const open = [...columns].filter(([name, label]) => masked.has(name) && !isReviewed(label));
  return [...undecided, ...open.map(([where]) => ({ ...unreviewed, where }))];
}

const unreviewed = {
  code: 'unreviewed-label',
  problem: 'its label is only proposed, or was flagged, and the policy wants a decision',
  hint: "look at it and run 'scrubjay labels confirm', 'reject' or 'set'",
};

/** What a rule does to values of a type: a technique as a policy would write it, or `keep`. */
export function maskOf(
  { mask }: PolicyRule,
  informationType: string,
  types: InformationTypeRegistry,
): string {
  if (mask === 'keep') return mask;
  if (mask === 'by-type') return printMask(maskOfType(types, informationType));
  const { technique, domain, ...options } = mask;
  return printMask({ technique, options, domain: domain ?? informationType });
}
