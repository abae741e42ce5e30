import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  decodeJwt,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import type { OidcIssuer } from '../configuration/configuration.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { UnauthenticatedError } from '../problems/problems.js';
import type { Caller, Credentials } from './caller.js';
import type { Role } from './permissions.js';

/** Signatures that an issuer may use: none of the symmetric ones, and never `none`. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Seconds that our clock and the issuer's may differ. */
const CLOCK_SKEW_SECONDS = 60;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Tokens of OpenID Connect issuers, for people: found by discovery, checked by the issuer's published keys. */
export class OidcCredentials implements Credentials {
  readonly #issuers: ReadonlyMap<string, OidcIssuer>;
  readonly #keys = new Map<string, Promise<JWTVerifyGetKey>>();
  readonly #database: ServiceDatabase;

  constructor(issuers: readonly OidcIssuer[], database: ServiceDatabase) {
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
    this.#database = database;
  }

  async verify(token: string): Promise<Caller | undefined> {
    const issuer = this.#issuers.get(claimedIssuer(token) ?? '');
    if (!issuer) return undefined;
    const claims = await this.#verifiedClaims(token, issuer);
    if (claims.sub === undefined) throw new UnauthenticatedError('token without subject');
    return {
      tenantId: await this.#tenantOf(claims, issuer),
      subject: `oidc:${issuer.issuer}#${claims.sub}`,
      roles: rolesOf(claims, issuer),
    };
  }

  async #verifiedClaims(token: string, { issuer, audience }: OidcIssuer): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, await this.#keysOf(issuer), {
        issuer,
        audience,
        algorithms,
        clockTolerance: CLOCK_SKEW_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new UnauthenticatedError(error.code);
      throw error;
    }
  }

  /** jose fetches the keys anew when a token names one it has not seen: that is how issuers rotate them. */
  async #keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    let keys = this.#keys.get(issuer);
    if (!keys) {
      keys = discover(issuer);
      this.#keys.set(issuer, keys);
      // A failed discovery is not remembered: the next token tries again.
      keys.catch(() => this.#keys.delete(issuer));
    }
    return keys;
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

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined; // not a JWT: another kind of credential may know it
  }
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const location = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(location, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
  const discovered = discoverySchema.parse(await response.json());
  if (discovered.issuer !== issuer) throw new UnauthenticatedError('discovery answers for another issuer');
  return createRemoteJWKSet(new URL(discovered.jwks_uri), { timeoutDuration: 5_000 });
}

function rolesOf(claims: JWTPayload, { groupsClaim, groupRoles }: OidcIssuer): readonly Role[] {
  const groups = claims[groupsClaim];
  if (!Array.isArray(groups)) return [];
  const roles = groups.flatMap((group) => (typeof group === 'string' && groupRoles[group]) || []);
  return [...new Set(roles)];
}
