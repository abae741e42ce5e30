import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../migrations/all.js';
import type { Caller } from '../../src/service/auth/caller.js';
import { DatabaseNews } from '../../src/service/database/database-news.js';
import { ServiceDatabase } from '../../src/service/database/service-database.js';
import type { JobAttempt, JobKind, JobResult } from '../../src/service/jobs/job-kind.js';
import { JobNews } from '../../src/service/jobs/job-news.js';
import type { JobQueue, JobTimings } from '../../src/service/jobs/job-queue.js';
import type { NewJob } from '../../src/service/jobs/job-records.js';
import { JobSweeper } from '../../src/service/jobs/job-sweeper.js';
import { JobWorker } from '../../src/service/jobs/job-worker.js';
import { type JobView, isEnded } from '../../src/service/jobs/job.js';
import { Jobs } from '../../src/service/jobs/jobs.js';
import { openQueue } from '../../src/service/jobs/open-queue.js';
import type { TestDatabase } from './databases.js';
import { createMigratedDatabase } from './migrated-database.js';

/** Short enough that a test sees a takeover. */
export const hurried: JobTimings = {
  leaseMs: 900,
  sweepMs: 300,
  deferMs: 100,
  scheduleMs: 200,
  progressMs: 20,
};

/** Jobs on a real queue and a real database, with one tenant. */
export interface TestJobs {
  readonly own: TestDatabase;
  readonly database: ServiceDatabase;
  readonly queue: JobQueue;
  readonly news: JobNews;
  readonly jobs: Jobs;
  readonly caller: Caller;
  /** Adds a job and announces it. */
  submit(job?: Partial<NewJob>): Promise<string>;
  /** A running worker; stopped at the end of the test run. */
  worker(options?: { concurrency?: number; perDataSource?: number }): Promise<JobWorker>;
  /** Resolves when the job has ended. */
  end(id: string): Promise<JobView>;
  stop(): Promise<void>;
}

/** What a test's job does; kind `probe`. A function that it gives is written as the job's result. */
export type Probe = (attempt: JobAttempt) => Promise<unknown>;

export async function startJobs(redisUrl: string | undefined, probe: { run: Probe }): Promise<TestJobs> {
  const own = await createMigratedDatabase();
  const database = await ServiceDatabase.open(own.url, migrations);
  const queue = await openQueue({ redisUrl, ownerUrl: own.url }, hurried, () => undefined);
  const told = await DatabaseNews.open(own.url);
  const news = new JobNews(told);
  const kind: JobKind = {
    id: 'probe',
    maxFailures: 3,
    run: async (attempt) => {
      const result = await probe.run(attempt);
      return typeof result === 'function' ? (result as JobResult) : async () => undefined;
    },
  };
  const kinds = new Map([[kind.id, kind]]);
  const jobs = new Jobs(database, queue, kinds);
  const caller = { tenantId: await tenant(own.url), subject: 'test', roles: [] } as const;
  const workers: JobWorker[] = [];
  const sweeper = new JobSweeper(database, queue, hurried);
  sweeper.start();
  return {
    ...{ own, database, queue, news, jobs, caller },
    submit: async (job = {}) => {
      const id = await database.asTenant(caller.tenantId, (manager) =>
        jobs.add(manager, caller, { kind: 'probe', subjectId: uuidv7(), ...job }),
      );
      await jobs.announce(caller.tenantId, [id]);
      return id;
    },
    worker: async ({ concurrency = 4, perDataSource = 2 } = {}) => {
      const worker = new JobWorker({
        ...{ database, queue, news, kinds, concurrency, perDataSource, timings: hurried },
        name: `worker-${workers.length}`,
        watch: { started: () => undefined, settled: () => undefined, unexpected: () => undefined },
      });
      await worker.start();
      workers.push(worker);
      return worker;
    },
    end: async (id) => {
      for (;;) {
        const view = await jobs.get(caller, id);
        if (isEnded(view.state)) return view;
        await pause(25);
      }
    },
    stop: async () => {
      await sweeper.stop();
      await Promise.all(workers.map((worker) => worker.stop(0)));
      await queue.close();
      await told.close();
      await database.close();
      await own.drop();
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function tenant(url: string): Promise<string> {
  const id = uuidv7();
  const client = new pg.Client(url);
  await client.connect();
  await client.query('insert into tenants (id, slug, name) values ($1, $2, $2)', [id, `t${Date.now()}`]);
  await client.end();
  return id;
}
