import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ServiceDatabase } from '../database/service-database.js';
import { UnauthenticatedError } from '../problems/problems.js';
import type { Credentials, Presented, Verified } from './caller.js';
import type { Role } from './permissions.js';

/** `sj_<prefix>_<secret>`: the prefix finds the key and may be shown; the secret is kept as a hash only. */
const format = /^sj_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

export interface NewApiKey {
  /** Shown to its maker once and never kept. */
  readonly token: string;
  readonly prefix: string;
  readonly hash: Buffer;
}

interface ApiKeyRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly hash: Buffer;
  readonly roles: Role[];
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

/** Makes a key of 256 random bits; a fast hash is enough for what cannot be guessed. */
export function newApiKey(): NewApiKey {
  const prefix = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { token: `sj_${prefix}_${secret}`, prefix, hash: hashOf(secret) };
}

/** Milliseconds within which a key's use is noted once. */
const USE_MS = 60_000;

/** API keys, for machines. */
export class ApiKeyCredentials implements Credentials {
  readonly #database: ServiceDatabase;
  readonly #now: () => Date;

  constructor(database: ServiceDatabase, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  async check(token: string): Promise<Presented | undefined> {
    const [, prefix, secret] = format.exec(token) ?? [];
    if (prefix === undefined || secret === undefined) return undefined;
    return { lookUp: () => this.#lookUp(prefix, secret) };
  }

  async #lookUp(prefix: string, secret: string): Promise<Verified> {
    const [row] = await this.#database.withoutTenant<ApiKeyRow>('select * from api_key_by_prefix($1)', [
      prefix,
    ]);
    // An unknown prefix takes the same comparison: timing tells nothing.
    const same = timingSafeEqual(row?.hash ?? hashOf(''), hashOf(secret));
    if (!row || !same) throw new UnauthenticatedError('unknown API key');
    if (row.revoked_at) throw new UnauthenticatedError('revoked API key');
    if (row.expires_at && row.expires_at <= this.#now()) throw new UnauthenticatedError('expired API key');
    await this.#noteUse(row);
    const caller = { tenantId: row.tenant_id, subject: `api-key:${row.id}`, roles: row.roles };
    return { caller, ...(row.expires_at && { expiresAt: row.expires_at }) };
  }

  /** To the minute: a busy key must not write a row for each request. */
  async #noteUse({ tenant_id, id, last_used_at }: ApiKeyRow): Promise<void> {
    if (last_used_at && this.#now().getTime() - last_used_at.getTime() < USE_MS) return;
    await this.#database.asTenant(tenant_id, (manager) =>
      manager.query(
        `update api_keys set last_used_at = now()
         where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
        [id],
      ),
    );
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
