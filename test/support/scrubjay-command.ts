import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** What a command line said and ended with. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const entry = join(import.meta.dirname, '../../dist/src/cli.js');

/**
 * Runs `scrubjay …` as its users do, in a process of its own; `npm test` builds it first.
 * @param env added to an environment without any of Scrubjay's own variables
 */
export function scrubjay(
  args: readonly string[],
  { env = {}, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<CommandResult> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SCRUBJAY_'));
  const options = { env: { ...Object.fromEntries(own), ...env }, cwd, maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...args], options, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
