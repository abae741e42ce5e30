import type { FastifyInstance } from 'fastify';
import { InvalidRequestError } from '../problems/problems.js';

/** Levels of objects and arrays that a body may have; ours need five. */
const DEEPEST = 32;

/**
 * Refuses, before anything reads them, texts that PostgreSQL cannot keep (U+0000 and halves of surrogate
 * pairs) and bodies nested so deeply that reading them would exhaust the stack.
 */
export function refuseUnstorable(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    const problem = problemOf(request.body, 'body') ?? problemOf(request.query, 'query');
    done(problem && new InvalidRequestError([problem]));
  });
}

function problemOf(root: unknown, part: string): { at: string; problem: string } | undefined {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed()))
      return {
        at: part,
        problem: 'holds a character that cannot be kept (U+0000, or half a surrogate pair)',
      };
    if (typeof value !== 'object' || value === null) continue;
    if (depth === DEEPEST) return { at: part, problem: `is nested more than ${DEEPEST} levels deep` };
    for (const [name, field] of Object.entries(value)) {
      open.push({ value: name, depth: depth + 1 }, { value: field, depth: depth + 1 });
    }
  }
  return undefined;
}
