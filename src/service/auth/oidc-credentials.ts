import type { JWTPayload } from 'jose';
import { claimedIssuer, OidcTokens, TokenRefused, type VerifiedClaims } from '../../runs/oidc-tokens.js';
import type { OidcIssuer } from '../configuration/configuration.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { RequestError, UnauthenticatedError } from '../problems/problems.js';
import type { Credentials, Presented, Verified } from './caller.js';
import type { Role } from './permissions.js';

/** The issuer of a token cannot be asked for its keys: nobody can say whether the token holds. */
export class IssuerUnavailableError extends RequestError {
  readonly code = 'issuer-unavailable';
  readonly status = 503;

  constructor(cause: unknown) {
    super('the issuer of the token does not answer, so the token cannot be checked', 'try again in a while', {
      cause,
    });
  }
}

/** Tokens of OpenID Connect issuers, for people: found by discovery, checked by the issuer's published keys. */
export class OidcCredentials implements Credentials {
  readonly #issuers: ReadonlyMap<string, OidcIssuer>;
  readonly #tokens = new OidcTokens();
  readonly #database: ServiceDatabase;

  constructor(issuers: readonly OidcIssuer[], database: ServiceDatabase) {
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
    this.#database = database;
  }

  async check(token: string): Promise<Presented | undefined> {
    const issuer = this.#issuers.get(claimedIssuer(token) ?? '');
    if (!issuer) return undefined;
    const claims = await this.#verifiedClaims(token, issuer);
    return { lookUp: () => this.#lookUp(claims, issuer) };
  }

  async #lookUp(claims: VerifiedClaims, issuer: OidcIssuer): Promise<Verified> {
    const tenantId = await this.#tenantOf(claims, issuer);
    const subject = `oidc:${issuer.issuer}#${claims.sub}`;
    const roles = new Set([...rolesOf(claims, issuer), ...(await this.#memberRoles(tenantId, subject))]);
    return { caller: { tenantId, subject, roles: [...roles] } };
  }

  async #verifiedClaims(token: string, issuer: OidcIssuer) {
    try {
      return await this.#tokens.verify(token, issuer);
    } catch (error) {
      if (error instanceof TokenRefused) throw new UnauthenticatedError(error.reason);
      throw new IssuerUnavailableError(error);
    }
  }

  async #memberRoles(tenantId: string, subject: string): Promise<readonly Role[]> {
    const [member] = await this.#database.asTenant(tenantId, (manager) =>
      manager.query<{ roles: Role[] }[]>('select roles from members where subject = $1', [subject]),
    );
    return member?.roles ?? [];
  }

  async #tenantOf(claims: JWTPayload, { tenant, tenantClaim }: OidcIssuer): Promise<string> {
    const slug = tenant ?? claims[tenantClaim!];
    if (typeof slug !== 'string') throw new UnauthenticatedError('token names no tenant');
    const [row] = await this.#database.withoutTenant<{ id: string | null }>(
      'select tenant_by_slug($1) as id',
      [slug],
    );
    if (!row?.id) throw new UnauthenticatedError('token names an unknown tenant');
    return row.id;
  }
}

function rolesOf(claims: JWTPayload, { groupsClaim, groupRoles }: OidcIssuer): readonly Role[] {
  const groups = claims[groupsClaim];
  if (!Array.isArray(groups)) return [];
  const roles = groups.flatMap((group) => (typeof group === 'string' && groupRoles[group]) || []);
  return [...new Set(roles)];
}
