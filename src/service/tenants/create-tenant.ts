import { v7 as uuidv7 } from 'uuid';
import { ScrubjayError } from '../../domain/errors.js';
import { newApiKey } from '../auth/api-key-credentials.js';
import { type Role, roles } from '../auth/permissions.js';
import { asOwner } from '../database/as-owner.js';

/** A tenant of this slug is there, or the slug has the wrong form. */
export class TenantSlugError extends ScrubjayError {
  readonly code = 'tenant-slug';
}

export interface NewTenant {
  readonly id: string;
  readonly slug: string;
  /** An API key of the tenant: shown once. */
  readonly token: string;
}

/**
 * Makes a tenant and its first API key, as the owner of the service's database: no credential of the API
 * stands above tenants.
 * @throws TenantSlugError
 */
export async function createTenant(
  databaseUrl: string,
  {
    slug,
    name,
    roles: held,
  }: { readonly slug: string; readonly name: string; readonly roles: readonly Role[] },
): Promise<NewTenant> {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(slug)) {
    throw new TenantSlugError(
      `"${slug}" is no slug`,
      'use at most 63 small letters, digits and hyphens, a letter or digit first',
    );
  }
  return asOwner(databaseUrl, async (client) => {
    const id = uuidv7();
    const made = await client.query(
      'insert into tenants (id, slug, name) values ($1, $2, $3) on conflict (slug) do nothing',
      [id, slug, name],
    );
    if (made.rowCount === 0) {
      throw new TenantSlugError(`there is a tenant "${slug}"`, 'choose another slug');
    }
    const key = newApiKey();
    await client.query(
      `insert into api_keys (tenant_id, id, name, prefix, hash, roles, created_by)
       values ($1, $2, 'first key', $3, $4, $5, 'operator')`,
      [id, uuidv7(), key.prefix, key.hash, held],
    );
    return { id, slug, token: key.token };
  });
}

/** The tenant of a service that was just set up; undefined when there is any. */
export async function createFirstTenant(databaseUrl: string): Promise<NewTenant | undefined> {
  const there = await asOwner(databaseUrl, (client) => client.query('select from tenants limit 1'));
  if (there.rowCount !== 0) return undefined;
  return createTenant(databaseUrl, { slug: 'default', name: 'Default', roles });
}
