import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { atMost, type Bench } from '../claim.js';
import type { CopyCost } from '../copy-cost.js';
import { rawPipe, type RawPipe } from './raw-pipe.js';
import { fillWideTable, wideTable } from './wide-table.js';
import { median } from '../median.js';
import { executeSql } from '../execute-sql.js';

const run = promisify(execFile);

/** Claims of a scrub's speed. */
const OVER_RAW = 1.15;
const PEAK_MIB = 256;
const PER_ROW_GROWTH = 1.25;
const MOST_ROWS = 4_000_000;

interface Round {
  readonly raw: number;
  readonly unmasked: CopyCost;
  readonly masked: CopyCost;
}

/**
 * One table copied three ways in turn: by the raw pipe that people use, by a scrub that masks nothing,
 * and by one that masks 8 of 16 columns. Ratios are taken round by round, so that a machine whose speed
 * drifts does not decide; each scrub runs in a process of its own, whose CPU and memory are counted.
 *
 * `SCRUBJAY_BENCH_MOST_ROWS` grows the table further than usual.
 */
export const bench: Bench = async ({ quick }) => {
  const server = await EmbeddedServer.start({
    // WAL files that are kept: making new ones would be measured in whichever copy comes to need them.
    settings: { shared_buffers: '512MB', min_wal_size: '4GB', max_wal_size: '8GB' },
  });
  try {
    const pipe = await rawPipe();
    // Fewer rows, and the half second in which V8 compiles what runs is all that is measured.
    const rows = quick ? 700_000 : 1_000_000;
    console.log(
      `${rows} rows x 16 columns; raw pipe: ${pipe.name}; Node ${process.version}; ${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}`,
    );
    await makeSource(server, 'wide', rows);
    const rounds: Round[] = [];
    for (let round = 0; round < (quick ? 3 : 6); round++) {
      const measured = await measureRound(server, pipe);
      // The first warms the caches of disk and server.
      if (round > 0) rounds.push(measured);
    }
    printRounds(rounds);
    const most = Number(process.env.SCRUBJAY_BENCH_MOST_ROWS ?? MOST_ROWS);
    const growth = await measureGrowth(server, quick ? [20_000, 200_000] : [100_000, most]);
    return [
      atMost(
        'masked copy, times the raw pipe',
        median(rounds.map(({ masked, raw }) => masked.seconds / raw)),
        OVER_RAW,
        'ratio',
      ),
      atMost(
        'unmasked copy, times the raw pipe',
        median(rounds.map(({ unmasked, raw }) => unmasked.seconds / raw)),
        OVER_RAW,
        'ratio',
      ),
      atMost(
        'peak memory of a masked copy, MiB',
        Math.max(growth.peakMiB, ...rounds.map(({ masked }) => masked.peakMiB)),
        PEAK_MIB,
        'MiB',
      ),
      atMost(
        'time a row at the largest size, times that at the smallest',
        growth.ratio,
        PER_ROW_GROWTH,
        'ratio',
      ),
    ];
  } finally {
    await server.stop();
  }
};

async function makeSource(server: EmbeddedServer, name: string, rows: number): Promise<void> {
  await executeSql(server.url(), `create database ${name}`);
  await executeSql(server.url(name), wideTable);
  await executeSql(server.url(name), fillWideTable(rows));
  await executeSql(server.url(name), 'vacuum analyze wide');
}

async function measureRound(server: EmbeddedServer, pipe: RawPipe): Promise<Round> {
  await executeSql(server.url(), 'drop database if exists raw_copy');
  await executeSql(server.url(), 'create database raw_copy');
  await executeSql(server.url('raw_copy'), wideTable);
  await executeSql(server.url(), 'checkpoint');
  const raw = await pipe.copy(server.url('wide'), server.url('raw_copy'), 'wide');
  const unmasked = await copyOnce(server, 'wide', 'unmasked');
  const masked = await copyOnce(server, 'wide', 'masked');
  return { raw, unmasked, masked };
}

async function copyOnce(
  server: EmbeddedServer,
  source: string,
  how: 'masked' | 'unmasked',
): Promise<CopyCost> {
  await executeSql(server.url(), 'checkpoint');
  const script = fileURLToPath(new URL('./copy-once.js', import.meta.url));
  const { stdout } = await run(process.execPath, [
    script,
    server.url(source),
    server.url(`${source}_${how}`),
    how,
  ]);
  return JSON.parse(stdout) as CopyCost;
}

async function measureGrowth(
  server: EmbeddedServer,
  [small, large]: readonly [number, number] | readonly number[],
) {
  const costs: CopyCost[] = [];
  for (const rows of [small, large]) {
    const name = `growth_${rows}`;
    await makeSource(server, name, rows);
    const copies = rows === small ? [1, 2, 3] : [1];
    const taken: CopyCost[] = [];
    for (const _ of copies) taken.push(await copyOnce(server, name, 'masked'));
    costs.push(taken.sort((a, b) => a.seconds - b.seconds)[taken.length >> 1]);
    const { seconds, cpuSeconds, peakMiB } = costs.at(-1)!;
    console.log(
      `  ${rows} rows masked: ${seconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, peak ${peakMiB.toFixed(0)} MiB`,
    );
    for (const database of [name, `${name}_masked`, `${name}_masked__previous`]) {
      await executeSql(server.url(), `drop database if exists ${database}`);
    }
  }
  const [first, last] = costs as [CopyCost, CopyCost];
  return {
    ratio: last.seconds / last.rows / (first.seconds / first.rows),
    peakMiB: Math.max(...costs.map(({ peakMiB }) => peakMiB)),
  };
}

function printRounds(rounds: readonly Round[]): void {
  for (const { raw, unmasked, masked } of rounds) {
    const ours = [unmasked, masked].map(
      ({ seconds, cpuSeconds, peakMiB }) =>
        `${seconds.toFixed(2)} s (x ${(seconds / raw).toFixed(2)}, CPU ${cpuSeconds.toFixed(2)} s, ${peakMiB.toFixed(0)} MiB)`,
    );
    console.log(`  raw ${raw.toFixed(2)} s | nothing masked ${ours[0]} | 8 of 16 masked ${ours[1]}`);
  }
}
