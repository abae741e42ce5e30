import { randomBytes } from 'node:crypto';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import type { ScrubPlan } from '../../src/domain/scrub/scrub-plan.js';
import type { ScrubSource } from '../../src/engines/scrub-source.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { runScrub, type ScrubProgress, type ScrubRun, type Verdict } from '../../src/runs/scrub-run.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { labelsFor, policyOf, shippedRules } from '../support/planning.js';

const shop = `
  create table customers (id integer generated always as identity primary key, name text not null, email text unique,
    phone varchar(20), born date, profile jsonb, tags text[], total integer);
  insert into customers (name, email, phone, born, profile, tags)
  select 'Ana Lopez ' || chr(65 + i % 26), 'ana.' || i || '@corp.example', '+49 30 9018' || lpad(i::text, 5, '0'), date '1960-01-01' + i,
    jsonb_build_object('mail', 'ana.' || i || '@corp.example', 'theme', 'dark'), array['vip', 'é\\\\"'] from generate_series(1, 3000) i;
  create table orders (id bigserial primary key, mail text references customers (email), placed timestamptz, note text);
  insert into orders (mail, placed, note)
  select 'ana.' || (1 + i % 3000) || '@corp.example', timestamptz '2024-01-01' + i * interval '1 minute',
    'line one' || chr(10) || 'tab' || chr(9) || 'ask ana.' || (1 + i % 3000) || '@corp.example' from generate_series(1, 5000) i;
  create table empty (a integer); create table nothing (); insert into nothing default values; insert into nothing default values;
  create table logins (at date, ip inet) partition by range (at);
  create table logins_old partition of logins for values from (minvalue) to ('2024-01-01');
  create table logins_new partition of logins default;
  insert into logins select date '2023-06-01' + i, ('10.0.0.' || i % 200)::inet from generate_series(1, 400) i;
  create materialized view mails as select email from customers;
  analyze;`;

const types = {
  'customers.name': 'person-name',
  'customers.email': 'email-address',
  'customers.phone': 'phone-number',
  'customers.born': 'date-of-birth',
  'orders.note': 'free-text-with-pii',
  'logins_old.ip': 'ip-address',
  'logins_new.ip': 'ip-address',
};

const key = randomBytes(32);

