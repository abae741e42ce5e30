import { Command } from 'commander';
import { scrubTargetFor } from '../../engines/engine-registry.js';
import { UsageError } from '../errors.js';
import { locationFrom } from '../location.js';
import type { Terminal } from '../terminal.js';

/** `scrubjay drop-previous`: takes away what stood under a target's name before the copy. */
export function dropPreviousCommand(terminal: Terminal): Command {
  return new Command('drop-previous')
    .description('drop what a scrub replaced and kept aside')
    .option('--to <url>', 'the target (default: SCRUBJAY_TARGET_URL)')
    .action((choices: { readonly to?: string }) => dropPrevious(terminal, choices.to));
}

async function dropPrevious(terminal: Terminal, to: string | undefined): Promise<void> {
  const location = await locationFrom(to, 'SCRUBJAY_TARGET_URL', 'the target');
  const engine = scrubTargetFor(location);
  if (!engine.dropPrevious)
    throw new UsageError('this kind of database keeps nothing aside', 'drop it there by hand');
  const dropped = await engine.dropPrevious(location);
  terminal.print(dropped.length === 0 ? 'Nothing was kept aside.' : `Dropped ${dropped.join(', ')}.`);
}
