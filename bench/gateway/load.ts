import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where queries are sent. */
export interface Target {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Load {
  readonly target: Target;
  readonly protocol: 'simple' | 'prepared';
  readonly connections: number;
  readonly seconds: number;
  /** Of `pgbench_accounts`. */
  readonly rows: number;
}

/** pgbench where it is installed; the same load by node-pg otherwise. */
export function loadTool(): 'pgbench' | 'node-pg' {
  try {
    execFileSync('pgbench', ['--version'], { stdio: 'ignore' });
    return 'pgbench';
  } catch {
    return 'node-pg';
  }
}

/** Transactions a second of pgbench's select-only script. */
export async function transactionsPerSecond(load: Load): Promise<number> {
  return loadTool() === 'pgbench' ? byPgbench(load) : byDriver(load);
}

async function byPgbench({ target, protocol, connections, seconds, rows }: Load): Promise<number> {
  // The built-in script asks for all four tables of pgbench; this is its only statement.
  const script = fileURLToPath(new URL('./select-only.sql', import.meta.url)).replace('/dist/', '/');
  const load = ['-n', '-f', script, '-D', `rows=${rows}`, '-M', protocol];
  const args = [...load, '-c', String(connections), '-j', '2', '-T', String(seconds)];
  const where = ['-h', '127.0.0.1', '-p', String(target.port), '-U', target.user, target.database];
  const { stdout } = await promisify(execFile)('pgbench', [...args, ...where], {
    env: { ...process.env, PGPASSWORD: target.password },
  });
  return Number(/tps = ([\d.]+)/.exec(stdout)![1]);
}

/** In a process of its own: its work must not slow what it measures more than pgbench would. */
async function byDriver(load: Load): Promise<number> {
  const driver = fileURLToPath(new URL('./driver.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [driver, JSON.stringify(load)]);
  return Number(stdout);
}
