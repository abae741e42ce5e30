import { leave } from '../leave.js';
import { InterruptedError } from './errors.js';
import { exitCodes } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/**
 * Runs work that Ctrl-C stops in good order: the first aborts the signal, a second one leaves at once.
 * @param stopping said at the first Ctrl-C
 */
export async function untilInterrupted<Result>(
  terminal: Terminal,
  stopping: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      leave(exitCodes.interrupted);
      return;
    }
    terminal.say(`\n${stopping} (once more to leave at once)`);
    controller.abort(new InterruptedError());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** The work's result, or a rejection as soon as the signal is aborted, whatever the work still waits for. */
export function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([work, aborted]);
}
