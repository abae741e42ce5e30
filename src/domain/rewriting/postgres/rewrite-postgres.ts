import type { RewriteContext } from '../rewrite-context.js';
import type { Rewriting } from '../rewriting.js';
import { parseStatements } from './parser.js';

/** See `rewrite`. */
export function rewritePostgres(sql: string, _context: RewriteContext): Rewriting {
  const parsed = parseStatements(sql);
  if ('outcome' in parsed) return parsed;
  if (parsed.length === 0)
    return {
      outcome: 'rewritten',
      sql,
      statements: [],
      masked: false,
      cacheable: true,
      changesSession: false,
    };
  return { outcome: 'refused', code: 'statement', reason: 'this kind of statement is not on the list' };
}
