import type { ClientStatements } from './client-statements.js';
import { error, sqlState } from './gateway-errors.js';
import type { RoleLimits } from './role-limits.js';
import type { SessionEffects } from './session-effects.js';
import type { StatementAudit } from './statement-audit.js';
import type { StatementContext } from './statement-context.js';
import type { UpstreamConversation } from './upstream-conversation.js';

/** What the two ways to send statements share in one session. */
export interface SessionParts {
  readonly context: StatementContext;
  readonly conversation: UpstreamConversation;
  readonly statements: ClientStatements;
  readonly effects: SessionEffects;
  readonly limits: RoleLimits;
  readonly audit: StatementAudit;
}

/**
 * Fails on the server, always: sent in place of a statement that is refused, so that an open transaction
 * or batch fails as it would with any other error, while the client reads the refusal.
 */
export const POISON = 'scrubjay refused this statement';

/** The row limit of a statement of which `taken` rows went on before. */
export function limitError({ maxRows }: RoleLimits, taken: number) {
  if (maxRows === undefined) return {};
  const message = `the statement returns more than the ${maxRows} rows that this role may have`;
  return {
    maxRows: Math.max(0, maxRows - taken),
    limitError: error(sqlState.limitExceeded, message, 'add LIMIT or a narrower WHERE'),
  };
}
