import { CommanderError } from 'commander';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { printError } from './print-error.js';
import { type CommandMaker, createProgram } from './program.js';
import { Terminal } from './terminal.js';

/**
 * Runs one command line; whatever happens becomes a sentence and an exit code.
 * @param further commands of parts that the command line does not know itself
 */
export async function main(argv: readonly string[], further: readonly CommandMaker[] = []): Promise<void> {
  const terminal = new Terminal();
  const given = argv.slice(2);
  const style = { json: given.includes('--json'), debug: given.includes('--debug') };
  const fail = (error: unknown): void => {
    printError(error, terminal, style);
    process.exitCode = exitCodeOf(error);
  };
  process.on('unhandledRejection', (error) => {
    fail(error);
    process.exit();
  });
  try {
    await createProgram(terminal, further).parseAsync(argv);
  } catch (error) {
    // Commander has said what it found already.
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
    else fail(error);
  }
  // Nothing may keep a finished command alive, such as a connection that hangs while it is closed.
  if (process.exitCode !== undefined && process.exitCode !== exitCodes.ok) process.exit();
}
