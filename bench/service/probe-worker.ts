import { migrations } from '../../migrations/all.js';
import { DatabaseNews } from '../../src/service/database/database-news.js';
import { ServiceDatabase } from '../../src/service/database/service-database.js';
import type { JobKind } from '../../src/service/jobs/job-kind.js';
import { JobNews } from '../../src/service/jobs/job-news.js';
import { defaultTimings } from '../../src/service/jobs/job-queue.js';
import { JobSweeper } from '../../src/service/jobs/job-sweeper.js';
import { JobWorker } from '../../src/service/jobs/job-worker.js';
import { openQueue } from '../../src/service/jobs/open-queue.js';

/** A worker process whose jobs take a moment and write one row each, to be counted. */
const [url, redisUrl] = process.argv.slice(2) as [string, string | undefined];
const timings = { ...defaultTimings, leaseMs: 3_000, sweepMs: 1_000 };
const database = await ServiceDatabase.open(url, migrations);
const queue = await openQueue({ redisUrl, ownerUrl: url }, timings, () => undefined);
const news = new JobNews(await DatabaseNews.open(url));

const probe: JobKind = {
  id: 'probe',
  maxFailures: 20,
  run: async ({ jobId, attempt }) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return async (manager) => {
      await manager.query('insert into probe_effects values ($1, $2)', [jobId, attempt]);
    };
  },
};
const ignore = () => undefined;
const worker = new JobWorker({
  ...{ database, queue, news, timings, kinds: new Map([[probe.id, probe]]) },
  name: `probe/${process.pid}`,
  concurrency: 8,
  perDataSource: 2,
  watch: { started: ignore, settled: ignore, unexpected: ignore },
});
const sweeper = new JobSweeper(database, queue, timings);
await worker.start();
sweeper.start();
process.send!('ready');
