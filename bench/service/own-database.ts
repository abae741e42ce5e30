import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../migrations/all.js';
import { newApiKey } from '../../src/service/auth/api-key-credentials.js';
import { ServiceDatabase } from '../../src/service/database/service-database.js';

/** A service's database with one tenant whose key may do everything. */
export interface Seeded {
  readonly url: string;
  readonly tenantId: string;
  readonly token: string;
  /** 32 bytes in base64. */
  readonly encryptionKey: string;
}

/** Makes the database and the tenant. */
export async function seedTenant(url: string): Promise<Seeded> {
  const database = await ServiceDatabase.open(url, migrations);
  await database.close();
  const tenantId = uuidv7();
  const key = newApiKey();
  await withClient(url, async (client) => {
    await client.query(`insert into tenants (id, slug, name) values ($1, 'bench', 'bench')`, [tenantId]);
    await client.query(
      `insert into api_keys (tenant_id, id, name, prefix, hash, roles, created_by)
       values ($1, $2, 'bench', $3, $4, '{steward,operator,tenant-admin}', 'bench')`,
      [tenantId, uuidv7(), key.prefix, key.hash],
    );
  });
  return { url, tenantId, token: key.token, encryptionKey: randomBytes(32).toString('base64') };
}

/** Findings and labels of ten data sources. */
export async function seedFindings({ url, tenantId }: Seeded, findings: number): Promise<void> {
  await withClient(url, async (client) => {
    const secret = uuidv7();
    await client.query(`insert into secrets values ($1, $2, 'bench', '\\x00', '\\x00')`, [tenantId, secret]);
    for (let source = 0; source < 10; source++) {
      const id = uuidv7();
      await client.query(
        `insert into data_sources (tenant_id, id, name, engine, environment, display, secret_id, created_by)
         values ($1, $2, $3, 'postgres', 'production', 'postgres://bench', $4, 'bench')`,
        [tenantId, id, `source ${source}`, secret],
      );
      const names = `select 'public.table_' || n / 20 || '.column_' || n % 20 as name from generate_series(1, ${findings / 10}) n`;
      await client.query(
        `insert into findings (tenant_id, id, data_source_id, column_name, information_type, sensitivity,
           confidence, evidence, scan_id, found_at)
         select $1, uuidv7(), $2, name, 'email-address', 'confidential', 0.93,
           '[{"source":"name","says":"name matches","weight":2.1},{"source":"values","says":"94 % of 500 sampled values parse","weight":3.4}]',
           $3, now() from (${names}) as named`,
        [tenantId, id, uuidv7()],
      );
      await client.query(
        `insert into labels (tenant_id, id, data_source_id, column_name, information_type, sensitivity, status,
           confidence, structure, needs_review, sensitive, updated_at)
         select tenant_id, uuidv7(), data_source_id, column_name, information_type, sensitivity, 'proposed',
           confidence, '0123456789abcdef', true, true, now() from findings where data_source_id = $1`,
        [id],
      );
    }
    await client.query('analyze');
  });
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
