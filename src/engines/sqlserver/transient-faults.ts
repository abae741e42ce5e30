import { setTimeout as pause } from 'node:timers/promises';
import { ScrubjayError } from '../../domain/errors.js';
import { translateDriverError } from './driver-errors.js';

/** Times that something is tried in all, with these milliseconds between. */
const PAUSES_MS = [100, 500, 2000];

/**
 * Does what can be done again as a whole: a statement outside of a transaction. A deadlock's victim, or one
 * that a busy Azure SQL turned away, is tried a few times more; any other error is the caller's, translated.
 * @param doing what is under way, for messages
 */
export async function retryTransient<T>(doing: string, work: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const problem = translateDriverError(error, doing);
      const isWorthIt = problem instanceof ScrubjayError && problem.isTransient;
      if (!isWorthIt || failures === PAUSES_MS.length) throw problem;
      await pause(PAUSES_MS[failures]);
    }
  }
}
