import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServiceDatabase } from '../database/service-database.js';
import type { JobQueue } from '../jobs/job-queue.js';

/** Seconds: from a row read to a large copy. */
const JOB_BUCKETS = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3_600, 14_400];
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** What Prometheus reads from a process. No tenant, name or id is a label: those are neither few nor ours. */
export class Metrics {
  readonly registry = new Registry();
  readonly #started: Counter<'kind'>;
  readonly #settled: Counter<'kind' | 'how'>;
  readonly #duration: Histogram<'kind'>;
  readonly #requests: Histogram<'method' | 'route' | 'status'>;

  constructor(database: ServiceDatabase, queue: JobQueue) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#started = new Counter({
      name: 'scrubjay_jobs_started_total',
      help: 'Jobs that this process took up, each try counted',
      labelNames: ['kind'],
      registers,
    });
    this.#settled = new Counter({
      name: 'scrubjay_jobs_settled_total',
      help: 'Tries at jobs that came to an end here, by how',
      labelNames: ['kind', 'how'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'scrubjay_job_duration_seconds',
      help: 'How long tries at jobs took',
      labelNames: ['kind'],
      buckets: JOB_BUCKETS,
      registers,
    });
    this.#requests = new Histogram({
      name: 'scrubjay_http_request_duration_seconds',
      help: 'How long requests took, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: REQUEST_BUCKETS,
      registers,
    });
    countJobs(database, registers);
    countMessages(queue, registers);
  }

  jobStarted(kind: string): void {
    this.#started.inc({ kind });
  }

  jobSettled(kind: string, how: string, durationMs: number): void {
    this.#settled.inc({ kind, how });
    this.#duration.observe({ kind }, durationMs / 1_000);
  }

  /** Measures every request by its route's pattern. */
  measureRequests(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      const { method } = request;
      const route = request.routeOptions.url ?? 'none';
      const status = `${Math.floor(reply.statusCode / 100)}xx`;
      this.#requests.observe({ method, route, status }, reply.elapsedTime / 1_000);
      done();
    });
  }
}

/** The jobs that wait and run, in all processes: looked up when somebody reads. */
function countJobs(database: ServiceDatabase, registers: Registry[]): void {
  const gauge = new Gauge({
    name: 'scrubjay_jobs',
    help: 'Jobs that wait or run, of all tenants and workers',
    labelNames: ['kind', 'state'],
    registers,
    collect: async () => {
      // Without an answer the gauge shows nothing, which an alert on absence sees.
      const rows = await database
        .withoutTenant<{ kind: string; state: string; jobs: string }>('select * from job_counts()', [])
        .catch(() => []);
      gauge.reset();
      for (const { kind, state, jobs } of rows) gauge.set({ kind, state }, Number(jobs));
    },
  });
}

function countMessages(queue: JobQueue, registers: Registry[]): void {
  const gauge = new Gauge({
    name: 'scrubjay_queue_messages',
    help: 'Messages that the queue holds',
    labelNames: ['queue', 'state'],
    registers,
    collect: async () => {
      const depth = await queue.depth().catch(() => undefined);
      gauge.reset();
      for (const [state, count] of Object.entries({ ...depth })) gauge.set({ queue: queue.id, state }, count);
    },
  });
}
