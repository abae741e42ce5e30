import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration } from '../configuration/configuration.js';
import type { ServiceDatabase } from '../database/service-database.js';
import type { JobQueue } from '../jobs/job-queue.js';
import type { Metrics } from './metrics.js';

/** Milliseconds within which our database and queue must answer for a process to be called ready. */
const READY_MS = 3_000;

/** What the machinery around asks a process: on a port of its own, which the internet need not reach. */
export class OperationsServer {
  readonly #server: Server;
  #stopping = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Serves `/metrics`, `/health/live` and `/health/ready`. */
  static async listen(
    { host, port }: { readonly host: string; readonly port: number },
    parts: { readonly metrics: Metrics; readonly database: ServiceDatabase; readonly queue: JobQueue },
  ): Promise<OperationsServer> {
    const operations: OperationsServer = new OperationsServer(
      createServer((request, response) => {
        operations.#answer(request, response, parts).catch(() => response.writeHead(500).end());
      }),
    );
    await new Promise<void>((resolve, reject) => {
      operations.#server.once('error', reject);
      operations.#server.listen(port, host, resolve);
    });
    return operations;
  }

  /** As `listen`, where the configuration names a port; undefined otherwise. */
  static async listenWhereAsked(
    { metricsPort: port, metricsHost: host }: Pick<Configuration, 'metricsPort' | 'metricsHost'>,
    parts: Parameters<typeof OperationsServer.listen>[1],
  ): Promise<OperationsServer | undefined> {
    return port === undefined ? undefined : OperationsServer.listen({ host, port }, parts);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From here on the process is not ready: nobody should send it more. */
  stopping(): void {
    this.#stopping = true;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(
    { url, method }: IncomingMessage,
    response: ServerResponse,
    { metrics, database, queue }: Parameters<typeof OperationsServer.listen>[1],
  ): Promise<void> {
    const say = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
      void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
    if (method !== 'GET') {
      say(405, 'only GET\n');
      return;
    }
    if (url === '/health/live') {
      say(200, 'ok\n');
      return;
    }
    if (url === '/health/ready') {
      const ready = !this.#stopping && (await isReady(database, queue));
      say(ready ? 200 : 503, ready ? 'ok\n' : 'not ready\n');
      return;
    }
    if (url === '/metrics') {
      say(200, await metrics.registry.metrics(), metrics.registry.contentType);
      return;
    }
    say(404, 'there are /metrics, /health/live and /health/ready\n');
  }
}

/** True when database and queue answer in time. */
export async function isReady(database: ServiceDatabase, queue: JobQueue): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, READY_MS, false).unref());
  const both = Promise.all([database.withoutTenant('select 1', []), queue.ping()]).then(
    () => true,
    () => false,
  );
  return Promise.race([both, late]);
}
