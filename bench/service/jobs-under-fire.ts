import { migrations } from '../../migrations/all.js';
import { ServiceDatabase } from '../../src/service/database/service-database.js';
import { insertJob } from '../../src/service/jobs/job-records.js';
import { defaultTimings } from '../../src/service/jobs/job-queue.js';
import { openQueue } from '../../src/service/jobs/open-queue.js';
import { type Child, startChild } from './child.js';
import { type Seeded, withClient } from './own-database.js';

/** What became of the jobs while their workers were killed. */
export interface UnderFire {
  readonly lost: number;
  /** Jobs whose effect was written more than once. */
  readonly doneTwice: number;
  readonly kills: number;
  /** Jobs that a second worker took over. */
  readonly takenOver: number;
  readonly seconds: number;
}

const WORKERS = 3;

/** Jobs added in one transaction, and announced at once. */
const BATCH = 500;

/** Queues jobs, has workers do them, and kills a random one again and again until enough are killed. */
export async function jobsUnderFire(
  { url, tenantId }: Seeded,
  redisUrl: string | undefined,
  { jobs, kills }: { readonly jobs: number; readonly kills: number },
): Promise<UnderFire> {
  await withClient(url, async (client) => {
    await client.query(`
      create table probe_effects (job_id uuid not null, attempt integer not null);
      grant insert on probe_effects to scrubjay_service`);
  });
  await enqueue(url, redisUrl, tenantId, jobs);
  const began = performance.now();
  const start = () => startChild('./probe-worker.js', [url, ...(redisUrl === undefined ? [] : [redisUrl])]);
  const workers: Promise<Child<unknown>>[] = Array.from({ length: WORKERS }, start);
  await Promise.all(workers);
  let killed = 0;
  try {
    while (killed < kills) {
      // Spread over the whole of the work: the next is due when its share has been done.
      const left = await count(url, 'jobs where finished_at is null');
      if (left === 0) break;
      if (jobs - left < (jobs * killed) / kills) {
        await pause(20);
        continue;
      }
      const unlucky = Math.floor(Math.random() * workers.length);
      await (await workers[unlucky]).kill();
      killed++;
      // Not waited for: the others go on meanwhile, and may be killed too.
      workers[unlucky] = start();
    }
    await untilEnded(url);
  } finally {
    await Promise.all(workers.map(async (worker) => (await worker).kill()));
  }
  const seconds = (performance.now() - began) / 1_000;
  const effects = await count(url, 'probe_effects');
  const distinct = await count(url, '(select distinct job_id from probe_effects) as d');
  const succeeded = await count(url, `jobs where state = 'succeeded'`);
  const takenOver = await count(url, 'jobs where attempt > 1');
  await withClient(url, async (client) => {
    await client.query('drop table probe_effects; delete from jobs');
  });
  return {
    lost: jobs - Math.min(succeeded, distinct),
    doneTwice: effects - distinct,
    kills: killed,
    takenOver,
    seconds,
  };
}

async function enqueue(
  url: string,
  redisUrl: string | undefined,
  tenantId: string,
  jobs: number,
): Promise<void> {
  const database = await ServiceDatabase.open(url, migrations);
  const queue = await openQueue({ redisUrl, ownerUrl: url }, defaultTimings, () => undefined);
  const caller = { tenantId, subject: 'bench', roles: [] };
  for (let done = 0; done < jobs; done += BATCH) {
    const ids = await database.asTenant(tenantId, async (manager) => {
      const added: string[] = [];
      for (let i = done; i < Math.min(jobs, done + BATCH); i++) {
        added.push(await insertJob(manager, caller, { kind: 'probe', subjectId: tenantId }));
      }
      return added;
    });
    await queue.announce(ids.map((jobId) => ({ tenantId, jobId })));
  }
  await queue.close();
  await database.close();
}

/** Rejects when nothing moves any more: then jobs are lost. */
async function untilEnded(url: string): Promise<void> {
  let left = Infinity;
  let movedAt = performance.now();
  for (;;) {
    const now = await count(url, 'jobs where finished_at is null');
    if (now === 0) return;
    if (now < left) movedAt = performance.now();
    left = now;
    if (performance.now() - movedAt > 60_000) return; // counted as lost
    await pause(250);
  }
}

function count(url: string, what: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ n: string }>(`select count(*) as n from ${what}`);
    return Number(rows[0].n);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
