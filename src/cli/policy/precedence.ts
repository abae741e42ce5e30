import type { ColumnName } from '../../domain/catalog/catalog.js';
import { techniques } from '../../domain/masking/technique-registry.js';
import { exceptionFor, holdsFor } from '../../domain/policy/choose-rule.js';
import type { Policy, PolicyRule } from '../../domain/policy/policy.js';
import type { QuerySubject } from '../../domain/policy/query-subject.js';
import type { LabelDecision } from './label-decisions-of-policy.js';
import { printWhen } from './show-policy.js';

/**
 * Why a role sees a column as it does, in the order in which it is decided: the role's access, exceptions,
 * the rules from first to last, and what SQL can say of the technique.
 */
export function precedenceLines(
  column: ColumnName,
  decision: LabelDecision,
  policy: Policy,
  subject: QuerySubject,
): readonly string[] {
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
