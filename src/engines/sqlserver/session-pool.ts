import { PooledSessions } from '../pooled-sessions.js';
import type { SqlServerConnection } from './connection.js';

/** Sessions of the SQL Server driver. */
export class SessionPool extends PooledSessions<SqlServerConnection> {
  /** @param open makes a session ready for use */
  constructor(open: () => Promise<SqlServerConnection>) {
    const close = (connection: SqlServerConnection) => {
      connection.close();
    };
    super({
      open,
      end: (connection) => {
        close(connection);
        return Promise.resolve();
      },
      destroy: close,
    });
  }
}
