import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { KillingProxy } from './killing-proxy.js';
import { SmallDisk } from './small-disk.js';

/**
 * What breaks a run: the worker is killed, sessions of a side end, the network to it is cut, or the target's
 * disk is full.
 */
export const faultKinds = [
  'worker',
  'source',
  'target',
  'source-network',
  'target-network',
  'disk-full',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultOutcome {
  readonly kind: FaultKind;
  /** Seconds after the run had its connections. */
  readonly afterSeconds: number;
  /** What the broken run said at its end: `done` where the fault came too late, `killed`, or a code. */
  readonly said: string;
  /** True when the target's name showed something that was not the whole copy. */
  readonly showedPart: boolean;
  /** Runs until the copy was there and right; undefined where it never was. */
  readonly runs: number | undefined;
}

export interface Faults {
  /** A server, as superuser. */
  readonly url: string;
  readonly count: number;
  readonly seed: number;
  /** Folder of the compiled bench. */
  readonly program: string;
  readonly onOutcome?: (outcome: FaultOutcome) => void;
}

const schema = `
  create table people (id integer primary key, mail text unique, name text);
  insert into people select i, 'ana' || i || '@corp.example', 'Ana Lopez' from generate_series(1, 6000) i;
  create table orders (id serial primary key, mail text references people (mail), note text);
  insert into orders (mail, note) select 'ana' || (1 + i % 6000) || '@corp.example', repeat('note ' || i, 5) from generate_series(1, 20000) i;
  create index orders_mail on orders (mail);
  create table visits (id integer, born date) partition by range (born);
  create table visits_old partition of visits for values from (minvalue) to ('1980-01-01');
  create table visits_new partition of visits default;
  insert into visits select i, date '1979-01-01' + i % 700 from generate_series(1, 4000) i;
  create materialized view totals as select count(*) as n from orders;
  analyze;`;

/** Runs that the broken one may need after it: sessions of a killed worker may hold on for a moment. */
const MOST_RUNS = 4;
/** Longer than any run: a hang is a failure. */
const PATIENCE_MS = 120_000;

/**
 * Breaks runs off at random moments, lets others go on with them, and looks each time at what the target's
 * name shows: nothing, or the whole right copy.
 */
export async function runFaults({
  url,
  count,
  seed,
  program,
  onOutcome,
}: Faults): Promise<readonly FaultOutcome[]> {
  const admin = new pg.Client(url);
  await admin.connect();
  const { hostname, port } = new URL(url);
  const [near, far] = [await proxyTo(hostname, port), await proxyTo(hostname, port)];
  const name = `faults_${process.pid}`;
  const random = randomFrom(seed);
  const outcomes: FaultOutcome[] = [];
  const disk = await SmallDisk.mount(admin, `${name}_disk`);
  if (!disk) console.log('SKIPPED full disks: this machine does not allow a file system to be mounted');
  const kinds = faultKinds.filter((kind) => disk !== undefined || kind !== 'disk-full');
  try {
    await admin.query(`create database ${name}`);
    await queryOf(at(url, name), schema);
    const targetUser = await makeTargetUser(admin, name, disk);
    const start = (target: string) => {
      const to = Object.assign(new URL(at(url, target)), targetUser).href;
      return startAttempt(program, near.through(at(url, name)), far.through(to));
    };
    const undisturbed = start(`${name}_copy`);
    await undisturbed.ended;
    let lastsMs = undisturbed.connectedForMs();
    const expected = await contentOf(at(url, `${name}_copy`));
    if (expected === undefined) throw new Error('a run without any fault made no copy');
    await admin.query(`drop database ${name}_copy`);

    for (let i = 0; i < count; i++) {
      const kind = kinds[Math.floor(random() * kinds.length)];
      const target = `${name}_copy${i}`;
      const afterMs = random() * lastsMs;
      const attempt = start(target);
      await attempt.connected;
      await Promise.race([attempt.ended, delay(afterMs)]);
      await strike(kind, { child: attempt.child, admin, near, far, disk, source: name, target });
      const said = await attempt.ended;
      await disk?.clear();
      // The machine may have been busier before: a fault that comes too late breaks nothing.
      if (said === 'done') lastsMs = Math.min(lastsMs, attempt.connectedForMs());
      const shown = await contentOf(at(url, target));
      const showedPart = shown !== undefined && shown !== expected;
      let runs: number | undefined = shown === expected ? 1 : undefined;
      for (let run = 2; runs === undefined && run <= MOST_RUNS; run++) {
        await start(target).ended;
        if ((await contentOf(at(url, target))) === expected) runs = run;
      }
      const outcome = { kind, afterSeconds: afterMs / 1_000, said, showedPart, runs };
      outcomes.push(outcome);
      onOutcome?.(outcome);
      await dropAll(admin, target);
    }
    return outcomes;
  } finally {
    await Promise.all([near.stop(), far.stop()]);
    await dropAll(admin, name);
    await disk?.remove(admin);
    await admin.query(`drop role if exists ${name}_writer`);
    await admin.end();
  }
}

/** Whose tables stand on the small disk, where there is one. */
async function makeTargetUser(
  admin: pg.Client,
  name: string,
  disk: SmallDisk | undefined,
): Promise<{ readonly username: string; readonly password: string }> {
  const [username, password] = [`${name}_writer`, randomBytes(12).toString('hex')];
  await admin.query(`create role ${username} superuser login password '${password}'`);
  if (disk) await admin.query(`alter role ${username} set default_tablespace = ${disk.tablespace}`);
  return { username, password };
}

interface Attempt {
  readonly child: ChildProcess;
  /** Also settles when the run ends before it is connected. */
  readonly connected: Promise<void>;
  /** What the run said at its end: `done`, `killed` or a code. */
  readonly ended: Promise<string>;
  /** How long it ran, up to its end, after it was connected. */
  connectedForMs(): number;
}

function startAttempt(program: string, from: string, to: string): Attempt {
  const child = spawn(process.execPath, [join(program, 'attempt.js'), from, to], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  let [connectedAt, endedAt] = [0, 0];
  const connected = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line !== 'connected') said.push(line);
      else {
        connectedAt = performance.now();
        resolve();
      }
    });
    child.once('close', () => resolve());
  });
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const ended = once(child, 'close').then((closed) => {
    const [code, signal] = closed as [number | null, string | null];
    endedAt = performance.now();
    clearTimeout(patience);
    if (signal !== null) return 'killed';
    return code === 0 ? 'done' : said.join('\n');
  });
  return { child, connected, ended, connectedForMs: () => endedAt - connectedAt };
}

