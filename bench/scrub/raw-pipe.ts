import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * What people use without a tool: `psql COPY … TO STDOUT | psql COPY … FROM STDIN`, text format. Where
 * there is no psql, two processes of ours do the same with the driver and nothing else.
 */
export interface RawPipe {
  readonly name: string;
  /** Copies the table; answers the seconds it took. */
  copy(from: string, to: string, table: string): Promise<number>;
}

export async function rawPipe(): Promise<RawPipe> {
  return (await hasPsql()) ? psqlPipe : driverPipe;
}

const psqlPipe: RawPipe = {
  name: 'psql | psql',
  copy: (from, to, table) =>
    piped(
      ['psql', [from, '-qXc', `copy ${table} to stdout`]],
      ['psql', [to, '-qXc', `copy ${table} from stdin`]],
    ),
};

const driverPipe: RawPipe = {
  name: 'two bare driver processes (no psql here)',
  copy: (from, to, table) => {
    const script = fileURLToPath(new URL('./pipe-end.js', import.meta.url));
    return piped(
      [process.execPath, [script, 'out', from, table]],
      [process.execPath, [script, 'in', to, table]],
    );
  },
};

type Command = readonly [program: string, args: readonly string[]];

async function piped(out: Command, into: Command): Promise<number> {
  const started = performance.now();
  const reader = spawn(out[0], out[1], { stdio: ['ignore', 'pipe', 'inherit'] });
  // The two are joined by a pipe of the system: nothing of it passes through this process.
  const writer = spawn(into[0], into[1], { stdio: [reader.stdout, 'ignore', 'inherit'] });
  const codes = await Promise.all([exitOf(reader), exitOf(writer)]);
  if (codes.some((code) => code !== 0)) throw new Error('the raw pipe failed');
  return (performance.now() - started) / 1000;
}

async function exitOf(child: ReturnType<typeof spawn>): Promise<number> {
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

async function hasPsql(): Promise<boolean> {
  const child = spawn('psql', ['--version'], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
