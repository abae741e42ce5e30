import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { problemSchema } from '../http/answers.js';
import { openApiOf } from '../http/validated.js';
import { nameSchemas } from './named-schemas.js';

/** The OpenAPI 3.1 document, derived from the controllers. */
export function describeApi(application: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Scrubjay')
    .setDescription(
      'Classify, label, mask, check and scrub databases. Errors are RFC 9457 problems with a stable code, a ' +
        'sentence and the next step. Lists come in pages: send `next` as `cursor`. A change names the version that ' +
        'it changes by `If-Match`; a creation with an `Idempotency-Key` may be sent again.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'An API key, or a token of an OIDC issuer.',
    })
    .build();
  const document = SwaggerModule.createDocument(application, settings, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const schemas = { ...document.components?.schemas, Problem: openApiOf(problemSchema) };
  return nameSchemas({ ...document, components: { ...document.components, schemas } });
}

/** The page needs these of Swagger UI; nothing comes from elsewhere and no script stands in the page. */
const assets = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Scrubjay API</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

/** Serves the document at /openapi.json and a page for people at /docs; open to everybody, as the source is. */
export function serveDocumentation(server: FastifyInstance, document: OpenAPIObject): void {
  const text = JSON.stringify(document);
  const serve = (path: string, type: string, body: string | Buffer) =>
    server.get(path, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=300').type(type).send(body),
    );
  serve('/openapi.json', 'application/json; charset=utf-8', text);
  serve('/docs', 'text/html; charset=utf-8', page);
  serve('/docs/start.js', 'text/javascript; charset=utf-8', start);
  const { resolve } = createRequire(import.meta.url);
  for (const [file, type] of Object.entries(assets)) {
    serve(`/docs/${file}`, type, readFileSync(resolve(`swagger-ui-dist/${file}`)));
  }
}
