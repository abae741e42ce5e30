/** What is kept of one statement, or of a session's begin or end. Never a value. */
export interface AuditRecord {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The same for all records of one client connection. */
  readonly session: string;
  readonly user: string;
  readonly role: string;
  readonly database: string;
  /** Network address of the client. */
  readonly address: string;
  /**
   * `masked`: ran, and something was masked; `passed`: ran as it was; `refused`: did not run;
   * `denied`: the client was not let in.
   */
  readonly decision: 'masked' | 'passed' | 'refused' | 'denied' | 'connected' | 'disconnected';
  /** The client's statement with literals as `?`, without comments. */
  readonly statement?: string;
  readonly relations?: readonly string[];
  readonly maskedColumns?: readonly string[];
  /** A refusal's code, and its sentence. */
  readonly refusal?: string;
  readonly reason?: string;
  readonly rows?: number;
  /** How it failed, where it did. */
  readonly sqlState?: string;
  readonly durationMs?: number;
}

/** Where records go. `JsonLinesAudit` is the built-in one. */
export interface Audit {
  record(record: AuditRecord): void;
  /** True while records cannot be kept: no statement may run then. */
  readonly failed: boolean;
  close(): Promise<void>;
}
