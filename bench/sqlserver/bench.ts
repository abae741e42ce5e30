import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from '../../src/engines/sqlserver/connection.js';
import { atLeast, atMost, type Bench, type Claim } from '../claim.js';
import type { CopyCost } from '../copy-cost.js';
import { createWideTable, fillWideTable } from './wide-table.js';
import { median } from '../median.js';

const run = promisify(execFile);

/** Claims of a masked copy. */
const OF_RAW_SPEED = 0.8;
const PEAK_MIB = 256;

/** Where rows come from and go to. */
interface Sides {
  readonly title: string;
  readonly from: string;
  /** Of the driver alone; has a table for it. */
  readonly rawTo: string;
  readonly to: string;
}

/**
 * One table copied three ways in turn: by the driver alone, by a scrub that masks nothing, and by one that
 * masks 8 of 16 columns. Over a wire-level test double always, and over a real or compatible server where
 * `MSSQL_URL` names one. Each copy runs in a process of its own, whose CPU and memory are counted.
 */
export const bench: Bench = async ({ quick }) => {
  console.log(`Node ${process.version}; ${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}`);
  const rows = quick ? 150_000 : 500_000;
  const rounds = quick ? 3 : 4;
  const claims = await overWire(rows, rounds, quick ? 200_000 : 2_000_000);
  const real = process.env.MSSQL_URL;
  if (real === undefined) {
    console.log('  MSSQL_URL is not set: no real or compatible server was measured');
    return claims;
  }
  return [...claims, ...(await overServer(real, quick ? 20_000 : 200_000, rounds))];
};

async function overWire(rows: number, rounds: number, manyRows: number): Promise<Claim[]> {
  const title = `wire-level test server, ${rows} rows`;
  const speed = await withWireServer(rows, (sides) =>
    measureSpeed({ ...sides, title }, rounds, 'over the wire'),
  );
  const peak = await withWireServer(manyRows, async (sides) => {
    const { peakMiB, seconds } = await copyOnce(sides, 'masked');
    console.log(`  ${manyRows} rows masked: ${seconds.toFixed(2)} s, peak ${peakMiB.toFixed(0)} MiB`);
    return peakMiB;
  });
  return [...speed, atMost(`peak memory of a masked copy of ${manyRows} rows, MiB`, peak, PEAK_MIB, 'MiB')];
}

async function withWireServer<T>(rows: number, use: (sides: Omit<Sides, 'title'>) => Promise<T>): Promise<T> {
  const script = fileURLToPath(new URL('./wire-server.js', import.meta.url));
  const server = spawn(process.execPath, [script, String(rows)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
    const url = (database: string) =>
      `sqlserver://reader:p%40ss%2Fw%3Ard@127.0.0.1:${port}/${database}?encrypt=false`;
    return await use({ from: url('shop'), rawTo: url('shop'), to: url('staging') });
  } finally {
    server.kill();
  }
}

async function overServer(location: string, rows: number, rounds: number): Promise<Claim[]> {
  const name = `scrubjay_bench_${randomBytes(4).toString('hex')}`;
  const url = (database: string) => Object.assign(new URL(location), { pathname: `/${database}` }).href;
  const master = await connect(url('master'));
  try {
    await master.query(`create database [${name}]`);
    await master.query(`alter database [${name}] set allow_snapshot_isolation on`).catch(() => undefined);
    await master.query(`create database [${name}_raw]`);
    await execute(url(name), createWideTable('wide'), fillWideTable(rows));
    await execute(url(`${name}_raw`), createWideTable('wide_raw'));
    const title = `the server at MSSQL_URL, ${rows} rows`;
    const sides = { title, from: url(name), rawTo: url(`${name}_raw`), to: url(`${name}_copy`) };
    return await measureSpeed(sides, rounds, 'on the server at MSSQL_URL');
  } finally {
    const left = await master.query<{ name: string }>(
      `select d.name as name from sys.databases d where d.name like N'${name}%'`,
    );
    for (const database of left)
      await master.query(`drop database [${database.name}]`).catch(() => undefined);
    master.close();
  }
}

async function measureSpeed(sides: Sides, rounds: number, where: string): Promise<Claim[]> {
  console.log(`  ${sides.title}`);
  const ratios: { masked: number; unmasked: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const raw = await copyOnce(sides, 'raw');
    const unmasked = await copyOnce(sides, 'unmasked');
    const masked = await copyOnce(sides, 'masked');
    // The first warms the caches of disk and server.
    if (round === 0) continue;
    ratios.push({ masked: raw.seconds / masked.seconds, unmasked: raw.seconds / unmasked.seconds });
    console.log(
      `    driver alone ${print(raw)} | nothing masked ${print(unmasked)} | 8 of 16 masked ${print(masked)}`,
    );
  }
  return (['masked', 'unmasked'] as const).map((how) =>
    atLeast(
      `rows a second ${where}, ${how} copy, of the driver alone`,
      median(ratios.map((ratio) => ratio[how])),
      OF_RAW_SPEED,
      'ratio',
    ),
  );
}

function print({ rows, seconds, cpuSeconds, peakMiB }: CopyCost): string {
  return `${Math.round(rows / seconds).toLocaleString('en')} rows/s (CPU ${cpuSeconds.toFixed(2)} s, ${peakMiB.toFixed(0)} MiB)`;
}

async function copyOnce(
  { from, rawTo, to }: Omit<Sides, 'title'>,
  how: 'raw' | 'masked' | 'unmasked',
): Promise<CopyCost> {
  const name = how === 'raw' ? './copy-raw.js' : './copy-scrubbed.js';
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { stdout } = await run(process.execPath, [script, from, how === 'raw' ? rawTo : to, how]);
  return JSON.parse(stdout) as CopyCost;
}

async function execute(location: string, ...statements: readonly string[]): Promise<void> {
  const connection = await connect(location);
  for (const sql of statements) await connection.query(sql);
  connection.close();
}
