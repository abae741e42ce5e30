import { readFile } from 'node:fs/promises';
import { v7 as uuidv7 } from 'uuid';
import { newLabel, writeLabels } from '../../src/service/labels/label-rows.js';
import type { ScrubJobView } from '../../src/service/scrub-jobs/scrub-job.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { createDatabase, serverUrl, type TestDatabase } from './databases.js';
import { labelsFor, shippedRules } from './planning.js';
import { callerOf } from './serve.js';
import type { TestService } from './service.js';

/** A tenant of a service with a database that is labelled and a scrub job that copies it. */
export interface ScrubbedTenant {
  readonly id: string;
  readonly call: ReturnType<typeof callerOf>;
  readonly production: TestDatabase;
  /** Name of the database that the copy becomes. */
  readonly staging: string;
  readonly scrubJob: ScrubJobView;
  drop(): Promise<void>;
}

/**
 * @param schema of the database to copy
 * @param types of its sensitive columns, as `table.column`; all others hold nothing sensitive
 */
export async function scrubbedTenant(
  service: TestService,
  schema: string,
  types: Readonly<Record<string, string>>,
  definition: object = {},
): Promise<ScrubbedTenant> {
  const production = await createDatabase(schema);
  const staging = `staging_${uuidv7().slice(-12)}`;
  const tenant = await service.tenant(['tenant-admin', 'steward', 'operator']);
  const call = callerOf(service.application, tenant.token);
  const register = async (name: string, environment: string, location: string) =>
    (await call<{ id: string }>('POST', '/data-sources', { name, environment, location })).body.id;
  const sourceId = await register('shop', 'production', production.url);
  const targetId = await register('staging', 'staging', serverUrl(staging));
  const session = await postgresEngine.open(production.url);
  const labels = await labelsFor(await session.introspect(), types);
  await session.close();
  await service.database.asTenant(tenant.id, (manager) =>
    writeLabels(manager, tenant.id, sourceId, [...labels.columns.values()].map(newLabel)),
  );
  const { body: scrubJob } = await call<ScrubJobView>('POST', '/scrub-jobs', {
    ...{ name: 'nightly', sourceId, targetId, policyId: await keepDefaultPolicy(service, tenant.id) },
    ...definition,
  });
  return {
    ...{ id: tenant.id, call, production, staging, scrubJob },
    drop: async () => {
      for (const name of [staging, `${staging}__previous`])
        await production.query(`drop database if exists "${name}" with (force)`);
      await production.drop();
    },
  };
}

/** The default policy as a tenant's own. */
export async function keepDefaultPolicy(service: TestService, tenantId: string): Promise<string> {
  const { policies } = await shippedRules();
  const { sha256 } = policies.get('default')!;
  const source = await readFile('rules/policies/default.yaml', 'utf8');
  const id = uuidv7();
  await service.own.query(
    `insert into policies (tenant_id, id, name, title, created_by, version) values ($1, $2, 'default', 'Default', 'test', 1)`,
    [tenantId, id],
  );
  await service.own.query(
    `insert into policy_versions (tenant_id, policy_id, number, source, sha256, created_by) values ($1, $2, 1, $3, $4, 'test')`,
    [tenantId, id, source, sha256],
  );
  return id;
}
