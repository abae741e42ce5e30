import { jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { ConfigurationError } from '../../../src/service/configuration/configuration.js';
import { claimJob, endJob } from '../../../src/service/jobs/job-records.js';
import { hurried, pause, type Probe, startJobs, type TestJobs } from '../../support/jobs.js';
import { hasRedis, startRedis, type TestRedis } from '../../support/redis.js';

// One behaviour on two queues. Redis comes with no npm package: without one its half is skipped, in sight.
describe.each([
  { queue: 'pg-boss', redis: false },
  { queue: 'bullmq', redis: true },
])('jobs on $queue', ({ redis: onRedis }) => {
  const behaves = onRedis && !hasRedis ? it.skip : it;
  const skipped = onRedis && !hasRedis;
  const behavesWithRedis = onRedis ? behaves : () => undefined; // pg-boss lives where jobs are taken in
  const probe: { run: Probe } = { run: async () => undefined };
  let redis: TestRedis | undefined;
  let jobs: TestJobs;

  beforeAll(async () => {
    if (skipped) return;
    redis = onRedis ? await startRedis() : undefined;
    jobs = await startJobs(redis?.url, probe);
  });
  afterAll(async () => {
    if (skipped) return;
    await jobs.stop();
    await redis?.stop();
  });

  const stateOf = async (id: string) => (await jobs.jobs.get(jobs.caller, id)).state;
  const reached = async (id: string, state: string) => {
    while ((await stateOf(id)) !== state) await pause(10);
  };

  behaves('are done once each, by whichever worker', async () => {
    const done = new Map<string, number>();
    probe.run = async ({ jobId }) => {
      await pause(2);
      return async () => void done.set(jobId, (done.get(jobId) ?? 0) + 1);
    };
    const workers = [await jobs.worker({ concurrency: 8 }), await jobs.worker({ concurrency: 8 })];
    const ids = await Promise.all(Array.from({ length: 100 }, () => jobs.submit()));
    for (const id of ids) expect(await jobs.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect([...done.values()].every((times) => times === 1)).toBe(true);
    expect(done.size).toBe(100);
    await Promise.all(workers.map((worker) => worker.stop(1_000)));
  });

  behaves('carry nothing but ids', async () => {
    await jobs.queue.announce([{ tenantId: jobs.caller.tenantId, jobId: uuidv7() }], 60_000);
    const announce = jest.spyOn(jobs.queue, 'announce');
    await jobs.submit({ exclusiveKey: 'secret-canary' });
    const [[messages]] = announce.mock.calls;
    expect(messages.map((message) => Object.keys(message).sort())).toEqual([['jobId', 'tenantId']]);
    announce.mockRestore();
  });

  behaves(
    'fail with a reason that quotes nobody, and are not tried again when that cannot help',
    async () => {
      const worker = await jobs.worker();
      probe.run = () => Promise.reject(new ConfigurationError('the label file is empty', 'write one'));
      expect(await jobs.end(await jobs.submit())).toMatchObject({
        state: 'failed',
        attempt: 1,
        reason: { code: 'configuration', detail: 'the label file is empty', hint: 'write one' },
      });
      await worker.stop(0);
    },
  );

  behaves('are tried again with growing waits, and then have failed', async () => {
    const worker = await jobs.worker();
    const at: number[] = [];
    probe.run = () => {
      at.push(Date.now());
      return Promise.reject(new Error('connection to ana@example.org lost'));
    };
    const failed = await jobs.end(await jobs.submit());
    expect(failed).toMatchObject({ state: 'failed', attempt: 3, reason: { code: 'internal' } });
    expect(JSON.stringify(failed)).not.toContain('ana@example.org');
    expect(at[1] - at[0]).toBeGreaterThanOrEqual(450);
    expect(at[2] - at[1]).toBeGreaterThanOrEqual(950);
    await worker.stop(0);
  });

  behaves('are cancelled while they wait', async () => {
    const id = await jobs.submit();
    expect(await jobs.jobs.cancel(jobs.caller, id)).toMatchObject({
      state: 'cancelled',
      reason: { code: 'cancelled' },
    });
    await expect(jobs.jobs.cancel(jobs.caller, id)).rejects.toMatchObject({ code: 'job-ended', status: 409 });
  });

  behaves('are cancelled while they run, without waiting for the next sign of life', async () => {
    const worker = await jobs.worker();
    probe.run = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const id = await jobs.submit();
    await reached(id, 'running');
    const asked = Date.now();
    await jobs.jobs.cancel(jobs.caller, id);
    expect(await jobs.end(id)).toMatchObject({ state: 'cancelled', reason: { code: 'cancelled' } });
    expect(Date.now() - asked).toBeLessThan(hurried.leaseMs);
    await worker.stop(0);
  });

  behaves('are taken over when their worker dies, and the dead cannot end them', async () => {
    probe.run = async () => undefined;
    const id = await jobs.submit();
    // A worker that takes the job and is never heard of again.
    const claim = await jobs.database.asTenant(jobs.caller.tenantId, (manager) =>
      claimJob(manager, id, { ...hurried, worker: 'dead', perDataSource: 1, maxFailures: () => 3 }),
    );
    expect(claim.verdict).toBe('claimed');
    const worker = await jobs.worker();
    expect(await jobs.end(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    const ghost = (claim as { job: Parameters<typeof endJob>[1] }).job;
    const ended = await jobs.database.asTenant(jobs.caller.tenantId, (manager) =>
      endJob(manager, ghost, { state: 'failed', reason: { code: 'x', detail: 'x', hint: 'x' } }),
    );
    expect(ended).toBe(false);
    expect(await stateOf(id)).toBe('succeeded');
    await worker.stop(0);
  });

  behaves('have failed when their workers die again and again', async () => {
    const id = await jobs.submit();
    for (let death = 0; death < 3; death++) {
      await jobs.own.query(
        `update jobs set lease_until = now() - interval '1 s' where state = 'running' and id = $1`,
        [id],
      );
      await jobs.database.asTenant(jobs.caller.tenantId, (manager) =>
        claimJob(manager, id, { ...hurried, worker: 'dead', perDataSource: 1, maxFailures: () => 3 }),
      );
    }
    const worker = await jobs.worker();
    expect(await jobs.end(id)).toMatchObject({ state: 'failed', reason: { code: 'worker-lost' } });
    await worker.stop(0);
  });

  behaves('go on from their checkpoint on another worker when theirs stops', async () => {
    const seen: unknown[] = [];
    probe.run = async ({ checkpoint, keep, signal }) => {
      seen.push(checkpoint);
      if (checkpoint !== null) return;
      await keep({ tables: 3 });
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const first = await jobs.worker();
    const id = await jobs.submit();
    await reached(id, 'running');
    await pause(50);
    await first.stop(0);
    expect(await stateOf(id)).toBe('queued');
    const second = await jobs.worker();
    expect(await jobs.end(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(seen).toEqual([null, { tables: 3 }]);
    await second.stop(0);
  });

  behaves('let a worker that stops finish what it can within its grace', async () => {
    probe.run = () => pause(200);
    const worker = await jobs.worker();
    const id = await jobs.submit();
    await reached(id, 'running');
    await worker.stop(5_000);
    expect(await stateOf(id)).toBe('succeeded');
  });

  behaves('run on one data source only so many at a time, and with one key one at a time', async () => {
    let now = 0;
    let most = 0;
    probe.run = async () => {
      most = Math.max(most, ++now);
      await pause(30);
      now--;
    };
    const workers = [await jobs.worker({ concurrency: 8 }), await jobs.worker({ concurrency: 8 })];
    const dataSource = uuidv7();
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => jobs.submit({ dataSourceIds: [dataSource] })),
    );
    for (const id of ids) await jobs.end(id);
    expect(most).toBe(2);
    most = 0;
    const keyed = await Promise.all(Array.from({ length: 4 }, () => jobs.submit({ exclusiveKey: 'target' })));
    for (const id of keyed) await jobs.end(id);
    expect(most).toBe(1);
    await Promise.all(workers.map((worker) => worker.stop(0)));
  });

  behaves('are found again when the queue has lost all that it held', async () => {
    probe.run = async () => undefined;
    const id = await jobs.submit();
    if (redis) {
      await redis.kill();
      await redis.restart();
    } else await jobs.own.query('delete from scrubjay_queue.job');
    const worker = await jobs.worker();
    expect(await jobs.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    await worker.stop(0);
  });

  behavesWithRedis('are taken in while the queue is gone, and done when it is back', async () => {
    probe.run = async () => undefined;
    const worker = await jobs.worker();
    await redis!.kill();
    const id = await jobs.submit();
    expect(await stateOf(id)).toBe('queued');
    await pause(300);
    await redis!.restart();
    expect(await jobs.end(id)).toMatchObject({ state: 'succeeded' });
    await worker.stop(0);
  });

  behaves('come through a database that breaks off every connection', async () => {
    let runs = 0;
    probe.run = async () => {
      runs++;
      await pause(100);
    };
    const worker = await jobs.worker();
    const id = await jobs.submit();
    await reached(id, 'running');
    await jobs.own.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await until(async () => (await stateOf(id)) === 'succeeded');
    expect(runs).toBe(1);
    await worker.stop(0);
  });

  behaves('are not taken for lost when a machine’s clock jumps', async () => {
    let runs = 0;
    probe.run = async () => {
      runs++;
      await pause(1_200);
    };
    const worker = await jobs.worker();
    const id = await jobs.submit();
    await reached(id, 'running');
    const now = Date.now.bind(Date);
    const jump = jest.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
    await pause(400);
    jump.mockImplementation(() => now() - 3_600_000);
    expect(await jobs.end(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    jump.mockRestore();
    expect(runs).toBe(1);
    await worker.stop(0);
  });
});

/** Tries until it holds; what is thrown on the way (a connection that is gone) is tried again. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await pause(50);
}
