/** What people and machines are to a tenant. A caller has one or several. */
export const roles = ['auditor', 'engineer', 'steward', 'operator', 'tenant-admin'] as const;

export type Role = (typeof roles)[number];

const everyone: readonly Role[] = roles;

/**
 * Who may do what: the one table of permissions. Auditors read everything and change nothing; engineers
 * look and classify; stewards decide labels and policies; operators run scrubs; the tenant's admin
 * manages people, keys and data sources, and does not decide labels. What a query shows to a role that may
 * ask one, its data source's policy decides.
 */
export const permissions = {
  'tenant:read': everyone,
  'tenant:change': ['tenant-admin'],
  'member:read': ['auditor', 'tenant-admin'],
  'member:change': ['tenant-admin'],
  'api-key:read': ['auditor', 'tenant-admin'],
  'api-key:change': ['tenant-admin'],
  'data-source:read': everyone,
  'data-source:change': ['steward', 'tenant-admin'],
  'data-source:scan': ['engineer', 'steward'],
  'data-source:query': ['auditor', 'engineer', 'steward', 'operator'],
  'break-glass:approve': ['steward', 'tenant-admin'],
  'finding:read': everyone,
  'label:read': everyone,
  'label:review': ['steward'],
  'label:comment': ['engineer', 'steward', 'operator'],
  'policy:read': everyone,
  'policy:change': ['steward'],
  'scrub-job:read': everyone,
  'scrub-job:change': ['operator'],
  'scrub-job:run': ['operator'],
  'attestation:read': everyone,
  'posture:read': everyone,
  'posture-run:start': ['engineer', 'steward', 'operator'],
  'posture-settings:change': ['steward', 'operator'],
  'posture-exception:change': ['steward'],
  'evidence:read': ['auditor', 'tenant-admin'],
  'audit:read': ['auditor', 'tenant-admin'],
  'webhook:read': ['auditor', 'operator', 'tenant-admin'],
  'webhook:change': ['operator', 'tenant-admin'],
  'job:read': everyone,
  'job:cancel': ['operator', 'steward', 'tenant-admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** True when one of the roles has the permission. */
export function allows(permission: Permission, held: readonly Role[]): boolean {
  const allowed: readonly Role[] = permissions[permission];
  return held.some((role) => allowed.includes(role));
}
