import { hostname } from 'node:os';
import type { Configuration } from '../configuration/configuration.js';
import type { ServiceDatabase } from '../database/service-database.js';
import type { Logger } from '../logging/log.js';
import type { Metrics } from '../metrics/metrics.js';
import { Scheduler } from '../schedules/scheduler.js';
import type { JobKeeping } from './job-keeping.js';
import { JobSweeper } from './job-sweeper.js';
import { JobWorker, type WorkerWatch } from './job-worker.js';

/** A process's work under way. */
export interface Working {
  /** Takes no more jobs and schedules; lets those under way end, then gives them back. */
  stop(): Promise<void>;
}

export interface WorkingParts {
  readonly configuration: Configuration;
  readonly database: ServiceDatabase;
  readonly keeping: JobKeeping;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Has this process do jobs, start what is due, and find what a queue lost. */
export async function startWorking(parts: WorkingParts): Promise<Working> {
  const { configuration, database, keeping, log, metrics } = parts;
  const { queue, news, kinds, jobs, timings } = keeping;
  const worker = new JobWorker({
    ...{ database, queue, news, kinds, timings },
    name: `${hostname()}/${process.pid}`,
    concurrency: configuration.workerConcurrency,
    perDataSource: configuration.jobsPerDataSource,
    watch: watchOf(log, metrics),
  });
  const sweeper = new JobSweeper(database, queue, timings);
  const scheduler = new Scheduler(
    database,
    jobs,
    { scan: keeping.scans, scrub: keeping.scrubRuns, posture: keeping.postureRuns },
    timings,
  );
  await worker.start();
  sweeper.start();
  scheduler.start();
  return {
    stop: async () => {
      await scheduler.stop();
      await worker.stop(configuration.shutdownGraceMs);
      await sweeper.stop();
    },
  };
}

/** One line a job, with ids and codes only. */
function watchOf(log: Logger, metrics: Metrics): WorkerWatch {
  return {
    started: ({ id, kind, attempt }) => {
      metrics.jobStarted(kind);
      log.info({ job: id, kind, attempt }, 'job taken');
    },
    settled: ({ id, kind, attempt }, how, durationMs) => {
      metrics.jobSettled(kind, how, durationMs);
      log.info({ job: id, kind, attempt, how, durationMs: Math.round(durationMs) }, 'job settled');
    },
    unexpected: ({ id, kind, attempt }, error) => {
      log.error({ job: id, kind, attempt, err: error }, 'job broke off');
    },
  };
}
