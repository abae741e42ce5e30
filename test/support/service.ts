import { createHash, randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import type { DestinationStream } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../migrations/all.js';
import { createApplication } from '../../src/service/application.js';
import { newApiKey } from '../../src/service/auth/api-key-credentials.js';
import type { Role } from '../../src/service/auth/permissions.js';
import { readConfiguration } from '../../src/service/configuration/configuration.js';
import { ServiceDatabase } from '../../src/service/database/service-database.js';
import { createLog } from '../../src/service/logging/log.js';
import { LocalKeyWrapper } from '../../src/service/secrets/envelope.js';
import { createDatabase, type TestDatabase } from './databases.js';
import { shippedRules } from './planning.js';

/** The whole service on a database of its own, called through its HTTP stack without a port. */
export interface TestService {
  readonly application: NestFastifyApplication;
  readonly database: ServiceDatabase;
  /** The service's own database, as its owner. */
  readonly own: TestDatabase;
  /** A new tenant and an API key of it. */
  tenant(
    roles: readonly Role[],
  ): Promise<{ readonly id: string; readonly slug: string; readonly token: string }>;
  stop(): Promise<void>;
}

/** @param logTo where log lines go; nobody reads them by default */
export async function startService(
  environment: NodeJS.ProcessEnv = {},
  logTo: DestinationStream = { write: () => undefined },
): Promise<TestService> {
  const own = await createDatabase();
  const database = await ServiceDatabase.open(own.url, migrations);
  const configuration = readConfiguration({
    ALLOW_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'debug',
    ...environment,
  });
  const keyWrapper = new LocalKeyWrapper([randomBytes(32)]);
  const application = await createApplication({
    configuration,
    database,
    databaseUrl: own.url,
    keyWrapper,
    rules: await shippedRules(),
    log: createLog(configuration, logTo),
  });
  await application.init();
  await application.getHttpAdapter().getInstance().ready();
  return {
    application,
    database,
    own,
    tenant: (roles) => createTenant(own.url, roles),
    stop: async () => {
      await application.close();
      await database.close();
      await own.drop();
    },
  };
}

async function createTenant(url: string, roles: readonly Role[]) {
  const id = uuidv7();
  const slug = `t${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
  const key = newApiKey();
  const client = new pg.Client(url);
  await client.connect();
  await client.query('insert into tenants (id, slug, name) values ($1, $2, $2)', [id, slug]);
  await client.query(
    `insert into api_keys (tenant_id, id, name, prefix, hash, roles, created_by) values ($1, $2, 'test', $3, $4, $5, 'test')`,
    [id, uuidv7(), key.prefix, key.hash, roles],
  );
  await client.end();
  return { id, slug, token: key.token };
}
