import { Refusal } from '../../refusal.js';
import type { StatementRule } from './statement-rule.js';

const endings = new Set(['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK', 'TRANS_STMT_ROLLBACK_TO']);

const others = new Set([
  'TRANS_STMT_BEGIN',
  'TRANS_STMT_START',
  'TRANS_STMT_SAVEPOINT',
  'TRANS_STMT_RELEASE',
]);

/** Transactions of one session; those that outlive it (two-phase commit) are refused. */
export const transaction: StatementRule = {
  kinds: ['TransactionStmt'],

  decide(_kind, { kind = 'TRANS_STMT_BEGIN' }) {
    // An end undoes settings and temporary tables that the transaction had made.
    if (endings.has(kind as string)) return { command: 'transaction', changesSession: true };
    if (others.has(kind as string)) return { command: 'transaction' };
    throw new Refusal('statement', 'two-phase commit is not on the list');
  },
};
