import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { KillingProxy } from './killing-proxy.js';

/** What breaks a run: the worker is killed, sessions of a side end, or the network to it is cut. */
export const faultKinds = ['worker', 'source', 'target', 'source-network', 'target-network'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultOutcome {
  readonly kind: FaultKind;
  /** Seconds after the start of the run. */
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
  try {
    await admin.query(`create database ${name}`);
    await queryOf(at(url, name), schema);
    const start = (target: string) =>
      spawn(
        process.execPath,
        [join(program, 'attempt.js'), near.through(at(url, name)), far.through(at(url, target))],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
    const began = performance.now();
    await finished(start(`${name}_copy`));
    let lastsMs = performance.now() - began;
    const expected = await contentOf(at(url, `${name}_copy`));
    if (expected === undefined) throw new Error('a run without any fault made no copy');
    await admin.query(`drop database ${name}_copy`);

    for (let i = 0; i < count; i++) {
      const kind = faultKinds[Math.floor(random() * faultKinds.length)];
      const target = `${name}_copy${i}`;
      const afterMs = random() * lastsMs;
      const startedAt = performance.now();
      const child = start(target);
      const ended = finished(child);
      await Promise.race([ended, delay(afterMs)]);
      await strike(kind, { child, admin, near, far, source: name, target });
      const said = await ended;
      // The machine may have been busier before: a fault that comes too late breaks nothing.
      if (said === 'done') lastsMs = Math.min(lastsMs, performance.now() - startedAt);
      const shown = await contentOf(at(url, target));
      const showedPart = shown !== undefined && shown !== expected;
      let runs: number | undefined = shown === expected ? 1 : undefined;
      for (let run = 2; runs === undefined && run <= MOST_RUNS; run++) {
        await finished(start(target));
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
    await admin.end();
  }
}

interface Struck {
  readonly child: ChildProcess;
  readonly admin: pg.Client;
  readonly near: KillingProxy;
  readonly far: KillingProxy;
  readonly source: string;
  readonly target: string;
}

async function strike(kind: FaultKind, { child, admin, near, far, source, target }: Struck): Promise<void> {
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
  }
}

/** What a run said at its end. */
async function finished(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(patience);
  if (signal !== null) return 'killed';
  return code === 0 ? 'done' : text.trim();
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
