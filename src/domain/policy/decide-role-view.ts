import { columnsOf, printColumnName } from '../catalog/catalog.js';
import { ScrubjayError } from '../errors.js';
import type { RoleView } from '../rewriting/rewrite-context.js';
import type { ColumnMask } from './column-mask.js';
import { type DecisionBasis, decideMasks } from './decide-masks.js';
import type { Policy } from './policy.js';
import type { QuerySubject } from './query-subject.js';

/** A role that the policy does not know, or that may not ask for this purpose. */
export class RoleRefusedError extends ScrubjayError {
  readonly code = 'role-refused';
}

/**
 * What a role sees of a data source. Nothing passes undecided: a column without a label, without a rule
 * or without a technique that fits reads as NULL.
 * @throws RoleRefusedError
 */
export function decideRoleView(basis: DecisionBasis & { readonly subject: QuerySubject }): RoleView {
  const { policy, subject } = basis;
  const { access } = checkRole(policy, subject);
  if (access === 'clear') return { role: subject.role, access: 'clear', masks: new Map() };
  const { masks, refusals } = decideMasks(basis);
  const undecided = new Map(refusals.map(({ where, problem }) => [where, problem]));
  const all = new Map(masks);
  for (const { name } of columnsOf(basis.catalog)) {
    const problem = undecided.get(printColumnName(name));
    if (problem !== undefined) all.set(printColumnName(name), hidden(name, problem));
  }
  return { role: subject.role, access: 'masked', masks: all };
}

/** What the policy says of the role that asks. @throws RoleRefusedError */
export function checkRole(policy: Policy, subject: QuerySubject): Policy['roles'][string] {
  const role = Object.hasOwn(policy.roles, subject.role) ? policy.roles[subject.role] : undefined;
  if (!role) {
    throw new RoleRefusedError(
      `policy '${policy.id}' knows no role '${subject.role}'`,
      "name the role under 'roles' in the policy",
    );
  }
  if (role.purposes && !role.purposes.includes(subject.purpose ?? '')) {
    throw new RoleRefusedError(
      `role '${subject.role}' may not ask for this purpose`,
      `say one of: ${role.purposes.join(', ')}`,
    );
  }
  return role;
}

function hidden(column: ColumnMask['column'], problem: string): ColumnMask {
  return {
    column,
    informationType: 'undecided',
    sensitivity: 'restricted',
    technique: 'null',
    options: {},
    domain: 'undecided',
    because: `hidden, since nobody decided: ${problem}`,
  };
}
