import { existsSync } from 'node:fs';
import pg from 'pg';
import { labelledColumns, type LabelledColumn } from '../../src/domain/posture/facts/labelled-column.js';
import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { runPosture } from '../../src/runs/posture/posture-run.js';
import { atLeast, atMost, type Bench, type Claim } from '../claim.js';
import { agreementWithCheckov } from './checkov-agreement.js';
import { agreementWithTrivy } from './trivy-agreement.js';

/** Columns of each made-up table. */
const COLUMNS = 10;

/**
 * 1,000 tables with 10,000 labelled columns in 5 s, by queries whose number does not depend on the tables;
 * and, where SCRUBJAY_CHECKOV and SCRUBJAY_TRIVY name checkouts of Checkov and of Trivy's checks, agreement with
 * their Terraform examples.
 */
export const bench: Bench = async ({ quick }): Promise<readonly Claim[]> => {
  const tables = quick ? 300 : 1000;
  const claims: Claim[] = [];
  const server = await EmbeddedServer.start({
    durability: 'none',
    settings: { max_locks_per_transaction: '4096' },
  });
  try {
    const few = await measure(server, 'few', 10);
    const many = await measure(server, 'many', tables);
    console.log(
      `${tables} tables, ${tables * COLUMNS} labelled columns: ${many.seconds.toFixed(2)} s, ${many.queries} queries`,
    );
    console.log(`10 tables: ${few.seconds.toFixed(2)} s, ${few.queries} queries`);
    claims.push(atMost(`posture of ${tables} tables`, many.seconds, 5, 's'));
    claims.push(atMost('queries for many tables over those for few', many.queries / few.queries, 1, 'ratio'));
  } finally {
    await server.stop();
  }
  for (const { name, variable, agreement } of peers) {
    const checkout = process.env[variable] ?? '';
    if (checkout === '') {
      console.log(`no agreement with ${name} measured: set ${variable} to a checkout of its examples`);
      continue;
    }
    if (!existsSync(checkout)) throw new Error(`${variable} names no folder: ${checkout}`);
    const { compared, agreed, differences } = await agreement(checkout);
    for (const { says, explanation } of differences)
      console.log(`${name}: ${says} (${explanation ?? 'not explained'})`);
    console.log(`${agreed} of ${compared} verdicts of ${name}'s examples agree`);
    const unexplained = differences.filter(({ explanation }) => explanation === undefined).length;
    claims.push(
      atLeast(
        `agreement with ${name} on its database examples`,
        compared === 0 ? null : agreed / compared,
        0.75,
        'share',
      ),
      atMost(`differences from ${name} without an explanation`, unexplained, 0, 'count'),
    );
  }
  return claims;
};

/** Scanners whose public examples ours is held against, where a checkout is at hand. */
const peers = [
  { name: 'Checkov', variable: 'SCRUBJAY_CHECKOV', agreement: agreementWithCheckov },
  { name: 'Trivy', variable: 'SCRUBJAY_TRIVY', agreement: agreementWithTrivy },
] as const;

interface Measured {
  readonly seconds: number;
  readonly queries: number;
}

async function measure(server: EmbeddedServer, name: string, tables: number): Promise<Measured> {
  const admin = new pg.Client(server.url());
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const client = new pg.Client(server.url(name));
  await client.connect();
  const columns = Array.from({ length: COLUMNS }, (_, i) => `c${i} text`).join(', ');
  await client.query(`
    do $$ begin for i in 1..${tables} loop
      execute format('create table t%s (id int primary key, ${columns}); create index on t%s (c0)', i, i);
      execute format('insert into t%s select g, g::text from generate_series(1, 20) g', i);
    end loop; end $$`);
  await client.query('analyze');
  const checks = await readChecks();
  const before = await statements(client);
  const began = performance.now();
  const results = await runPosture({
    checks,
    declarations: noDeclarations,
    labels: labelsOf(tables),
    unmaskedColumns: [],
    targets: { location: server.url(name) },
    timeoutMs: 30_000,
    toolVersion: '0.0.0',
    inventory: 'labels.yaml',
  });
  const seconds = (performance.now() - began) / 1000;
  const queries = (await statements(client)) - before;
  await client.end();
  const unread = results.findings.filter(
    ({ outcome, says }) => outcome === 'unknown' && says.includes('SQLSTATE'),
  );
  if (unread.length > 0) throw new Error(`facts were not read: ${unread.map(({ says }) => says).join('; ')}`);
  return { seconds, queries };
}

/** Transactions of the database so far: a read-only session runs each query in one of its own. */
async function statements(client: pg.Client): Promise<number> {
  // Counters of a session that ended are there a moment later.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await client.query('select pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ count: string }>(
    'select xact_commit + xact_rollback as count from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0].count);
}

/** Nine columns of ten hold what many columns hold; one in a hundred tables keeps cards. */
function labelsOf(tables: number): readonly LabelledColumn[] {
  const columns = new Map(
    Array.from({ length: tables * COLUMNS }, (_, i) => {
      const [table, column] = [`t${Math.floor(i / COLUMNS) + 1}`, `c${i % COLUMNS}`];
      const isCard = i % (COLUMNS * 100) === 0;
      const label = {
        column: { schema: 'public', table, column },
        informationType: isCard ? 'payment-card-number' : 'email-address',
        sensitivity: isCard ? 'restricted' : 'confidential',
        status: 'confirmed',
      } as const;
      return [`public.${table}.${column}`, label] as const;
    }),
  );
  return labelledColumns({ columns, references: [] });
}
