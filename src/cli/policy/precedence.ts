import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import type { KeptLabel } from '../../domain/classification/labels-file.js';
import { techniques } from '../../domain/masking/technique-registry.js';
import { exceptionFor, holdsFor, rulesOfRows } from '../../domain/policy/choose-rule.js';
import type { Policy, PolicyRule } from '../../domain/policy/policy.js';
import type { QuerySubject } from '../../domain/policy/query-subject.js';
import { type LabelDecision, maskOf } from './label-decisions-of-policy.js';
import { printRowCondition } from '../../domain/policy/row-condition.js';
import { printWhen } from './show-policy.js';

export interface PrecedenceBasis {
  readonly policy: Policy;
  readonly types: InformationTypeRegistry;
  readonly subject: QuerySubject;
}

/**
 * Why a role sees a column as it does, in the order in which it is decided: the role's access, exceptions,
 * the rules from first to last, and what SQL can say of the technique.
 */
export function precedenceLines(
  label: KeptLabel,
  decision: LabelDecision,
  { policy, types, subject }: PrecedenceBasis,
): readonly string[] {
  const { column } = label;
  const role = Object.hasOwn(policy.roles, subject.role) ? policy.roles[subject.role] : undefined;
  if (!role) return [`1. roles: the policy knows no role '${subject.role}', so it sees nothing`];
  if (role.access === 'clear') return [`1. roles: '${subject.role}' sees everything as it is`];
  const exception = exceptionFor(policy, column, subject);
  if (exception) {
    const { until, approvedBy, because } = exception;
    return [
      `1. roles: '${subject.role}' is masked`,
      `2. exceptions: shown as it is until ${until}, approved by ${approvedBy} (${because})`,
    ];
  }
  const byRow = rowLines(label, decision, { policy, types, subject });
  if (byRow) return byRow;
  const decides = decision.rule ?? policy.rules.length + 1;
  const passedOver = policy.rules
    .slice(0, decides - 1)
    .map(
      (rule, i) =>
        `   rule ${i + 1} does not hold (${printWhen(rule)})${holdsFor(rule, subject) ? '' : ': not for this role, purpose, environment or time'}`,
    );
  const chosen = decision.rule === null ? undefined : policy.rules[decision.rule - 1];
  const outcome =
    decision.rule === null
      ? '   no rule holds: it reads as NULL'
      : `   rule ${decision.rule} decides (${printWhen(chosen!)}): ${decision.mask === 'keep' ? 'shown as it is' : `masked by ${decision.mask}`}`;
  return [
    `1. roles: '${subject.role}' is masked`,
    '2. exceptions: none holds',
    '3. rules, first that holds:',
    ...passedOver,
    outcome,
    ...ownRowLines(chosen),
    ...standByLines(decision.mask),
  ];
}

/** Which rule decides for which rows, where some decide for some alone; undefined elsewhere. */
function rowLines(
  { column, sensitivity }: KeptLabel,
  { informationType, path }: LabelDecision,
  { policy, types, subject }: PrecedenceBasis,
): readonly string[] | undefined {
  if (path !== undefined) return undefined;
  const rules = rulesOfRows(policy, { column, informationType, sensitivity }, types, subject);
  if (rules.every(({ rule }) => rule.whereRows === undefined)) return undefined;
  const last = rules.at(-1)!.rule;
  const lines = rules.map(({ rule, number }) => {
    const mask = maskOf(rule, informationType, types);
    const shown = mask === 'keep' ? 'shown as it is' : `masked by ${mask}`;
    const rows = rule.whereRows
      ? `decides where ${printRowCondition(rule.whereRows)}${mask === 'keep' ? '' : ', or where that is unknown'}`
      : 'decides for all other rows';
    return `   rule ${number} ${rows} (${printWhen({ ...rule, whereRows: undefined })}): ${shown}`;
  });
  return [
    `1. roles: '${subject.role}' is masked`,
    '2. exceptions: none holds',
    '3. rules, for each row the first that holds:',
    ...lines,
    ...(last.whereRows ? ['   for all other rows no rule holds: they read as NULL'] : ownRowLines(last)),
    '   a column that the role does not see as it is tells no rows: then all of them read as NULL',
  ];
}

/** Rows that the rule leaves as they are. */
function ownRowLines(rule: PolicyRule | undefined): readonly string[] {
  if (!rule?.exceptOwnRows) return [];
  const { column, attribute } = rule.exceptOwnRows;
  return [`   but in rows whose '${column}' holds the asker's '${attribute}': shown as it is`];
}

/** A technique that a database cannot compute gives way in queries, and only there. */
function standByLines(mask: string | null): readonly string[] {
  const technique = techniques.get(/^[a-z-]+/.exec(mask ?? '')?.[0] ?? '');
  if (!technique || technique.sql?.postgres) return [];
  return [`4. in queries: SQL cannot say '${technique.id}': a text reads as ********, anything else as NULL`];
}
