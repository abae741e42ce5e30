import pg from 'pg';
import type { Working } from '../../src/service/jobs/start-working.js';
import type { JobAttempt } from '../../src/service/jobs/job-kind.js';
import { claimJob, writeCheckpoint } from '../../src/service/jobs/job-records.js';
import type { JobView } from '../../src/service/jobs/job.js';
import type { ScrubRunView } from '../../src/service/scrub-runs/scrub-run.js';
import { serverUrl } from '../support/databases.js';
import { hurried, pause } from '../support/jobs.js';
import { type ScrubbedTenant, scrubbedTenant } from '../support/scrub-service.js';
import { work } from '../support/serve.js';
import { startService, type TestService } from '../support/service.js';

const shop = `
  create table events (id bigint primary key, email text not null);
  insert into events select n, 'ana.novak' || n || '@example.org' from generate_series(1, 100000) n;
  create table customers (id bigint primary key, email text not null);
  insert into customers select n, 'ana.novak' || n || '@example.org' from generate_series(1, 100) n;
  create table shops (id bigint primary key, town text);
  insert into shops values (1, 'Wien');
`;
const types = { 'events.email': 'email-address', 'customers.email': 'email-address' };

describe('a scrub run that was broken off', () => {
  let service: TestService;
  let tenant: ScrubbedTenant;
  let working: Working | undefined;
  beforeAll(async () => {
    service = await startService({}, undefined, { timings: { ...hurried, leaseMs: 20_000 } });
  });
  beforeEach(async () => {
    tenant = await scrubbedTenant(service, shop, types);
  });
  afterEach(async () => {
    await working?.stop();
    working = undefined;
    await tenant.drop();
  });
  afterAll(() => service.stop());

  const start = async () =>
    (await tenant.call<ScrubRunView>('POST', `/scrub-jobs/${tenant.scrubJob.id}/runs`)).body;
  const run = async (id: string) => (await tenant.call<ScrubRunView>('GET', `/scrub-runs/${id}`)).body;
  const ended = async (id: string): Promise<ScrubRunView> => {
    for (;;) {
      const view = await run(id);
      if (!['queued', 'running'].includes(view.job.state)) return view;
      await pause(50);
    }
  };
  /** The work database, once the run has copied a table and is at another. */
  const workDatabase = async (): Promise<string> => {
    const name = await workDatabaseMade();
    // One session all along: the worker shares this process, and leaves little time to open one while it copies.
    const database = new pg.Client(serverUrl(name));
    let isLost = false;
    database.on('error', () => (isLost = true));
    await database.connect();
    try {
      for (;;) {
        if (isLost) throw new Error('the copy was published before anybody saw it half done');
        const copied = `select from scrubjay_checkpoint.done where what like 'table %'`;
        // Until the tables of checkpoints are made, there is nothing to ask.
        const rows = await database.query(copied).then(
          (result) => result.rows.length,
          () => 0,
        );
        if (rows > 0) return name;
        await pause(5);
      }
    } finally {
      await database.end();
    }
  };
  const workDatabaseMade = async (): Promise<string> => {
    for (;;) {
      const [found] = await tenant.production.query<{ name: string }>(
        `select datname as name from pg_database where starts_with(datname, $1)`,
        [`${tenant.staging}__scrubjay_`],
      );
      if (found) return found.name;
      await pause(5);
    }
  };

  it('goes on from the tables that it had copied when its connections broke', async () => {
    working = await work(service.foundation);
    const { id } = await start();
    const name = await workDatabase();
    await tenant.production.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [name],
    );
    const view = await ended(id);
    expect(view.job.state).toBe('succeeded');
    expect(view.job.attempt).toBeGreaterThan(1);
    expect(view.result).toMatchObject({ tables: 3, rows: 100_101, passed: true });
    expect(view.result!.keptTables).toBeGreaterThan(0);
  });

  it('shows nothing when it is cancelled, and comes to its end when it is resumed', async () => {
    working = await work(service.foundation);
    const { id } = await start();
    await workDatabase();
    expect((await tenant.call('POST', `/scrub-runs/${id}/cancel`)).status).toBe(202);
    expect((await ended(id)).job).toMatchObject({ state: 'cancelled' });
    expect(await exists(tenant.staging)).toBe(false);
    expect((await tenant.call('POST', `/scrub-runs/${id}/resume`)).status).toBe(202);
    const view = await ended(id);
    expect(view.job).toMatchObject({ state: 'succeeded' });
    expect(view.result).toMatchObject({ tables: 3, rows: 100_101, passed: true });
  });

  it('begins anew when somebody starts another and does not resume it', async () => {
    working = await work(service.foundation);
    const first = await start();
    await workDatabase();
    await tenant.call('POST', `/scrub-runs/${first.id}/cancel`);
    await ended(first.id);
    const view = await ended((await start()).id);
    expect(view.result).toMatchObject({ keptTables: 0, rows: 100_101 });
  });

  it('is recorded, and not repeated, when its worker died between publishing and recording', async () => {
    const { id, job } = await start();
    const attempt = await takenByDoomedWorker(job);
    // All of the work, and then nothing: what it would have recorded goes with the worker.
    await service.foundation.keeping.kinds.get('scrub')!.run(attempt);
    await giveUp(job);
    const published = await oidOf(tenant.staging);
    expect(await run(id)).not.toHaveProperty('result');
    working = await work(service.foundation);
    const view = await ended(id);
    expect(view.job).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(view.result).toMatchObject({ tables: 3, rows: 100_101, passed: true });
    expect(await oidOf(tenant.staging)).toBe(published);
    expect(await exists(`${tenant.staging}__previous`)).toBe(false);
    expect(
      (await tenant.call('POST', `/attestations/${view.result!.attestationId}/verify`, {})).body,
    ).toMatchObject({ holds: true });
  });

  it('is not taken for published when it died before it could publish', async () => {
    const { id, job } = await start();
    const attempt = await takenByDoomedWorker(job);
    const dies = {
      ...attempt,
      keep: (kept: unknown) => attempt.keep(kept).then(() => Promise.reject(new Error('dead'))),
    };
    await expect(service.foundation.keeping.kinds.get('scrub')!.run(dies)).rejects.toThrow('dead');
    await giveUp(job);
    expect(await exists(tenant.staging)).toBe(false);
    working = await work(service.foundation);
    expect((await ended(id)).job).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(await exists(tenant.staging)).toBe(true);
  });

  /** Takes a job as a worker does that will never be heard of again. */
  async function takenByDoomedWorker({ id }: JobView): Promise<JobAttempt> {
    const within = <T>(does: Parameters<typeof service.database.asTenant<T>>[1]) =>
      service.database.asTenant(tenant.id, does);
    const claim = await within((manager) =>
      claimJob(manager, id, { ...hurried, worker: 'doomed', perDataSource: 2, maxFailures: () => 4 }),
    );
    if (claim.verdict !== 'claimed') throw new Error(claim.verdict);
    const { job } = claim;
    return {
      ...{ tenantId: tenant.id, jobId: id, subjectId: job.subject_id, createdBy: job.created_by },
      ...{ attempt: job.attempt, checkpoint: job.checkpoint, signal: new AbortController().signal },
      report: () => undefined,
      keep: async (checkpoint) => {
        expect(await within((manager) => writeCheckpoint(manager, job, checkpoint))).toBe(true);
      },
    };
  }

  /** The doomed worker's lease runs out. */
  async function giveUp({ id }: JobView): Promise<void> {
    await service.own.query(`update jobs set lease_until = now() - interval '1 s' where id = $1`, [id]);
  }

  async function oidOf(database: string): Promise<string | undefined> {
    const [row] = await tenant.production.query<{ oid: string }>(
      'select oid::text from pg_database where datname = $1',
      [database],
    );
    return row?.oid;
  }

  async function exists(database: string): Promise<boolean> {
    return (await oidOf(database)) !== undefined;
  }
});
