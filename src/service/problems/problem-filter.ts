import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ScrubjayError } from '../../domain/errors.js';
import { InvalidRequestError, RequestError, TooManyRequestsError, UnauthenticatedError } from './problems.js';

/** Until somebody who found us without our database, or without an issuer, should come again. */
const RETRY_AFTER_SECONDS = 5;

/** RFC 9457 problem details. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
  readonly problems?: InvalidRequestError['problems'];
  readonly instance: string;
}

/** Answers every error as `application/problem+json`; what is not ours says nothing of itself. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log = new Logger('problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    const problem = problemOf(error, request.id);
    // The class name, code and frames only: messages of strangers (drivers, libraries) may quote data.
    const level = problem.status >= 500 ? 'error' : 'debug';
    const reason = error instanceof UnauthenticatedError ? error.reason : (error as Error).name;
    const frames = problem.status >= 500 ? { err: error } : {};
    this.#log[level]({ code: problem.code, status: problem.status, reason, request: request.id, ...frames });
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    if (error instanceof TooManyRequestsError) void reply.header('retry-after', error.retryAfterSeconds);
    if (problem.status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    void reply.status(problem.status).type('application/problem+json').send(problem);
  }
}

/** The problem that tells of an error; of one that is not ours it says only its kind. */
export function problemOf(error: unknown, requestId: string): Problem {
  const instance = `urn:scrubjay:request:${requestId}`;
  if (error instanceof ScrubjayError) {
    const status = error instanceof RequestError ? error.status : 422;
    return {
      type: `urn:scrubjay:problem:${error.code}`,
      title: error.code.replaceAll('-', ' '),
      status,
      code: error.code,
      detail: error.message,
      hint: error.hint,
      ...(error instanceof InvalidRequestError ? { problems: error.problems } : {}),
      instance,
    };
  }
  const status = statusOf(error);
  const code = codes.get(status) ?? (status < 500 ? 'invalid-request' : 'internal');
  const detail =
    status < 500
      ? code.replaceAll('-', ' ')
      : 'something went wrong on our side; the log has it under this instance';
  return { type: 'about:blank', title: code.replaceAll('-', ' '), status, code, detail, instance };
}

/** Nest's and Fastify's own errors carry a status; everything else is ours to answer for. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

const codes = new Map([
  [400, 'invalid-request'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [413, 'request-too-large'],
  [415, 'unsupported-media-type'],
  [429, 'too-many-requests'],
  [503, 'unavailable'],
]);
