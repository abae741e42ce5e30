import type { Socket } from 'node:net';
import pg from 'pg';

/** A session that is logged in, and whose messages the test writes and reads itself. */
export interface RawSession {
  /** Nobody else listens for its data. */
  readonly socket: Socket;
}

/** Lets the driver log in, and takes the socket from it. */
export async function rawSession(port: number, user: string, password: string): Promise<RawSession> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'shop' });
  client.on('error', () => undefined);
  await client.connect();
  const { stream } = client.connection;
  stream.removeAllListeners('data');
  return { socket: stream as unknown as Socket };
}
