import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Foundation } from '../../src/service/foundation.js';
import { startWorking, type Working } from '../../src/service/jobs/start-working.js';
import { Metrics } from '../../src/service/metrics/metrics.js';

/** Answers of the API to one caller. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Body;
}

/** Calls the API as one tenant's key, through its HTTP stack without a port. */
export function callerOf(application: NestFastifyApplication, token: string) {
  return async <Body = Record<string, never>>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> => {
    const answer = await application.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(payload ? { payload } : {}),
    });
    const body = (answer.body === '' ? undefined : JSON.parse(answer.body)) as Body;
    return { status: answer.statusCode, headers: answer.headers, body };
  };
}

/** Has the test's process do the jobs of its service. */
export function work(foundation: Foundation): Promise<Working> {
  const { configuration, database, keeping, log } = foundation;
  const metrics = new Metrics(database, keeping.queue);
  return startWorking({
    configuration: { ...configuration, shutdownGraceMs: 0 },
    ...{ database, keeping, log, metrics },
  });
}

/** A request that a receiver of webhooks got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real receiver of webhooks; answers with `status`. */
export async function startReceiver(answering: { status: number }) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answering.status, { location: 'http://169.254.169.254/' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=canary`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
