import { asOwner } from '../database/as-owner.js';
import type { Foundation } from '../foundation.js';
import { SecretStore } from './secret-store.js';

/**
 * Wraps every tenant's secrets with the current key, tenant by tenant, each in a transaction; gives how many
 * were wrapped anew. Run again after a break it does the rest.
 */
export async function rotateSecrets({
  database,
  databaseUrl,
  keyWrapper,
}: Pick<Foundation, 'database' | 'databaseUrl' | 'keyWrapper'>): Promise<number> {
  const secrets = new SecretStore(keyWrapper);
  let rotated = 0;
  const tenants = await asOwner(databaseUrl, (client) =>
    client.query<{ id: string }>('select id from tenants'),
  );
  for (const { id } of tenants.rows) {
    rotated += await database.asTenant(id, (manager) => secrets.rotate(manager));
  }
  return rotated;
}
