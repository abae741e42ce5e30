import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { MASKING_KEY_LENGTH, type MaskingKey, parseMaskingKey } from '../../runs/masking-key.js';
import type { SecretStore } from './secret-store.js';

/**
 * The key that a tenant's stand-ins come from: made when it is first needed and sealed like every secret.
 * One a tenant, so that a person has one stand-in in all of its copies, and in nobody else's.
 */
export class MaskingKeys {
  readonly #secrets: SecretStore;

  constructor(secrets: SecretStore) {
    this.#secrets = secrets;
  }

  async of(manager: EntityManager, tenantId: string): Promise<MaskingKey> {
    // Two that come first at the same time would make two keys.
    await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`masking key ${tenantId}`]);
    const [kept] = await manager.query<{ secret_id: string }[]>('select secret_id from masking_keys');
    if (kept) return parse(await this.#secrets.read(manager, tenantId, kept.secret_id));
    const text = randomBytes(MASKING_KEY_LENGTH).toString('hex');
    const key = parse(text);
    await manager.query('insert into masking_keys (tenant_id, key_id, secret_id) values ($1, $2, $3)', [
      tenantId,
      key.id,
      await this.#secrets.put(manager, tenantId, text),
    ]);
    return key;
  }
}

function parse(text: string): MaskingKey {
  return parseMaskingKey(text, 'the tenant’s secrets');
}
