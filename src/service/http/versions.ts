import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PreconditionFailedError, PreconditionRequiredError } from '../problems/problems.js';

/** A resource's version as an entity tag (RFC 9110 §8.8.3). */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** Answers a resource with its ETag. */
export function tagged<View extends { readonly version: number }>(reply: FastifyReply, view: View): View {
  void reply.header('etag', entityTag(view.version));
  return view;
}

/**
 * The version that a change was made on, from If-Match. A change without it is refused (428), so that
 * nobody overwrites what somebody else has just decided.
 */
export const MatchedVersion = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined) throw new PreconditionRequiredError();
  const [, version] = /^"(\d{1,9})"$/.exec(header) ?? [];
  if (version === undefined) throw new PreconditionFailedError();
  return Number(version);
});
