import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** What a command line said and ended with. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const entry = join(import.meta.dirname, '../../dist/src/cli.js');

/** Where and under which environment a command runs. */
export interface CommandSurroundings {
  /** Added to an environment without any of Scrubjay's own variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs `scrubjay …` as its users do, in a process of its own; `npm test` builds it first. */
export function scrubjay(
  args: readonly string[],
  { env = {}, cwd }: CommandSurroundings = {},
): Promise<CommandResult> {
  const options = { env: environment(env), cwd, maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...args], options, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** Starts `scrubjay …` for those who send it signals or stop reading from it. */
export function startScrubjay(
  args: readonly string[],
  { env = {}, cwd }: CommandSurroundings = {},
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [entry, ...args], {
    env: environment(env),
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function environment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const outer = Object.entries(process.env).filter(([name]) => !name.startsWith('SCRUBJAY_'));
  return { ...Object.fromEntries(outer), ...own };
}
