import { hash } from 'node:crypto';
import type { DatabaseNews } from '../database/database-news.js';
import { UnauthenticatedError } from '../problems/problems.js';
import type { Caller, Credentials, Presented, Verified } from './caller.js';

/** The channel on which the database tells whose credentials changed: a tenant's id. */
const CHANNEL = 'scrubjay_credentials';

/** Milliseconds that a credential is taken for what the database said of it. */
const KEPT_MS = 30_000;

/** Credentials that are remembered at most. */
const MOST = 10_000;

interface Known extends Verified {
  /** By a clock that only goes forward. */
  readonly untilMs: number;
}

/**
 * Says who bearer tokens speak for. What the database said of one is remembered for a short while; the
 * database tells at once when a credential was revoked or changed, and while that cannot be heard nothing
 * is remembered and each request asks anew. Signatures and times are checked at each request.
 */
export class KnownCallers {
  readonly #kinds: readonly Credentials[];
  /** By the token's hash: no token stays in memory. */
  readonly #known = new Map<string, Known>();
  #hears = false;
  /** Counts what was told, so that a verification that began before is not remembered after. */
  #told = 0;

  /** @param kinds of credentials, asked in turn */
  constructor(kinds: readonly Credentials[], news: DatabaseNews) {
    this.#kinds = kinds;
    news.hear({
      channel: CHANNEL,
      told: (tenantId) => this.forget(tenantId),
      hearing: () => {
        this.#hears = true;
      },
      lost: () => {
        this.#hears = false;
        this.#told++;
        this.#known.clear();
      },
    });
  }

  /** Throws `UnauthenticatedError` for a token that does not hold. */
  async identify(token: string): Promise<Caller> {
    const presented = await this.#check(token);
    const key = hash('sha256', token, 'base64');
    const known = this.#known.get(key);
    if (known && performance.now() < known.untilMs && holdsYet(known)) return known.caller;
    const toldBefore = this.#told;
    const verified = await presented.lookUp();
    if (this.#hears && this.#told === toldBefore) this.#remember(key, verified);
    return verified.caller;
  }

  /** The tenant's credentials are looked up anew. */
  forget(tenantId: string): void {
    this.#told++;
    for (const [key, { caller }] of this.#known) if (caller.tenantId === tenantId) this.#known.delete(key);
  }

  async #check(token: string): Promise<Presented> {
    for (const kind of this.#kinds) {
      const presented = await kind.check(token);
      if (presented) return presented;
    }
    throw new UnauthenticatedError('no kind of credential knows the token');
  }

  #remember(key: string, verified: Verified): void {
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(key, { ...verified, untilMs: performance.now() + KEPT_MS });
  }
}

function holdsYet({ expiresAt }: Verified): boolean {
  return expiresAt === undefined || Date.now() < expiresAt.getTime();
}
