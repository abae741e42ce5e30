import { CommanderError } from 'commander';
import { leave } from '../leave.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { printError } from './print-error.js';
import { type CommandMaker, createProgram } from './program.js';
import { Terminal } from './terminal.js';

/**
 * Runs one command line in a process of its own.
 * @param further commands of parts that the command line does not know itself
 */
export async function main(argv: readonly string[], further: readonly CommandMaker[] = []): Promise<void> {
  const terminal = new Terminal();
  process.on('unhandledRejection', (error) => {
    fail(error, argv, terminal);
    process.exit();
  });
  await runCommand(argv, terminal, further);
  if (process.exitCode !== undefined && process.exitCode !== exitCodes.ok) leave();
}

/** Runs one command line; whatever happens becomes a sentence, and the exit code of this process. */
export async function runCommand(
  argv: readonly string[],
  terminal: Terminal,
  further: readonly CommandMaker[] = [],
): Promise<void> {
  try {
    await createProgram(terminal, further).parseAsync(argv);
  } catch (error) {
    // Commander has said what it found already.
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
    else fail(error, argv, terminal);
  }
}

function fail(error: unknown, argv: readonly string[], terminal: Terminal): void {
  const given = argv.slice(2);
  printError(error, terminal, { json: given.includes('--json'), debug: given.includes('--debug') });
  process.exitCode = exitCodeOf(error);
}