interface Struck {
  readonly child: ChildProcess;
  readonly admin: pg.Client;
  readonly near: KillingProxy;
  readonly far: KillingProxy;
  readonly disk: SmallDisk | undefined;
  readonly source: string;
  readonly target: string;
}

async function strike(
  kind: FaultKind,
  { child, admin, near, far, disk, source, target }: Struck,
): Promise<void> {
  const end = (condition: string, name: string) =>
    admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'scrubjay' and pid <> pg_backend_pid() and ${condition}`,
      [name],
    );
  switch (kind) {
    case 'worker':
      child.kill('SIGKILL');
      break;
    case 'source':
      await end('datname = $1', source);
      break;
    case 'target':
      await end('starts_with(datname, $1)', target);
      break;
    case 'source-network':
      near.cut();
      break;
    case 'target-network':
      far.cut();
      break;
    case 'disk-full':
      await disk?.fill();
  }
}

/** All rows and keys of a copy as one digest; undefined where there is no database of that name. */
async function contentOf(url: string): Promise<string | undefined> {
  const digest = (table: string) =>
    `(select coalesce(md5(string_agg(t::text, ';' order by t::text)), '') from ${table} t)`;
  const sql = `select concat_ws(' ', ${['people', 'orders', 'visits', 'totals'].map(digest).join(', ')},
    (select count(*) from pg_constraint where contype in ('p', 'u', 'f')), (select count(*) from pg_indexes where schemaname = 'public'),
    (select last_value from orders_id_seq), (select count(*) from pg_namespace where nspname like 'scrubjay%')) as content`;
  try {
    const [{ content }] = await queryOf<{ content: string }>(url, sql);
    return content;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '3D000') return undefined;
    // Tables are missing: that is a part of a copy.
    return `broken: ${code}`;
  }
}

async function queryOf<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function dropAll(admin: pg.Client, prefix: string): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [prefix],
  );
  for (const { datname } of rows) await admin.query(`drop database if exists "${datname}" with (force)`);
}

function proxyTo(host: string, port: string): Promise<KillingProxy> {
  return KillingProxy.start({ host, port: Number(port) });
}

function at(url: string, database: string): string {
  const location = new URL(url);
  location.pathname = `/${database}`;
  return location.href;
}

/** Repeatable numbers from 0 to 1: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
