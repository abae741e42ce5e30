import type pg from 'pg';
import { PooledSessions } from '../pooled-sessions.js';

/** Sessions of the PostgreSQL driver. */
export class SessionPool extends PooledSessions<pg.Client> {
  /** @param open makes a session ready for use */
  constructor(open: () => Promise<pg.Client>) {
    super({
      open,
      end: (client) => client.end(),
      // Not end(): that would wait for the statement under way.
      destroy: (client) =>
        (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
    });
  }
}
