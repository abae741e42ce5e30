import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import {
  allows,
  type Permission,
  permissions,
  type Role,
  roles,
} from '../../src/service/auth/permissions.js';
import { ApiClient } from '../support/api-client.js';
import { operationsOf, valuesOf } from '../support/openapi.js';
import { startService, type TestService } from '../support/service.js';

/** Who may do what, written down a second time: a letter a role, a dot where it may not. */
const matrix: Readonly<Record<Permission, string>> = {
  // auditor, engineer, steward, operator, tenant-admin
  'tenant:read': 'aesot',
  'tenant:change': '....t',
  'member:read': 'a...t',
  'member:change': '....t',
  'api-key:read': 'a...t',
  'api-key:change': '....t',
  'data-source:read': 'aesot',
  'data-source:change': '..s.t',
  'data-source:scan': '.es..',
  'data-source:query': 'aeso.',
  'break-glass:approve': '..s.t',
  'finding:read': 'aesot',
  'label:read': 'aesot',
  'label:review': '..s..',
  'label:comment': '.eso.',
  'policy:read': 'aesot',
  'policy:change': '..s..',
  'scrub-job:read': 'aesot',
  'scrub-job:change': '...o.',
  'scrub-job:run': '...o.',
  'attestation:read': 'aesot',
  'posture:read': 'aesot',
  'posture-run:start': '.eso.',
  'posture-settings:change': '..so.',
  'posture-exception:change': '..s..',
  'evidence:read': 'a...t',
  'audit:read': 'a...t',
  'webhook:read': 'a..ot',
  'webhook:change': '...ot',
  'job:read': 'aesot',
  'job:cancel': '..sot',
};

describe('permissions', () => {
  const cells = (Object.keys(permissions) as Permission[]).flatMap((permission) =>
    roles.map((role, i) => ({ permission, role, allowed: matrix[permission][i] !== '.' })),
  );

  it.each(cells)('$permission for $role: $allowed', ({ permission, role, allowed }) => {
    expect(allows(permission, [role])).toBe(allowed);
  });

  it('are held by nobody without a role', () => {
    for (const permission of Object.keys(permissions))
      expect(allows(permission as Permission, [])).toBe(false);
  });
});

describe('every route', () => {
  let service: TestService;
  const clients = new Map<Role, ApiClient>();
  beforeAll(async () => {
    service = await startService({ RATE_LIMIT_PER_MINUTE: '100000' });
    for (const role of roles) clients.set(role, new ApiClient(service, (await service.tenant([role])).token));
  });
  afterAll(() => service.stop());

  it('answers 403 to exactly those roles that lack its permission', async () => {
    const wrong: string[] = [];
    for (const { id, method, path, permission, body, streams } of operationsOf(service)) {
      if (permission === undefined || streams) continue;
      const url = path.replace(/\{\w+\}/g, randomUUID());
      const [payload] = body ? fc.sample(valuesOf(body), { numRuns: 1, seed: 1 }) : [undefined];
      for (const [role, client] of clients) {
        const { status } = await client.call(method, url, { body: payload, headers: { 'if-match': '"1"' } });
        const allowed = allows(permission as Permission, [role]);
        if ((status === 403) === allowed) wrong.push(`${id} as ${role}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('answers 401 without a credential', async () => {
    const stranger = new ApiClient(service, undefined);
    for (const { method, path, permission } of operationsOf(service)) {
      if (permission === undefined) continue;
      const answer = await stranger.call(method, path.replace(/\{\w+\}/g, randomUUID()));
      // A stranger who comes often is told to wait; either way nothing is answered.
      expect([401, 429]).toContain(answer.status);
    }
  });
});
