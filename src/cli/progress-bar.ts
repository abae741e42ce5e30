import cliProgress from 'cli-progress';
import { printable } from './print-table.js';
import type { Terminal } from './terminal.js';

/** A bar on standard error, drawn only where a person sees it. */
export interface ProgressBar {
  update(done: number, total: number, doing: string): void;
  /** Takes the bar away. */
  stop(): void;
}

const silent: ProgressBar = { update: () => undefined, stop: () => undefined };

/** Starts a bar that goes away when it is stopped; a silent one where nobody looks. */
export function startProgressBar(terminal: Terminal, title: string): ProgressBar {
  if (!terminal.canShowProgress) return silent;
  const bar = new cliProgress.SingleBar({
    format: `${title} {bar} {percentage} %  {doing}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    stream: terminal.progressStream,
    // Ctrl-C belongs to the command, which has a target to leave in good order.
    gracefulExit: false,
  });
  bar.start(1, 0, { doing: '' });
  return {
    update: (done, total, doing) => {
      bar.setTotal(Math.max(total, 1));
      bar.update(done, { doing: printable(doing) });
    },
    stop: () => bar.stop(),
  };
}
