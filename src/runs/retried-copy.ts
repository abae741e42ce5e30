import { setTimeout as pause } from 'node:timers/promises';
import { ScrubjayError } from '../domain/errors.js';
import { copyTable, type TableCopy, type TableResult } from './copy-table.js';

const TRIES = 3;
const PAUSE_MS = 500;

/**
 * Copies one table, and again when the database says that it would go another time: as the victim of a
 * deadlock. What is loaded is all of it or nothing, so that nothing stands twice.
 */
export async function copyTableRetried(copy: TableCopy): Promise<TableResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await copyTable(copy);
    } catch (error) {
      const mayGo = error instanceof ScrubjayError && error.isTransient && !copy.signal?.aborted;
      if (!mayGo || attempt === TRIES) throw error;
      copy.onChunk?.({ rows: 0, bytes: 0 });
      await pause(PAUSE_MS);
    }
  }
}
