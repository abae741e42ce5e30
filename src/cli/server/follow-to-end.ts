import { followJob, type Job } from '../../client/follow-job.js';
import type { ServiceClient } from '../../client/service-client.js';
import { ScrubjayError } from '../../domain/errors.js';
import { untilInterrupted } from '../interruption.js';
import { startProgressBar } from '../progress-bar.js';
import type { Terminal } from '../terminal.js';

/** A job of the service did not succeed: its own code, sentence and next step. */
export class JobEndedError extends ScrubjayError {
  readonly code: string;

  constructor({ code, detail, hint }: NonNullable<Job['reason']>) {
    super(detail, hint);
    this.code = code;
  }
}

/**
 * Shows a job's progress until it has succeeded. Ctrl-C ends the showing; the job goes on.
 * @throws JobEndedError when it failed or was cancelled
 */
export async function followToEnd(
  terminal: Terminal,
  client: ServiceClient,
  { id }: Pick<Job, 'id'>,
  title: string,
): Promise<void> {
  const bar = startProgressBar(terminal, title);
  try {
    await untilInterrupted(
      terminal,
      `no longer followed; job ${id} goes on at the service`,
      async (signal) => {
        for await (const { state, progress, reason } of followJob(client, id, signal)) {
          if (progress) bar.update(progress.done, progress.total, `${progress.phase}: ${progress.doing}`);
          if (state === 'failed' || state === 'cancelled') throw new JobEndedError(reason!);
        }
      },
    );
  } finally {
    bar.stop();
  }
}
