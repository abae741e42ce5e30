import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { endJob, insertJob, writeProgress } from '../../src/service/jobs/job-records.js';
import type { JobRow } from '../../src/service/jobs/job.js';
import { ProgressMeter } from '../../src/service/scrub-runs/progress-meter.js';
import { pause } from '../support/jobs.js';
import { startService, type TestService } from '../support/service.js';

describe('the progress of a job', () => {
  let service: TestService;
  let port: number;
  let tenant: { readonly id: string; readonly token: string };

  beforeAll(async () => {
    service = await startService();
    await service.application.listen(0, '127.0.0.1');
    ({ port } = service.application.getHttpServer().address() as AddressInfo);
    tenant = await service.tenant(['operator']);
  });
  afterAll(() => service.stop());

  const runningJob = async (): Promise<JobRow> => {
    const caller = { tenantId: tenant.id, subject: 'test', roles: [] };
    const id = await service.database.asTenant(tenant.id, (manager) =>
      insertJob(manager, caller, { kind: 'test', subjectId: uuidv7() }),
    );
    const [job] = await service.own.query<JobRow>(
      `update jobs set state = 'running', attempt = 1, lease_until = now() + interval '1 min' where id = $1 returning *`,
      [id],
    );
    return job;
  };
  const follow = async (id: string) => {
    const stream = { text: '', ended: false, status: 0 };
    const headers = { authorization: `Bearer ${tenant.token}` };
    request({ port, host: '127.0.0.1', path: `/jobs/${id}/events`, headers, agent: false }, (response) => {
      stream.status = response.statusCode!;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (stream.text += chunk));
      response.on('end', () => (stream.ended = true));
    }).end();
    while (!stream.text.includes('event: progress')) await pause(10);
    return stream;
  };
  const progress = { phase: 'rows', doing: 'public.orders', done: 5, total: 10 };

  it('reaches its followers as it is written, and its end closes the stream', async () => {
    const job = await runningJob();
    const streams = await Promise.all([follow(job.id), follow(job.id)]);
    await service.database.asTenant(tenant.id, (manager) => writeProgress(manager, job, progress));
    for (const stream of streams) while (!stream.text.includes('"done":5')) await pause(10);
    await service.database.asTenant(tenant.id, (manager) => endJob(manager, job, { state: 'succeeded' }));
    for (const stream of streams) {
      while (!stream.ended) await pause(10);
      expect(stream.text).toContain('event: end');
      expect(stream.text).toContain('"state":"succeeded"');
    }
  });

  it('goes on when the connection that brings the news was cut', async () => {
    const job = await runningJob();
    const stream = await follow(job.id);
    await service.own.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scrubjay news' and datname = current_database()`,
    );
    await service.own.query(`update jobs set progress = $2 where id = $1`, [
      job.id,
      JSON.stringify(progress),
    ]);
    while (!stream.text.includes('"done":5')) await pause(20);
  });

  it('does not hold up a process that stops', async () => {
    const stream = await follow((await runningJob()).id);
    await service.application.close();
    while (!stream.ended) await pause(10);
    expect(stream.text).not.toContain('event: end');
  });

  it('tells bytes a second and the time left at the pace of late', () => {
    let now = 0;
    const meter = new ProgressMeter(3, () => now);
    const at = (seconds: number, doing: string, done: number) => {
      now = seconds;
      return meter.scrubbing({ phase: 'rows', doing, done, total: 1_000, rows: done });
    };
    expect(at(0, 'a', 0)).not.toHaveProperty('bytesPerSecond');
    expect(at(1, 'a', 100)).toMatchObject({
      bytesPerSecond: 100,
      etaSeconds: 9,
      tables: { done: 0, total: 3 },
    });
    expect(at(2, 'b', 400)).toMatchObject({
      bytesPerSecond: 200,
      etaSeconds: 3,
      tables: { done: 1, total: 3 },
    });
    expect(meter.verifying({ check: 'schema', doing: 'a', done: 0, total: 1 })).toMatchObject({
      phase: 'verification',
      bytes: 400,
      tables: { done: 2, total: 3 },
    });
  });
});
