import type { Classifier } from '../../domain/classification/classifier.js';
import type { DescribedCheck } from '../../domain/posture/evaluate-checks.js';
import { readChecks } from '../../rules/read-checks.js';
import type { Rules } from '../../rules/read-rules.js';
import type { Configuration } from '../configuration/configuration.js';
import { DataSourceLocations } from '../data-sources/read-location.js';
import type { DatabaseNews } from '../database/database-news.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Logger } from '../logging/log.js';
import { AddressPolicy } from '../network/address-policy.js';
import { PostureRunJob } from '../posture-runs/posture-run-job.js';
import { PostureRuns } from '../posture-runs/posture-runs.js';
import { ScanJob } from '../scans/scan-job.js';
import { Scans } from '../scans/scans.js';
import { ScrubRunJob } from '../scrub-runs/scrub-run-job.js';
import { ScrubRuns } from '../scrub-runs/scrub-runs.js';
import type { KeyWrapper } from '../secrets/envelope.js';
import { MaskingKeys } from '../secrets/masking-keys.js';
import { SecretStore } from '../secrets/secret-store.js';
import { DeliveryJob } from '../webhooks/delivery-job.js';
import type { JobKind } from './job-kind.js';
import { JobNews } from './job-news.js';
import { defaultTimings, type JobQueue, type JobTimings } from './job-queue.js';
import { Jobs } from './jobs.js';
import { openQueue } from './open-queue.js';

/** What every process that starts, follows or does jobs has open. */
export interface JobKeeping {
  readonly queue: JobQueue;
  readonly news: JobNews;
  readonly kinds: ReadonlyMap<string, JobKind>;
  readonly jobs: Jobs;
  readonly scans: Scans;
  readonly scrubRuns: ScrubRuns;
  readonly postureRuns: PostureRuns;
  /** What posture runs ask. */
  readonly checks: readonly DescribedCheck[];
  readonly timings: JobTimings;
  close(): Promise<void>;
}

export interface JobKeepingParts {
  readonly configuration: Configuration;
  readonly database: ServiceDatabase;
  /** The owner's connection. */
  readonly databaseUrl: string;
  readonly news: DatabaseNews;
  readonly keyWrapper: KeyWrapper;
  readonly rules: Rules;
  /** Compiled when first asked for. */
  readonly classifier: () => Promise<Classifier>;
  readonly log: Logger;
  readonly timings?: JobTimings;
}

export async function openJobKeeping(parts: JobKeepingParts): Promise<JobKeeping> {
  const { configuration, database, databaseUrl, log, timings = defaultTimings } = parts;
  // A queue that is gone says so at each try: class and code, never its text.
  const onError = (error: unknown) => log.warn({ err: error }, 'the job queue does not answer');
  const queue = await openQueue(
    { redisUrl: configuration.redisUrl, ownerUrl: databaseUrl },
    timings,
    onError,
  );
  const checks = await readChecks();
  const kinds = jobKinds(parts, checks);
  const jobs = new Jobs(database, queue, kinds);
  return {
    queue,
    news: new JobNews(parts.news),
    kinds,
    jobs,
    scans: new Scans(database, jobs),
    scrubRuns: new ScrubRuns(database, jobs),
    postureRuns: new PostureRuns(database, jobs, checks),
    checks,
    timings,
    close: () => queue.close(),
  };
}

/** Every kind of job, by its id. */
function jobKinds(parts: JobKeepingParts, checks: readonly DescribedCheck[]): ReadonlyMap<string, JobKind> {
  const { configuration, database, keyWrapper, rules, classifier } = parts;
  const addresses = new AddressPolicy(configuration);
  const secrets = new SecretStore(keyWrapper);
  const locations = new DataSourceLocations(database, secrets, addresses);
  const keys = new MaskingKeys(secrets);
  const { signingKeyFile } = configuration;
  const kinds: readonly JobKind[] = [
    new ScanJob(database, locations, classifier),
    new ScrubRunJob({ database, locations, keys, rules, signingKeyFile }),
    new PostureRunJob({ database, locations, rules, checks }),
    new DeliveryJob(database, secrets, addresses),
  ];
  return new Map(kinds.map((kind) => [kind.id, kind]));
}
