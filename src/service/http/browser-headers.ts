import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastify, type FastifyInstance } from 'fastify';
import type { Configuration } from '../configuration/configuration.js';

/** Headers and origins for the pages that people open; the API itself answers JSON only. */
export async function hardenForBrowsers(
  application: NestFastifyApplication,
  server: FastifyInstance,
  { corsOrigins }: Pick<Configuration, 'corsOrigins'>,
): Promise<void> {
  const always = await helmetHeaders();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(always);
    // Over plain HTTP the header means nothing; behind TLS the proxy in front says so (TRUSTED_PROXIES).
    if (request.protocol === 'https') {
      void reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    }
    done();
  });
  application.enableCors({
    origin: [...corsOrigins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['etag', 'location', 'retry-after'],
    maxAge: 600,
  });
}

/** What helmet says, asked once: it would put the same headers together again for each request. */
async function helmetHeaders(): Promise<Readonly<Record<string, string>>> {
  const probe = fastify();
  await probe.register(helmet, {
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
  probe.get('/', (_request, reply) => reply.status(204).send());
  const { headers } = await probe.inject('/');
  await probe.close();
  const { date: _, connection: __, ...kept } = headers as Record<string, string>;
  return kept;
}
