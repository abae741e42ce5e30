import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import type { Labels } from '../../domain/classification/labels-file.js';
import { checkRole, decideRoleView } from '../../domain/policy/decide-role-view.js';
import type { Policy } from '../../domain/policy/policy.js';
import { dependsOnUser, nextChangeOf } from '../../domain/policy/policy-times.js';
import type { QuerySubject } from '../../domain/policy/query-subject.js';
import type { RoleViews, Viewer } from '../database/role-views.js';
import type { GatewayFile } from './gateway-file.js';

/** What the views of one database's roles are worked out from. */
export interface ViewBasis {
  readonly database: string;
  readonly environment: string;
  readonly roles: GatewayFile['roles'];
  /** By what `roles.*.policy` says. */
  readonly policies: ReadonlyMap<string, Policy>;
  readonly labels: Labels;
  readonly types: InformationTypeRegistry;
}

/**
 * What each role sees of a database: by its policy, which is asked about role, purpose, environment, time and
 * user; or everything, for roles that the gateway file shows all to.
 * @throws RoleRefusedError when a policy does not let a role that the file gives it to query for its purpose
 */
export function viewsByPolicy({
  database,
  environment,
  roles,
  policies,
  labels,
  types,
}: ViewBasis): RoleViews {
  const served = new Map(
    Object.entries(roles).filter(([, { databases }]) => databases?.includes(database) ?? true),
  );
  const policyOf = (role: string) => {
    const { policy } = served.get(role)!;
    return policy === undefined ? undefined : givenTo(role, policies.get(policy)!);
  };
  const subjectOf = ({ role, user }: Viewer, at: Date): QuerySubject => {
    const { purpose } = served.get(role)!;
    return { role, at, environment, attributes: { user }, ...(purpose === undefined ? {} : { purpose }) };
  };
  for (const role of served.keys()) {
    const policy = policyOf(role);
    if (policy) checkRole(policy, subjectOf({ role, user: '' }, new Date()));
  }
  return {
    roles: [...served.keys()],
    viewOf: (catalog, viewer, at) => {
      const policy = policyOf(viewer.role);
      if (!policy) return { role: viewer.role, access: 'clear', masks: new Map() };
      const basis = { catalog: catalog.catalog, labels, policy, types, subject: subjectOf(viewer, at) };
      const { trustedFunctions } = served.get(viewer.role)!;
      return { ...decideRoleView(basis), trustedFunctions };
    },
    dependsOnUser: (role) => {
      const policy = policyOf(role);
      return policy !== undefined && dependsOnUser(policy);
    },
    nextChange: (at) => Math.min(...[...policies.values()].map((policy) => nextChangeOf(policy, at))),
  };
}

/** A policy that names no roles leaves it to the gateway file who queries by it. */
function givenTo(role: string, policy: Policy): Policy {
  return Object.keys(policy.roles).length > 0
    ? policy
    : { ...policy, roles: { [role]: { access: 'masked' } } };
}
