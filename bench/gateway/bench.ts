import pg from 'pg';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { atLeast, atMost, type Bench, type Claim } from '../claim.js';
import { type GatewayProcess, PASSWORD, startGateway } from './gateway-process.js';
import { loadTool, type Target, transactionsPerSecond } from './load.js';
import { startPgBouncer } from './pgbouncer.js';
import { median } from '../median.js';
import { scanCosts } from './scan-cost.js';
import { tableSql } from './table.js';

/** Claims of the gateway's cost. */
const THROUGHPUT_OF_PGBOUNCER = 0.5;
const ADDED_P99_MS = 2;
const MASKED_SCAN = 1.2;
const IDLE_CONNECTIONS = 500;
const IDLE_MIB = 300;

const ACCOUNTS = 500_000;

/**
 * The gateway beside PgBouncer and a direct connection, in turn: pgbench's select-only load, the time that
 * one query takes on a quiet machine, what masks cost in the database, and idle connections.
 */
export const bench: Bench = async ({ quick }) => {
  const server = await EmbeddedServer.start({ durability: 'none', settings: { max_connections: '100' } });
  const database = server.url('bench');
  try {
    await prepare(server, quick ? 50_000 : 300_000);
    const gateway = await startGateway(database);
    const bouncer = await startPgBouncer(database);
    try {
      const claims: Claim[] = [];
      const { port, password } = new URL(database);
      const targets = {
        direct: {
          port: Number(port),
          user: 'postgres',
          password: decodeURIComponent(password),
          database: 'bench',
        },
        gateway: targetAt(gateway.port),
        ...(bouncer ? { bouncer: targetAt(bouncer.port) } : {}),
      };
      console.log(`load by ${loadTool()}, 16 connections; Node ${process.version}`);
      if (!bouncer)
        console.log('SKIPPED beside PgBouncer: it is not installed (Debian: apt-get install pgbouncer)');
      for (const protocol of ['simple', 'prepared'] as const) {
        claims.push(...(await throughput(protocol, targets, quick)));
      }
      claims.push(await latency(targets, quick ? 1_000 : 5_000), await idleMemory(gateway));
      for (const [column, { ratio, limit, least }] of await scanCosts(database, quick ? 3 : 7)) {
        console.log(`${column}: a scan with ${least} alone takes ${limit.toFixed(2)} times the unmasked`);
        claims.push(atMost(`full scan with one ${column}, times the unmasked`, ratio, MASKED_SCAN, 'ratio'));
      }
      return claims;
    } finally {
      await bouncer?.stop();
      await gateway.stop();
    }
  } finally {
    await server.stop();
  }
};

type Targets = { readonly direct: Target; readonly gateway: Target; readonly bouncer?: Target };

function targetAt(port: number): Target {
  return { port, user: 'ana', password: PASSWORD, database: 'bench' };
}

async function prepare(server: EmbeddedServer, rows: number): Promise<void> {
  const run = async (url: string, ...statements: readonly string[]) => {
    const client = new pg.Client(url);
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  await run(server.url(), 'create database bench');
  await run(
    server.url('bench'),
    'create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84))',
    `insert into pgbench_accounts select i, 1 + i / 100000, 0, '' from generate_series(1, ${ACCOUNTS}) i`,
    'vacuum (analyze, freeze) pgbench_accounts',
    ...tableSql.create(rows).split(';'),
  );
}

async function throughput(
  protocol: 'simple' | 'prepared',
  targets: Targets,
  quick: boolean,
): Promise<readonly Claim[]> {
  const names = Object.keys(targets) as (keyof Targets)[];
  const rounds: Record<string, number>[] = [];
  for (let round = 0; round < (quick ? 2 : 5); round++) {
    const measured: Record<string, number> = {};
    for (const name of names) {
      measured[name] = await transactionsPerSecond({
        ...{ target: targets[name]!, protocol, connections: 16, rows: ACCOUNTS },
        seconds: quick ? 2 : 8,
      });
    }
    rounds.push(measured);
  }
  const of = (name: string) => Math.round(median(rounds.map((round) => round[name])));
  console.log(`${protocol}: ${names.map((name) => `${name} ${of(name)}/s`).join(', ')}`);
  const beside = (peer: string) => median(rounds.map((round) => round.gateway / round[peer]));
  console.log(`${protocol}: gateway is ${beside('direct').toFixed(2)} x a direct connection`);
  if (!targets.bouncer) return [];
  const name = `select-only throughput, ${protocol} protocol, times PgBouncer’s`;
  return [atLeast(name, beside('bouncer'), THROUGHPUT_OF_PGBOUNCER, 'ratio')];
}

/** One connection, one query after the other, in turn with a direct one. */
async function latency({ direct, gateway }: Targets, queries: number): Promise<Claim> {
  const clients = await Promise.all(
    [direct, gateway].map(async (target) => {
      const client = new pg.Client({ host: '127.0.0.1', ...target });
      await client.connect();
      return { client, times: [] as number[] };
    }),
  );
  for (let i = 0; i < queries; i++) {
    for (const { client, times } of clients) {
      const start = performance.now();
      await client.query({
        name: 'by-id',
        text: 'select abalance from pgbench_accounts where aid = $1',
        values: [1 + i],
      });
      if (i >= queries / 10) times.push(performance.now() - start);
    }
  }
  await Promise.all(clients.map(({ client }) => client.end()));
  const [directP99, gatewayP99] = clients.map(
    ({ times }) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)],
  );
  console.log(`p99 of one query: direct ${directP99.toFixed(2)} ms, gateway ${gatewayP99.toFixed(2)} ms`);
  return atMost('added p99 of one query on a quiet gateway', gatewayP99 - directP99, ADDED_P99_MS, 'ms');
}

async function idleMemory(gateway: GatewayProcess): Promise<Claim> {
  const clients: pg.Client[] = [];
  for (let i = 0; i < IDLE_CONNECTIONS; i += 10) {
    const opened = Array.from(
      { length: 10 },
      () => new pg.Client({ host: '127.0.0.1', ...targetAt(gateway.port) }),
    );
    await Promise.all(opened.map((client) => client.connect()));
    clients.push(...opened);
  }
  await Promise.all(clients.map((client) => client.query('select count(*) from people where id = 1')));
  const memory = gateway.memoryMiB();
  await Promise.all(clients.map((client) => client.end()));
  return atMost(`memory with ${IDLE_CONNECTIONS} idle connections`, memory, IDLE_MIB, 'MiB');
}
