/** What one statement and one session of a role may take. */
export interface RoleLimits {
  /** Rows that one statement may return; undefined for any number. */
  readonly maxRows: number | undefined;
  /** Milliseconds that one statement may run. */
  readonly statementTimeoutMs: number;
  /** Milliseconds that a transaction may wait for its client. */
  readonly idleInTransactionMs: number;
  /** Milliseconds that a client may leave what it asked for unread. */
  readonly slowClientMs: number;
}
