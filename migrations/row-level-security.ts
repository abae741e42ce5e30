import type { QueryRunner } from 'typeorm';

/**
 * Lets the service's role see and touch only the rows of the tenant that the transaction is for. Forced,
 * so that it holds for the owner too; without a tenant there is no row. After `set_config(…, true)` the
 * setting is '' and not NULL, hence nullif.
 */
export async function isolateTenants(runner: QueryRunner, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await runner.query(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy own_tenant on ${table} to scrubjay_service
        using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
        with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
      create policy owner_sees_all on ${table} to current_user using (true) with check (true);
      grant select, insert, update, delete on ${table} to scrubjay_service;
    `);
  }
}

export async function dropTables(runner: QueryRunner, tables: readonly string[]): Promise<void> {
  for (const table of tables) await runner.query(`drop table ${table}`);
}
