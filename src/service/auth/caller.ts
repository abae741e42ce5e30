import type { Role } from './permissions.js';

/** Who a verified credential speaks for. The tenant comes from here and from nowhere else. */
export interface Caller {
  readonly tenantId: string;
  /** `api-key:<id>` or `oidc:<issuer>#<subject>`: what the audit log keeps. */
  readonly subject: string;
  readonly roles: readonly Role[];
}

/** One kind of credential; `AuthGuard` asks each in turn. */
export interface Credentials {
  /** The caller of a bearer token; undefined when the token is of another kind. Throws when it is invalid. */
  verify(token: string): Promise<Caller | undefined>;
}

/** Nest's token for the list of credential kinds. */
export const CREDENTIALS = Symbol('credentials');
