import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A PostgreSQL of the machine with server and client of one version, which the embedded one lacks. */
export interface PostgresPrograms {
  readonly folder: string;
  readonly version: string;
}

const needed = ['initdb', 'postgres', 'pg_dump', 'pg_restore'];

/** The newest one, in `SCRUBJAY_BENCH_PG_BIN` or where distributions put it; undefined when there is none. */
export function findPostgresPrograms(): PostgresPrograms | undefined {
  const given = process.env.SCRUBJAY_BENCH_PG_BIN;
  const folders = given === undefined ? [...debian(), ...besideConfig()] : [given];
  return folders
    .filter((folder) => needed.every((program) => existsSync(join(folder, program))))
    .map((folder) => ({ folder, version: versionOf(join(folder, 'pg_dump')) }))
    .sort((a, b) => Number.parseFloat(b.version) - Number.parseFloat(a.version))[0];
}

function debian(): string[] {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}

function besideConfig(): string[] {
  try {
    return [
      execFileSync('pg_config', ['--bindir'], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim(),
    ];
  } catch {
    return []; // no pg_config on the path: nothing is installed there
  }
}

function versionOf(program: string): string {
  return /\d+(\.\d+)?/.exec(execFileSync(program, ['--version']).toString())?.[0] ?? '0';
}
