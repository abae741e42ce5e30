import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { atLeast, atMost, type Bench, type Claim } from '../claim.js';
import type { DatabaseCost } from './copy-database.js';
import { findGreenmask, greenmaskCopy, type GreenmaskCost } from './greenmask.js';
import { findPostgresPrograms, type PostgresPrograms } from './postgres-programs.js';
import { fillRentalShop, maskedColumns, rentalShop, rentalShopKeys } from './rental-shop.js';
import { copyWideTable, makeWideTable } from './wide-table.js';
import { median } from '../median.js';
import { executeSql } from '../execute-sql.js';

const run = promisify(execFile);

const OVER_DUMP_AND_RESTORE = 1;
const FASTER_THAN_GREENMASK = 3;
/** Sessions that Greenmask may use at once: as many as a scrub does. */
const JOBS = Math.min(4, Math.max(2, cpus().length));

interface Round {
  readonly dumped: number;
  readonly scrubbed: DatabaseCost;
  readonly greenmask: GreenmaskCost | undefined;
}

/**
 * A whole database with its keys and indexes, copied in turn by `pg_dump -Fc | pg_restore`, by a scrub, and
 * by Greenmask with like transformers. Ratios are taken round by round.
 */
export const bench: Bench = async ({ quick }) => {
  const programs = findPostgresPrograms();
  if (!programs) {
    console.log('skipped: no PostgreSQL with server, pg_dump and pg_restore of one version on this machine');
    console.log('  (SCRUBJAY_BENCH_PG_BIN names the folder of one; Debian: apt-get install postgresql)');
    return [];
  }
  const greenmask = findGreenmask();
  if (greenmask === undefined) {
    console.log(
      'Greenmask is not here: compared with pg_dump only (SCRUBJAY_BENCH_GREENMASK names its program)',
    );
  }
  const server = await EmbeddedServer.start({
    programs: programs.folder,
    settings: { shared_buffers: '512MB', max_wal_size: '8GB' },
  });
  try {
    const scale = quick ? 10 : 100;
    console.log(
      `rental shop, Sakila x ${scale}; PostgreSQL ${programs.version} for all; Node ${process.version}; ${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}`,
    );
    await makeShop(server, scale);
    const rounds: Round[] = [];
    for (let round = 0; round < (quick ? 3 : 4); round++) {
      const measured = await measureRound(server, programs, greenmask);
      // The first warms the caches of disk and server.
      if (round > 0) rounds.push(measured);
    }
    printRounds(rounds);
    if (greenmask === undefined) return claims(rounds);
    return [
      ...claims(rounds),
      await wideTableClaim(server, programs, greenmask, quick ? 100_000 : 1_000_000),
    ];
  } finally {
    await server.stop();
  }
};

function claims(rounds: readonly Round[]): Claim[] {
  const found = [
    atMost(
      'masked copy of a database (start-up left out), times pg_dump -Fc | pg_restore',
      median(rounds.map(({ scrubbed, dumped }) => scrubbed.copySeconds / dumped)),
      OVER_DUMP_AND_RESTORE,
      'ratio',
    ),
  ];
  const beside = rounds.flatMap(({ scrubbed, greenmask }) =>
    greenmask ? [(greenmask.dump + greenmask.restore) / scrubbed.copySeconds] : [],
  );
  if (beside.length === 0) return found;
  return [
    ...found,
    atLeast(
      'Greenmask dump and restore, times a masked copy of the database',
      median(beside),
      FASTER_THAN_GREENMASK,
      'ratio',
    ),
  ];
}

