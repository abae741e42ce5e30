import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { type KeyWrapper, open, rewrap, seal, type SealedSecret } from './envelope.js';

interface SecretRow {
  readonly id: string;
  readonly key_id: string;
  readonly wrapped_key: Buffer;
  readonly ciphertext: Buffer;
}

/** Connection strings and keys of tenants: sealed before they reach the database, opened only to be used. */
export class SecretStore {
  readonly #wrapper: KeyWrapper;

  constructor(wrapper: KeyWrapper) {
    this.#wrapper = wrapper;
  }

  async put(manager: EntityManager, tenantId: string, plaintext: string): Promise<string> {
    const id = randomUUID();
    const sealed = await seal(plaintext, contextOf(tenantId, id), this.#wrapper);
    await manager.query(
      'insert into secrets (tenant_id, id, key_id, wrapped_key, ciphertext) values ($1, $2, $3, $4, $5)',
      [tenantId, id, sealed.keyId, sealed.wrappedKey, sealed.ciphertext],
    );
    return id;
  }

  async read(manager: EntityManager, tenantId: string, id: string): Promise<string> {
    const [row] = await manager.query<SecretRow[]>('select * from secrets where id = $1', [id]);
    if (!row) throw new Error(`secret ${id} is gone although it is referred to`);
    return open(sealedOf(row), contextOf(tenantId, id), this.#wrapper);
  }

  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.query('delete from secrets where id = $1', [id]);
  }

  /** Wraps everything that an older key closed with the current one; returns how many. */
  async rotate(manager: EntityManager): Promise<number> {
    const rows = await manager.query<SecretRow[]>('select * from secrets where key_id <> $1 for update', [
      this.#wrapper.keyId,
    ]);
    for (const row of rows) {
      const { keyId, wrappedKey } = await rewrap(sealedOf(row), this.#wrapper);
      await manager.query('update secrets set key_id = $1, wrapped_key = $2 where id = $3', [
        keyId,
        wrappedKey,
        row.id,
      ]);
    }
    return rows.length;
  }
}

function sealedOf({ key_id, wrapped_key, ciphertext }: SecretRow): SealedSecret {
  return { keyId: key_id, wrappedKey: wrapped_key, ciphertext };
}

/** A ciphertext moved to another tenant or row does not open. */
function contextOf(tenantId: string, id: string): string {
  return `${tenantId}/${id}`;
}
