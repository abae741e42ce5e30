import { ScrubjayError } from '../../domain/errors.js';
import type { ServedDatabase } from '../database/served-database.js';
import { UpstreamQueryError } from '../upstream/upstream-connection.js';
import type { Client } from './client.js';
import { fatal, sqlState } from './gateway-errors.js';
import { UpstreamLease } from './upstream-lease.js';

/**
 * What a client is told about its session before its first query: the server's parameters under the
 * client's settings, which are tried on the server by that. Undefined when it was told an error instead.
 */
export async function greet(
  { socket, identity, settings }: Client,
  { pool }: ServedDatabase,
): Promise<ReadonlyMap<string, string> | undefined> {
  const lease = new UpstreamLease(pool, identity.role, settings);
  try {
    await lease.take({
      readsRows: false,
      row: () => 'drop',
      message: () => 'drop',
      forward: () => true,
      lost: () => undefined,
    });
    const parameters = new Map(lease.connection!.parameters);
    lease.release();
    // Who the gateway is on the server is nobody's business.
    parameters.set('session_authorization', identity.user);
    parameters.set('is_superuser', 'off');
    return parameters;
  } catch (error) {
    if (error instanceof UpstreamQueryError) {
      socket.end(
        fatal(
          sqlState.invalidParameterValue,
          'a setting of the start-up packet is not one that the server takes',
        ),
      );
    } else if (error instanceof ScrubjayError) {
      socket.end(
        fatal(sqlState.cannotConnectNow, 'the database cannot be reached now', 'try again in a moment'),
      );
    } else {
      throw error;
    }
    return undefined;
  }
}