describe('a scrub run', () => {
  let source: TestDatabase;
  let number = 0;
  const nextTarget = () => serverUrl(`scrubbed_${process.pid}_${++number}`);

  beforeAll(async () => {
    source = await createDatabase(shop);
  });
  afterAll(async () => {
    const left = await source.query<{ name: string }>(
      `select datname as name from pg_database where starts_with(datname, $1)`,
      [`scrubbed_${process.pid}_`],
    );
    for (const { name } of left) await source.query(`drop database "${name}" with (force)`);
    await source.drop();
  });

  async function planFor(from: ScrubSource): Promise<ScrubPlan> {
    const catalog = await from.catalog();
    const labels = await labelsFor(catalog, types);
    const profile = {
      ...labels.columns.get('public.customers.profile')!,
      paths: { '$.mail': 'email-address' },
    };
    const columns = new Map(labels.columns).set('public.customers.profile', profile);
    return planScrub({
      catalog,
      labels: { ...labels, columns },
      labelsSha256: '',
      policy: await policyOf('default'),
      types: (await shippedRules()).informationTypes,
      keyId: '',
    });
  }

  type Overrides = Partial<ScrubRun<Verdict>>;

  async function scrub(location: string, change: (run: ScrubRun<Verdict>) => Overrides = () => ({})) {
    const from = await postgresEngine.openSource(source.url);
    try {
      const run: ScrubRun<Verdict> = {
        source: from,
        target: await postgresEngine.openTarget(location, { replace: true, source: await from.identity() }),
        plan: await planFor(from),
        pseudonyms: createPseudonyms(key),
        words: (await shippedRules()).words,
        verify: () => Promise.resolve({ problems: [] }),
      };
      return await runScrub({ ...run, ...change(run) });
    } finally {
      await from.close();
    }
  }

  async function inTarget<Row extends Record<string, unknown>>(
    location: string,
    sql: string,
  ): Promise<Row[]> {
    const { default: pg } = await import('pg');
    const client = new pg.Client(location);
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('copies every row, masks what the plan says, and keeps what refers to each other together', async () => {
    const location = nextTarget();
    const progress: ScrubProgress[] = [];
    const { tables } = await scrub(location, () => ({ onProgress: (event) => progress.push(event) }));
    expect(Object.fromEntries(tables.map(({ name, rows }) => [name, rows]))).toEqual({
      customers: 3000,
      orders: 5000,
      empty: 0,
      nothing: 2,
      logins_old: 213,
      logins_new: 187,
    });
    const [joined] = await inTarget<{ n: string }>(
      location,
      'select count(*) as n from orders join customers on email = mail',
    );
    expect(joined).toEqual({ n: '5000' });
    const [leaks] = await inTarget<{ n: string }>(
      location,
      `select (select count(*) from customers where email like '%corp.example' or name like 'Ana Lopez%' or profile ->> 'mail' <> email)
            + (select count(*) from orders where note like '%corp.example%') + (select count(*) from mails where email like '%corp.example') as n`,
    );
    expect(leaks).toEqual({ n: '0' });
    const [kept] = await inTarget(
      location,
      `select tags, profile ->> 'theme' as theme from customers limit 1`,
    );
    expect(kept).toEqual({ tags: ['vip', 'é\\\\"'], theme: 'dark' });
    const [note] = await inTarget<{ note: string }>(location, 'select note from orders limit 1');
    expect(note?.note).toMatch(/^line one\ntab\task .+@/);
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(
      new Set(['schema', 'rows', 'keys', 'publication']),
    );
    expect(tables.find(({ name }) => name === 'customers')?.masked).toContainEqual({
      column: 'email',
      technique: 'pseudonymise-email',
      values: 3000,
      nulls: 0,
    });
  });

  it('gives the same stand-ins in every run with the same key', async () => {
    const [one, two] = [nextTarget(), nextTarget()];
    await scrub(one);
    await scrub(two);
    const rows = 'select name, email, phone, born, profile from customers order by id';
    expect(await inTarget(one, rows)).toEqual(await inTarget(two, rows));
  });

  it.each([
    [
      'verification finds a problem',
      (): Overrides => ({ verify: () => Promise.resolve({ problems: ['orders: 1 row missing'] }) }),
      'verification-failed',
    ],
    [
      'somebody stops it between tables',
      (): Overrides => {
        const stop = new AbortController();
        return { signal: stop.signal, onProgress: when('rows', () => stop.abort()) };
      },
      'scrub-cancelled',
    ],
    [
      'the plan has refusals',
      ({ plan }: ScrubRun<Verdict>): Overrides => ({ plan: { ...plan, refusals: [refusal] } }),
      'plan-refused',
    ],
    [
      'the source is not what was planned',
      ({ plan }: ScrubRun<Verdict>): Overrides => ({ plan: { ...plan, catalogFingerprint: 'another' } }),
      'source-drift',
    ],
    [
      'the source’s server ends the connection',
      (): Overrides => ({
        onProgress: when('rows', () => killSessions('copy%to stdout%')),
      }),
      'database',
    ],
    [
      'the target’s server ends the connection',
      ({ target }: ScrubRun<Verdict>): Overrides => {
        const copyIn = target.copyIn.bind(target);
        let isFirst = true;
        target.copyIn = async (...table) => {
          const opened = await copyIn(...table);
          // Another table's copy may be open too, and is ended by the first: it would wait for its own in vain.
          if (!isFirst) return opened;
          isFirst = false;
          // The copy waits for its rows: nothing can end it first.
          while ((await killSessions('copy%from stdin%')) === 0);
          return opened;
        };
        return { target };
      },
      'database',
    ],
  ])('leaves the target as it was, and marks what it built, when %s', async (_, change, code) => {
    const location = nextTarget();
    const name = new URL(location).pathname.slice(1);
    await expect(scrub(location, change)).rejects.toMatchObject({ code });
    const databases = await source.query<{ datname: string; mark: string }>(
      `select datname, shobj_description(oid, 'pg_database') as mark from pg_database where starts_with(datname, $1)`,
      [name],
    );
    expect(databases).toHaveLength(1);
    expect(databases[0].datname).toMatch(/__scrubjay_/);
    expect(databases[0].mark).toBe(`scrubjay: incomplete: ${code}`);
  });

  /** Does something once, at the first report of a phase. */
  function when(phase: ScrubProgress['phase'], act: () => unknown): (progress: ScrubProgress) => void {
    let done = false;
    return (progress) => {
      if (done || progress.phase !== phase) return;
      done = true;
      act();
    };
  }

  /** Ends this file's sessions whose last statement is like the pattern; gives their number. */
  async function killSessions(pattern: string): Promise<number> {
    const killed = await source.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'scrubjay' and query like $1
         and (datname = current_database() or starts_with(datname, $2))`,
      [pattern, `scrubbed_${process.pid}_`],
    );
    return killed.length;
  }
});

const refusal = {
  code: 'unlabelled-column',
  where: 'public.t.a',
  problem: 'nobody has said',
  hint: 'label it',
};