/** One table without keys, half of whose columns are masked: there, masks and pipes are all that counts. */
async function wideTableClaim(
  server: EmbeddedServer,
  programs: PostgresPrograms,
  greenmask: string,
  rows: number,
): Promise<Claim> {
  await executeSql(server.url(), 'create database wide');
  await makeWideTable(server.url('wide'), rows);
  const ratios: number[] = [];
  for (let round = 0; round < 3; round++) {
    await executeSql(server.url(), 'checkpoint');
    const { ours, theirs } = await copyWideTable({
      program: greenmask,
      from: server.url('wide'),
      to: server.url('wide_masked'),
      toTheirs: await emptyDatabase(server, 'wide_greenmasked'),
      programs: programs.folder,
      jobs: JOBS,
    });
    console.log(
      `  wide table, ${rows} rows: masked copy ${ours.toFixed(1)} s | Greenmask dump ${theirs.dump.toFixed(1)} s, restore ${theirs.restore.toFixed(1)} s`,
    );
    // The first warms the caches.
    if (round > 0) ratios.push((theirs.dump + theirs.restore) / ours);
  }
  return atLeast(
    'Greenmask dump and restore of one table, 8 of 16 columns masked, times a masked copy',
    median(ratios),
    FASTER_THAN_GREENMASK,
    'ratio',
  );
}

async function makeShop(server: EmbeddedServer, scale: number): Promise<void> {
  await executeSql(server.url(), 'create database shop');
  await executeSql(server.url('shop'), rentalShop);
  await executeSql(server.url('shop'), fillRentalShop(scale));
  await executeSql(server.url('shop'), rentalShopKeys);
  await executeSql(server.url('shop'), 'vacuum analyze');
}

async function measureRound(
  server: EmbeddedServer,
  programs: PostgresPrograms,
  greenmask: string | undefined,
): Promise<Round> {
  const dumped = await dumpAndRestore(server.url('shop'), await emptyDatabase(server, 'dumped'), programs);
  for (const name of ['scrubbed', 'scrubbed__previous'])
    await executeSql(server.url(), `drop database if exists ${name}`);
  await executeSql(server.url(), 'checkpoint');
  const script = fileURLToPath(new URL('./copy-database.js', import.meta.url));
  const { stdout } = await run(process.execPath, [script, server.url('shop'), server.url('scrubbed')]);
  const scrubbed = JSON.parse(stdout) as DatabaseCost;
  return {
    dumped,
    scrubbed,
    greenmask:
      greenmask === undefined
        ? undefined
        : await greenmaskCopy(greenmask, {
            from: server.url('shop'),
            to: await emptyDatabase(server, 'greenmasked'),
            columns: maskedColumns,
            programs: programs.folder,
            jobs: JOBS,
          }),
  };
}

async function dumpAndRestore(from: string, to: string, { folder }: PostgresPrograms): Promise<number> {
  const started = performance.now();
  const dump = spawn(join(folder, 'pg_dump'), ['-Fc', from], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Joined by a pipe of the system: nothing of it passes through this process.
  const restore = spawn(join(folder, 'pg_restore'), ['-d', to], {
    stdio: [dump.stdout, 'ignore', 'inherit'],
  });
  const codes = await Promise.all([once(dump, 'exit'), once(restore, 'exit')]);
  if (codes.some(([code]) => code !== 0)) throw new Error('pg_dump | pg_restore failed');
  return (performance.now() - started) / 1000;
}

async function emptyDatabase(server: EmbeddedServer, name: string): Promise<string> {
  await executeSql(server.url(), `drop database if exists ${name}`);
  await executeSql(server.url(), `create database ${name}`);
  await executeSql(server.url(), 'checkpoint');
  return server.url(name);
}

function printRounds(rounds: readonly Round[]): void {
  for (const { dumped, scrubbed, greenmask } of rounds) {
    const { startSeconds, copySeconds, verifySeconds, parts } = scrubbed;
    const list = Object.entries(parts).map(([part, seconds]) => `${part} ${seconds.toFixed(1)}`);
    const theirs = greenmask
      ? ` | Greenmask dump ${greenmask.dump.toFixed(1)} s, restore ${greenmask.restore.toFixed(1)} s`
      : '';
    console.log(
      `  pg_dump | pg_restore ${dumped.toFixed(1)} s | masked copy ${copySeconds.toFixed(1)} s (${list.join(', ')}), start ${startSeconds.toFixed(1)} s, verification ${verifySeconds.toFixed(1)} s${theirs}`,
    );
  }
}
