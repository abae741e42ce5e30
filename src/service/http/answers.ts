import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { openApiOf } from './validated.js';

/** RFC 9457 as every error answers. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    hint: z.string().optional(),
    problems: z.array(z.object({ at: z.string(), problem: z.string() })).optional(),
    instance: z.string(),
  })
  .meta({ id: 'Problem' });

/** What a route answers when all went well, for the client and the OpenAPI document. */
export function Answers(status: number, description: string, schema?: z.ZodType): MethodDecorator {
  const content = schema ? { content: { 'application/json': { schema: openApiOf(schema) } } } : {};
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary: description }),
    ApiResponse({ status, description, ...content }),
    Problems(),
  );
}

/** A route that answers a page for people. */
export function AnswersPage(description: string): MethodDecorator {
  const content = { 'text/html': { schema: { type: 'string' as const } } };
  return applyDecorators(
    HttpCode(200),
    ApiOperation({ summary: description }),
    ApiResponse({ status: 200, description, content }),
    Problems(),
  );
}

/** A route that answers one JSON object a line. */
export function AnswersLines(description: string, schema: z.ZodType): MethodDecorator {
  const content = { 'application/jsonl': { schema: openApiOf(schema) } };
  return applyDecorators(
    HttpCode(200),
    ApiOperation({ summary: description }),
    ApiResponse({ status: 200, description, content }),
    Problems(),
  );
}

/** A route that answers a file: text or bytes of one of some media types. */
export function AnswersFile(description: string, types: readonly string[]): MethodDecorator {
  const content = Object.fromEntries(
    types.map((type) => [type.split(';')[0], { schema: { type: 'string' } }]),
  );
  return applyDecorators(
    HttpCode(200),
    ApiOperation({ summary: description }),
    ApiResponse({ status: 200, description, content }),
    Problems(),
  );
}

/** The same errors everywhere: a client handles them once. */
function Problems(): MethodDecorator {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return applyDecorators(
    ApiBearerAuth(),
    ApiResponse({ status: '4XX', description: 'What is wrong with the request, and the next step', content }),
    ApiResponse({ status: '5XX', description: 'Something is wrong on our side', content }),
  );
}

/** A route that changes one version of a resource. */
export const ChangesVersion = (): MethodDecorator =>
  ApiHeader({ name: 'if-match', required: true, description: 'The ETag of the version that is changed' });

/** A route whose repetition under one key creates once. */
export const CreatesOnce = (): MethodDecorator =>
  ApiHeader({
    name: 'idempotency-key',
    required: false,
    description: 'Sent again, answers what it answered first',
  });

/** The shape of a page of `item`s. */
export function pageSchema(item: z.ZodType): z.ZodType {
  return z.strictObject({ items: z.array(item), next: z.string().optional() });
}
