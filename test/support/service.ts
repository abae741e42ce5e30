import { createHash, randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../migrations/all.js';
import { createApplication } from '../../src/service/application.js';
import { newApiKey } from '../../src/service/auth/api-key-credentials.js';
import type { Role } from '../../src/service/auth/permissions.js';
import { readConfiguration } from '../../src/service/configuration/configuration.js';
import { DatabaseNews } from '../../src/service/database/database-news.js';
import { ServiceDatabase } from '../../src/service/database/service-database.js';
import type { Foundation } from '../../src/service/foundation.js';
import { openJobKeeping } from '../../src/service/jobs/job-keeping.js';
import type { JobTimings } from '../../src/service/jobs/job-queue.js';
import { createLog } from '../../src/service/logging/log.js';
import { LocalKeyWrapper } from '../../src/service/secrets/envelope.js';
import { packagedClassifier } from './classifier.js';
import type { TestDatabase } from './databases.js';
import { hurried } from './jobs.js';
import { createMigratedDatabase } from './migrated-database.js';
import { shippedRules } from './planning.js';

/** A tenant and a key of it. */
export interface TestTenant {
  readonly id: string;
  readonly slug: string;
  readonly token: string;
}

/** The whole service on a database of its own, called through its HTTP stack without a port. */
export interface TestService {
  readonly application: NestFastifyApplication;
  readonly database: ServiceDatabase;
  /** The service's own database, as its owner. */
  readonly own: TestDatabase;
  readonly foundation: Foundation;
  /** A new tenant and an API key of it. */
  tenant(roles: readonly Role[]): Promise<TestTenant>;
  /** Another API key of a tenant. */
  key(tenantId: string, roles: readonly Role[]): Promise<string>;
  stop(): Promise<void>;
}

/** Compiled once a test file, and only in one that scans. */
let classifier: ReturnType<typeof packagedClassifier> | undefined;

/** What a test may have otherwise. */
export interface StartOptions {
  /** Of its jobs; hurried by default. */
  readonly timings?: JobTimings;
  /** Its database; a new one on the run's server by default. */
  readonly own?: TestDatabase;
}

/** @param logTo where log lines go; nobody reads them by default */
export async function startService(
  environment: NodeJS.ProcessEnv = {},
  logTo: DestinationStream = { write: () => undefined },
  { timings = hurried, own: given }: StartOptions = {},
): Promise<TestService> {
  const own = given ?? (await createMigratedDatabase());
  const database = await ServiceDatabase.open(own.url, migrations);
  const configuration = readConfiguration({
    ALLOW_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'debug',
    ...environment,
  });
  const { encryptionKey } = configuration;
  const key = encryptionKey === undefined ? randomBytes(32) : Buffer.from(encryptionKey, 'base64');
  const keyWrapper = new LocalKeyWrapper([key]);
  const parts = {
    configuration,
    database,
    databaseUrl: own.url,
    news: await DatabaseNews.open(own.url),
    keyWrapper,
    rules: await shippedRules(),
    log: createLog(configuration, logTo),
  };
  const keeping = await openJobKeeping({
    ...parts,
    classifier: () => (classifier ??= packagedClassifier()),
    timings,
  });
  const foundation = { ...parts, keeping };
  const application = await createApplication(foundation);
  await application.init();
  await application.getHttpAdapter().getInstance().ready();
  return {
    application,
    database,
    own,
    foundation,
    tenant: async (roles) => {
      const { id, slug } = await createTenant(own);
      return { id, slug, token: await createKey(own, id, roles) };
    },
    key: (tenantId, roles) => createKey(own, tenantId, roles),
    stop: async () => {
      await application.close();
      await keeping.close();
      await parts.news.close();
      await database.close();
      await own.drop();
    },
  };
}

async function createTenant(own: TestDatabase): Promise<{ id: string; slug: string }> {
  const id = uuidv7();
  const slug = `t${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
  await own.query('insert into tenants (id, slug, name) values ($1, $2, $2)', [id, slug]);
  return { id, slug };
}

async function createKey(own: TestDatabase, tenantId: string, roles: readonly Role[]): Promise<string> {
  const key = newApiKey();
  await own.query(
    `insert into api_keys (tenant_id, id, name, prefix, hash, roles, created_by) values ($1, $2, 'test', $3, $4, $5, 'test')`,
    [tenantId, uuidv7(), key.prefix, key.hash, roles],
  );
  return key.token;
}
