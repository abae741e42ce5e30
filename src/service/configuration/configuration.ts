import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ScrubjayError } from '../../domain/errors.js';
import { roles } from '../auth/permissions.js';

/** A setting of the service is missing or cannot be understood. */
export class ConfigurationError extends ScrubjayError {
  readonly code = 'configuration';
}

/** One identity provider; its tokens are trusted for exactly one audience. */
const oidcIssuerSchema = z.strictObject({
  issuer: z.url({ protocol: /^https?$/ }),
  audience: z.string().min(1),
  /** The tenant that all tokens of this issuer belong to, or the claim that names it (by slug). */
  tenant: z.string().optional(),
  tenantClaim: z.string().optional(),
  /** The claim that lists groups, and what role each group has here. */
  groupsClaim: z.string().default('groups'),
  groupRoles: z.record(z.string(), z.enum(roles)).default({}),
});

export type OidcIssuer = z.infer<typeof oidcIssuerSchema>;

const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  /** Owner's connection to the service's own PostgreSQL; the embedded one when absent. */
  DATABASE_URL: z.string().optional(),
  SCRUBJAY_DATA_DIRECTORY: z.string().default('.scrubjay/service'),
  REDIS_URL: z.string().optional(),
  /** 32 bytes, base64: wraps the keys that secrets are encrypted with. */
  SCRUBJAY_ENCRYPTION_KEY: z.string().optional(),
  /** The key before the last rotation: still opens what it closed. */
  SCRUBJAY_PREVIOUS_ENCRYPTION_KEY: z.string().optional(),
  /** JSON array of issuers. */
  OIDC_ISSUERS: z.string().default('[]'),
  /** Origins that a browser may call from, comma-separated. */
  CORS_ORIGINS: z.string().default(''),
  /** Requests a minute for one credential or, without one, address. */
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().positive().default(600),
  /** Addresses that stand in front of us and may say who called, comma-separated. */
  TRUSTED_PROXIES: z.string().default(''),
  /** Whether data sources and webhooks may lie at loopback and private addresses. */
  ALLOW_PRIVATE_ADDRESSES: z.enum(['true', 'false']).default('false'),
  /** Path of the Ed25519 key (PEM) that attestations are signed with. */
  SCRUBJAY_SIGNING_KEY: z.string().optional(),
  /** Jobs that one worker does at a time. */
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(4),
  /** Jobs that all workers together may do on one data source at a time. */
  JOBS_PER_DATA_SOURCE: z.coerce.number().int().min(1).max(100).default(2),
  /** Seconds that jobs may go on for after the process was asked to stop. */
  SHUTDOWN_GRACE_SECONDS: z.coerce.number().int().min(0).max(3_600).default(20),
  /** Where metrics and health are served for the machinery around; nowhere when absent. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  METRICS_HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** How one process of the service runs; read once at start. */
export interface Configuration {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string | undefined;
  readonly dataDirectory: string;
  readonly redisUrl: string | undefined;
  readonly encryptionKey: string | undefined;
  readonly previousEncryptionKey: string | undefined;
  readonly oidcIssuers: readonly OidcIssuer[];
  readonly corsOrigins: readonly string[];
  readonly rateLimitPerMinute: number;
  readonly trustedProxies: readonly string[];
  readonly allowPrivateAddresses: boolean;
  readonly signingKeyFile: string | undefined;
  readonly workerConcurrency: number;
  readonly jobsPerDataSource: number;
  readonly shutdownGraceMs: number;
  readonly metricsPort: number | undefined;
  readonly metricsHost: string;
  readonly logLevel: string;
}

/**
 * Reads the configuration from environment variables; `NAME_FILE` gives the file that holds NAME, as
 * container platforms mount secrets. Throws `ConfigurationError` that names every variable to mend.
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const parsed = environmentSchema.safeParse(withFiles(environment));
  if (!parsed.success) {
    // Names and problems only: a value may be a secret.
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigurationError(problems.join('; '), 'mend these environment variables and start again');
  }
  const settings = parsed.data;
  return {
    port: settings.PORT,
    host: settings.HOST,
    databaseUrl: settings.DATABASE_URL,
    dataDirectory: settings.SCRUBJAY_DATA_DIRECTORY,
    redisUrl: settings.REDIS_URL,
    encryptionKey: settings.SCRUBJAY_ENCRYPTION_KEY,
    previousEncryptionKey: settings.SCRUBJAY_PREVIOUS_ENCRYPTION_KEY,
    oidcIssuers: parseIssuers(settings.OIDC_ISSUERS),
    corsOrigins: list(settings.CORS_ORIGINS),
    rateLimitPerMinute: settings.RATE_LIMIT_PER_MINUTE,
    trustedProxies: list(settings.TRUSTED_PROXIES),
    allowPrivateAddresses: settings.ALLOW_PRIVATE_ADDRESSES === 'true',
    signingKeyFile: settings.SCRUBJAY_SIGNING_KEY,
    workerConcurrency: settings.WORKER_CONCURRENCY,
    jobsPerDataSource: settings.JOBS_PER_DATA_SOURCE,
    shutdownGraceMs: settings.SHUTDOWN_GRACE_SECONDS * 1_000,
    metricsPort: settings.METRICS_PORT,
    metricsHost: settings.METRICS_HOST,
    logLevel: settings.LOG_LEVEL,
  };
}

/** The folder of the embedded database and the keys made for it. */
export function dataFile({ dataDirectory }: Configuration, name: string): string {
  return join(dataDirectory, name);
}

function withFiles(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings = { ...environment };
  for (const name of Object.keys(environmentSchema.shape)) {
    const file = environment[`${name}_FILE`];
    if (file === undefined) continue;
    try {
      settings[name] = readFileSync(file, 'utf8').trim();
    } catch (cause) {
      throw new ConfigurationError(`${name}_FILE cannot be read`, `let the service read ${file}`, { cause });
    }
  }
  return settings;
}

function parseIssuers(text: string): readonly OidcIssuer[] {
  const hint =
    'give a JSON array such as [{"issuer":"https://id.example.com","audience":"scrubjay","tenant":"acme"}]';
  try {
    const issuers = z.array(oidcIssuerSchema).parse(JSON.parse(text));
    if (issuers.every(({ tenant, tenantClaim }) => (tenant === undefined) !== (tenantClaim === undefined))) {
      return issuers;
    }
  } catch (cause) {
    throw new ConfigurationError('OIDC_ISSUERS cannot be understood', hint, { cause });
  }
  throw new ConfigurationError('each of OIDC_ISSUERS needs either a tenant or a tenantClaim', hint);
}

function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
