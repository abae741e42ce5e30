import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { migrations } from '../../migrations/all.js';
import { EmbeddedServer } from '../engines/postgres/embedded-server.js';
import { readClassifier } from '../rules/read-classifier.js';
import { readRules, type Rules } from '../rules/read-rules.js';
import { readPrivateFile, writePrivateFile } from '../runs/private-file.js';
import { type Configuration, ConfigurationError, dataFile } from './configuration/configuration.js';
import { DatabaseNews } from './database/database-news.js';
import { ServiceDatabase } from './database/service-database.js';
import { type JobKeeping, openJobKeeping } from './jobs/job-keeping.js';
import { createLog, type Logger } from './logging/log.js';
import { type KeyWrapper, LocalKeyWrapper } from './secrets/envelope.js';

/** What the service is built on: made before Nest, so that a start fails before it listens. */
export interface Foundation {
  readonly configuration: Configuration;
  readonly database: ServiceDatabase;
  /** Owner's connection to the service's own database: for migrations and the job queue. */
  readonly databaseUrl: string;
  /** What transactions of the database tell. */
  readonly news: DatabaseNews;
  readonly keyWrapper: KeyWrapper;
  readonly rules: Rules;
  readonly log: Logger;
  /** The queue of jobs and what belongs to it. */
  readonly keeping: JobKeeping;
}

/** A foundation that this process opened and has to close. */
export interface OpenFoundation extends Foundation {
  close(): Promise<void>;
}

/**
 * Opens everything that an entry (`main`, `worker`) stands on: the database, which is brought up to date
 * and is the embedded one without `DATABASE_URL`, the wrapping key of secrets, and the rules.
 * @throws ScrubjayError for a setting or a database that does not serve
 */
export async function openFoundation(configuration: Configuration): Promise<OpenFoundation> {
  const keyWrapper = await readKeyWrapper(configuration);
  const rules = await readRules();
  const embedded =
    configuration.databaseUrl === undefined
      ? await EmbeddedServer.start({ dataDirectory: dataFile(configuration, 'database') })
      : undefined;
  try {
    const databaseUrl = configuration.databaseUrl ?? embedded!.url();
    const database = await ServiceDatabase.open(databaseUrl, migrations);
    const news = await DatabaseNews.open(databaseUrl);
    const log = createLog(configuration);
    const parts = { configuration, database, databaseUrl, news, keyWrapper, rules, log };
    let classifier: ReturnType<typeof readClassifier> | undefined;
    const keeping = await openJobKeeping({
      ...parts,
      classifier: () => (classifier ??= readClassifier(rules)),
    });
    const close = async () => {
      await keeping.close();
      await news.close();
      await database.close();
      await embedded?.stop();
    };
    return { ...parts, keeping, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/**
 * The keys from the environment. Without any, beside the embedded database, one is made and kept in the
 * data directory; beside a database elsewhere it would be lost with this machine, and all secrets with it.
 */
async function readKeyWrapper(configuration: Configuration): Promise<KeyWrapper> {
  const { encryptionKey, previousEncryptionKey } = configuration;
  const current = encryptionKey ?? (await keptKey(configuration));
  const previous =
    previousEncryptionKey === undefined
      ? []
      : [decode(previousEncryptionKey, 'SCRUBJAY_PREVIOUS_ENCRYPTION_KEY')];
  return new LocalKeyWrapper([decode(current, 'SCRUBJAY_ENCRYPTION_KEY'), ...previous]);
}

async function keptKey(configuration: Configuration): Promise<string> {
  if (configuration.databaseUrl !== undefined) {
    throw new ConfigurationError('SCRUBJAY_ENCRYPTION_KEY is missing', howToMakeKey);
  }
  const file = dataFile(configuration, 'encryption.key');
  if (!existsSync(file)) {
    // Others may pass through, as the embedded database's own account must; the key's file is closed to them.
    await mkdir(configuration.dataDirectory, { recursive: true, mode: 0o711 });
    await writePrivateFile(file, `${randomBytes(32).toString('base64')}\n`);
  }
  return (await readPrivateFile(file)).trim();
}

function decode(text: string, name: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length === 32) return key;
  throw new ConfigurationError(`${name} is not 32 bytes in base64`, howToMakeKey);
}

const howToMakeKey =
  "make one with 'openssl rand -base64 32', keep it where secrets are kept, and give it as SCRUBJAY_ENCRYPTION_KEY or SCRUBJAY_ENCRYPTION_KEY_FILE";
