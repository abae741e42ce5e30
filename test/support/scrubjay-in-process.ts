import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand } from '../../src/cli/main.js';
import { Terminal } from '../../src/cli/terminal.js';
import type { CommandResult, CommandSurroundings } from './scrubjay-command.js';

let before: Promise<unknown> = Promise.resolve();

/**
 * Runs `scrubjay …` in this process, where rules are read and compiled once: for tests of what commands say
 * and do. How they start, end and behave at terminals and pipes is tested with `scrubjay` itself. One at a
 * time, as environment, folder and exit code belong to the process.
 */
export function scrubjayInProcess(
  args: readonly string[],
  surroundings: CommandSurroundings = {},
): Promise<CommandResult> {
  const result = before.then(() => run(args, surroundings));
  before = result.catch(() => undefined);
  return result;
}

async function run(args: readonly string[], { env = {}, cwd }: CommandSurroundings): Promise<CommandResult> {
  const outer = { env: process.env, cwd: process.cwd(), exitCode: process.exitCode };
  const [out, err] = [new PassThrough(), new PassThrough()];
  const [stdout, stderr] = [text(out), text(err)];
  const own = Object.entries(outer.env).filter(
    ([name]) => !name.startsWith('SCRUBJAY_') || name.startsWith('SCRUBJAY_TEST_'),
  );
  process.env = { ...Object.fromEntries(own), ...env };
  if (cwd !== undefined) process.chdir(cwd);
  process.exitCode = undefined;
  try {
    const terminal = new Terminal(out as unknown as NodeJS.WriteStream, err as unknown as NodeJS.WriteStream);
    await runCommand(['node', 'scrubjay', ...args], terminal);
    out.end();
    err.end();
    return { exitCode: process.exitCode ?? 0, stdout: await stdout, stderr: await stderr };
  } finally {
    process.env = outer.env;
    process.chdir(outer.cwd);
    process.exitCode = outer.exitCode;
  }
}
