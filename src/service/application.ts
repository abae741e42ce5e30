import 'reflect-metadata';
import helmet from '@fastify/helmet';
import { Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import type { Configuration } from './configuration/configuration.js';
import { describeApi, serveDocumentation } from './documentation/documentation.js';
import type { Foundation } from './foundation.js';
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
    genReqId: () => uuidv7(),
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

/** Headers and origins for the pages that people open; the API itself answers JSON only. */
async function hardenForBrowsers(
  application: NestFastifyApplication,
  server: FastifyInstance,
  configuration: Configuration,
): Promise<void> {
  await application.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // Swagger UI's style sheet has its icons inside.
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        formAction: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
  // Over plain HTTP the header means nothing; behind TLS the proxy in front says so (TRUSTED_PROXIES).
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.protocol === 'https') {
      void reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    }
    done(null, payload);
  });
  application.enableCors({
    origin: [...configuration.corsOrigins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['etag', 'location', 'retry-after'],
    maxAge: 600,
  });
}
