import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EntityManager } from 'typeorm';
import { ConflictError, InvalidRequestError } from '../problems/problems.js';

/** A creation that may be sent again: the client's key, and what it was sent with. */
export interface IdempotentRequest {
  readonly key: string;
  readonly hash: Buffer;
}

/** The request's Idempotency-Key; undefined when the client sent none. */
export const Idempotency = createParamDecorator(
  (_: unknown, context: ExecutionContext): IdempotentRequest | undefined => {
    const { headers, method, url, body } = context.switchToHttp().getRequest<FastifyRequest>();
    const key = headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key !== 'string' || !/^[\x21-\x7e]{8,128}$/.test(key)) {
      throw new InvalidRequestError([
        { at: 'header.idempotency-key', problem: 'needs 8 to 128 printable characters' },
      ]);
    }
    return {
      key,
      hash: createHash('sha256')
        .update(JSON.stringify([method, url, body]))
        .digest(),
    };
  },
);

/**
 * Creates once a key: a repeated request gets the first one's answer, another request under the same key
 * a conflict. The key is kept in the transaction of the creation, so a failed one may be tried again.
 * The answer must not hold a secret, since it is kept.
 */
export async function createOnce<Answer>(
  manager: EntityManager,
  tenantId: string,
  request: IdempotentRequest | undefined,
  create: () => Promise<Answer>,
): Promise<Answer> {
  if (!request) return create();
  // A second request with the same key waits here until the first one's transaction ends.
  const claimed = await manager.query<unknown[]>(
    `insert into idempotency_keys (tenant_id, key, request_hash, response) values ($1, $2, $3, 'null')
     on conflict do nothing returning key`,
    [tenantId, request.key, request.hash],
  );
  if (claimed.length === 0) return answered(manager, request);
  const answer = await create();
  await manager.query('update idempotency_keys set response = $1 where key = $2', [
    JSON.stringify(answer),
    request.key,
  ]);
  return answer;
}

async function answered<Answer>(manager: EntityManager, { key, hash }: IdempotentRequest): Promise<Answer> {
  const [kept] = await manager.query<{ request_hash: Buffer; response: Answer }[]>(
    'select request_hash, response from idempotency_keys where key = $1',
    [key],
  );
  if (kept?.request_hash.equals(hash)) return kept.response;
  throw new ConflictError(
    'idempotency-key-reused',
    'this Idempotency-Key was used for another request',
    'send a new key with a new request',
  );
}
