import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { z } from 'zod';

/** Signatures that an issuer may use: none of the symmetric ones, and never `none`. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Seconds that our clock and the issuer's may differ. */
const CLOCK_SKEW_SECONDS = 60;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** A token that is not to be believed; the reason is for logs, not for whoever sent it. */
export class TokenRefused extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'TokenRefused';
  }
}

/** Who issues tokens, and for whom they must be. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: string;
}

/** Claims of a token whose signature, issuer, audience and time were checked. */
export type VerifiedClaims = JWTPayload & { readonly sub: string; readonly exp: number };

/** Checks tokens of OpenID Connect issuers: found by discovery, checked by the issuer's published keys. */
export class OidcTokens {
  readonly #keys = new Map<string, Promise<JWTVerifyGetKey>>();

  /** @throws TokenRefused; other errors when the issuer cannot be reached */
  async verify(token: string, { issuer, audience }: TokenIssuer): Promise<VerifiedClaims> {
    try {
      const { payload } = await jwtVerify(token, await this.#keysOf(issuer), {
        issuer,
        audience,
        algorithms,
        clockTolerance: CLOCK_SKEW_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      if (payload.sub === undefined || payload.exp === undefined)
        throw new TokenRefused('token without subject');
      return payload as VerifiedClaims;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new TokenRefused(error.code);
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
}

/** The issuer that a token says it is from, before anything is checked; undefined for what is no token. */
export function claimedIssuer(token: string): string | undefined {
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
  if (discovered.issuer !== issuer) throw new TokenRefused('discovery answers for another issuer');
  return createRemoteJWKSet(new URL(discovered.jwks_uri), { timeoutDuration: 5_000 });
}
