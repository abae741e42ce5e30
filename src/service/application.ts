import helmet from '@fastify/helmet';
import { type INestApplication, Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { v7 as uuidv7 } from 'uuid';
import type { Configuration } from './configuration/configuration.js';
import type { Foundation } from './foundation.js';
import { refuseUnstorable } from './http/refuse-unstorable.js';
import { type Logger, NestLog } from './logging/log.js';
import { ServiceModule } from './service.module.js';

/** Bytes of the largest request body. */
const BODY_LIMIT = 1024 * 1024;

/** Builds the application without listening: entries listen, tests inject. */
export async function createApplication(foundation: Foundation): Promise<NestFastifyApplication> {
  const { configuration } = foundation;
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: () => uuidv7(),
    trustProxy: configuration.trustedProxies.length > 0 ? [...configuration.trustedProxies] : false,
    // A slow client may not hold a connection for ever.
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
  });
  // Before anything of Nest is made: what it tells from there on goes through our log.
  NestLogger.overrideLogger(new NestLog(foundation.log));
  const application = await NestFactory.create<NestFastifyApplication>(ServiceModule.on(foundation), adapter);
  refuseUnstorable(adapter.getInstance());
  logRequests(adapter, foundation.log);
  await hardenForBrowsers(application, configuration);
  application.enableShutdownHooks();
  return application;
}

/** One line a request: the route's pattern and not its URL, whose query somebody may have put data into. */
function logRequests(adapter: FastifyAdapter, log: Logger): void {
  adapter.getInstance().addHook('onResponse', (request, reply, done) => {
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
  configuration: Configuration,
): Promise<void> {
  await application.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    hsts: { maxAge: 31_536_000, includeSubDomains: true },
  });
  application.enableCors({
    origin: [...configuration.corsOrigins],
    exposedHeaders: ['etag', 'location', 'retry-after'],
    maxAge: 600,
  });
}

/** The OpenAPI 3.1 document, derived from the controllers. */
export function describeApi(application: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Scrubjay')
    .setDescription('Classify, label, mask, check and scrub databases.')
    .setVersion('1')
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(application, settings);
}
