import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Dumps of some gigabytes talk a lot. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/** Greenmask, in `SCRUBJAY_BENCH_GREENMASK` or on the path; undefined when the machine has none. */
export function findGreenmask(): string | undefined {
  const program = process.env.SCRUBJAY_BENCH_GREENMASK ?? 'greenmask';
  try {
    execFileSync(program, ['--help'], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined; // not installed: the bench says so
  }
}

/** Its transformer nearest to ours, in its deterministic mode. */
const transformers: Readonly<Record<string, (column: string) => object>> = {
  'given-name': (column) => person(column, '{{ .FirstName }}'),
  'family-name': (column) => person(column, '{{ .LastName }}'),
  'email-address': (column) => ({
    name: 'RandomEmail',
    params: { column, engine: 'hash', max_random_length: 12 },
  }),
  'street-address': (column) => ({
    name: 'RandomString',
    params: { column, engine: 'hash', min_length: 12, max_length: 24 },
  }),
  // Its own for telephone and card numbers know no deterministic mode.
  'phone-number': (column) => digits(column, 12),
  'payment-card-number': (column) => digits(column, 16),
  city: (column) => ({
    name: 'RandomString',
    params: { column, engine: 'hash', min_length: 6, max_length: 16 },
  }),
  'date-of-birth': (column) => ({
    name: 'RandomDate',
    params: { column, engine: 'hash', min: '1940-01-01', max: '2010-12-31' },
  }),
};

function digits(column: string, length: number): object {
  return {
    name: 'RandomString',
    params: { column, engine: 'hash', min_length: length, max_length: length, symbols: '0123456789' },
  };
}

/** A column that Greenmask is to mask, and its information type. */
export interface GreenmaskedColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** What its dump and its restore took, in seconds. */
export interface GreenmaskCost {
  readonly dump: number;
  readonly restore: number;
}

function person(column: string, template: string): object {
  return {
    name: 'RandomPerson',
    params: { columns: [{ name: column, template, hashing: true }], engine: 'hash' },
  };
}

/** What Greenmask copies, and how. */
export interface GreenmaskCopy {
  readonly from: string;
  readonly to: string;
  readonly columns: readonly GreenmaskedColumn[];
  /** Folder of pg_dump and pg_restore. */
  readonly programs: string;
  readonly jobs: number;
}

/** Dumps `from` with its transformers and restores into `to`. */
export async function greenmaskCopy(
  program: string,
  { from, to, columns, programs, jobs }: GreenmaskCopy,
): Promise<GreenmaskCost> {
  const folder = await mkdtemp(join(tmpdir(), 'scrubjay-bench-greenmask-'));
  try {
    const config = join(folder, 'config.yml');
    const tables = [...new Set(columns.map(({ table }) => table))];
    await mkdir(join(folder, 'dumps'));
    // YAML takes JSON.
    await writeFile(
      config,
      JSON.stringify({
        common: { pg_bin_path: programs, tmp_dir: folder },
        log: { level: 'warn', format: 'text' },
        storage: { type: 'directory', directory: { path: join(folder, 'dumps') } },
        dump: {
          pg_dump_options: { dbname: from, jobs },
          transformation: tables.map((table) => ({
            schema: 'public',
            name: table,
            transformers: columns
              .filter((column) => column.table === table)
              .map(({ column, type }) => transformers[type](column)),
          })),
        },
        restore: { pg_restore_options: { dbname: to, jobs } },
      }),
    );
    const env = { ...process.env, GREENMASK_GLOBAL_SALT: '0707070707070707' };
    const timed = async (args: readonly string[]): Promise<number> => {
      const started = performance.now();
      await run(program, ['--config', config, ...args], { env, maxBuffer: MOST_OUTPUT });
      return (performance.now() - started) / 1000;
    };
    return { dump: await timed(['dump']), restore: await timed(['restore', 'latest']) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
