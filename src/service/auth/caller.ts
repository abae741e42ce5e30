import type { Role } from './permissions.js';

/** Who a verified credential speaks for. The tenant comes from here and from nowhere else. */
export interface Caller {
  readonly tenantId: string;
  /** `api-key:<id>` or `oidc:<issuer>#<subject>`: what the audit log keeps. */
  readonly subject: string;
  readonly roles: readonly Role[];
}

/** A credential that the service's database knows. */
export interface Verified {
  readonly caller: Caller;
  /** Undefined when the database sets no end to it. */
  readonly expiresAt?: Date;
}

/** A credential that is right in itself: whom it speaks for is for the service's database to say. */
export interface Presented {
  /** Throws `UnauthenticatedError` when it opens nothing. */
  lookUp(): Promise<Verified>;
}

/** One kind of credential; `KnownCallers` asks each in turn. */
export interface Credentials {
  /**
   * Checks all that can be told without the database: form, signature, time. Undefined for a token of
   * another kind. Throws `UnauthenticatedError`.
   */
  check(token: string): Promise<Presented | undefined>;
}
