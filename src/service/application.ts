import 'reflect-metadata';
import { Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { describeApi, serveDocumentation } from './documentation/documentation.js';
import type { Foundation } from './foundation.js';
import { hardenForBrowsers } from './http/browser-headers.js';
import { RateLimits } from './http/rate-limits.js';
import { refuseUnstorable } from './http/refuse-unstorable.js';
import { type Logger, NestLog } from './logging/log.js';
import { problemOf } from './problems/problem-filter.js';
import { ServiceModule } from './service.module.js';

/** Bytes of the largest request body. */
const BODY_LIMIT = 1024 * 1024;

/** Builds the application without listening: entries listen, tests inject. */
export async function createApplication(foundation: Foundation): Promise<NestFastifyApplication> {
  const { configuration, log } = foundation;
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: countedIds(),
    trustProxy: configuration.trustedProxies.length > 0 ? [...configuration.trustedProxies] : false,
    // A slow client may not hold a connection for ever.
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    // What no route ever sees, such as a URL that cannot be decoded, is a problem like any other.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(error, request.id);
      void reply.status(problem.status).type('application/problem+json').send(problem);
    },
  });
  // Before anything of Nest is made: what it tells from there on goes through our log.
  NestLogger.overrideLogger(new NestLog(log));
  const application = await NestFactory.create<NestFastifyApplication>(ServiceModule.on(foundation), adapter);
  const server: FastifyInstance = adapter.getInstance();
  logRequests(server, log);
  refuseUnstorable(server);
  await application.get(RateLimits).attach(server);
  await hardenForBrowsers(application, server, configuration);
  serveDocumentation(server, describeApi(application));
  return application;
}

/** Ids of requests: one of the process, and a number. */
function countedIds(): () => string {
  const process = uuidv7();
  let requests = 0;
  return () => `${process}-${++requests}`;
}

/** One line a request: the route's pattern and not its URL, whose query somebody may have put data into. */
function logRequests(server: FastifyInstance, log: Logger): void {
  server.addHook('onResponse', (request, reply, done) => {
    log.info({
      request: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    });
    done();
  });
}
