import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { createPseudonyms } from '../../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { EmbeddedServer } from '../../../src/engines/postgres/embedded-server.js';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { digestOfWork, type WorkLeft } from '../../../src/runs/resume.js';
import { runScrub, type ScrubProgress } from '../../../src/runs/scrub-run.js';
import { verifyCopy } from '../../../src/runs/verify-run.js';
import { createDatabase, serverUrl, type TestDatabase } from '../../support/databases.js';
import { shippedRules } from '../../support/planning.js';
import { labelsOf, planFrom, testKey } from '../../support/scrubbed-copy.js';

const schema = `
  create table people (id integer primary key, mail text unique, name text);
  insert into people select i, 'ana' || i || '@corp.example', 'Ana Lopez' from generate_series(1, 4000) i;
  create table orders (id serial primary key, mail text references people (mail), note text);
  insert into orders (mail, note) select 'ana' || (1 + i % 4000) || '@corp.example', 'note ' || i from generate_series(1, 9000) i;
  create index orders_mail on orders (mail);
  create table counters (id integer primary key, n integer);
  insert into counters select i, 0 from generate_series(1, 3000) i;
  create table visits (id integer, born date) partition by range (born);
  create table visits_old partition of visits for values from (minvalue) to ('1980-01-01');
  create table visits_new partition of visits default;
  insert into visits select i, date '1979-01-01' + i % 700 from generate_series(1, 3000) i;
  create materialized view totals as select count(*) as n from orders;
  create view names as select name from people;
  analyze;`;

const types = {
  'people.mail': 'email-address',
  'people.name': 'person-name',
  'visits.born': 'date-of-birth',
  'visits_old.born': 'date-of-birth',
  'visits_new.born': 'date-of-birth',
};

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

interface Attempt {
  readonly onProgress?: (progress: ScrubProgress) => void;
  readonly onResume?: (left: WorkLeft) => void;
  readonly signal?: AbortSignal;
  readonly rangeBytes?: number;
}

async function attempt(from: string, to: string, how: Attempt = {}): Promise<void> {
  const source = await postgresEngine.openSource(from);
  try {
    const labels = await labelsOf(await source.catalog(), { types });
    const plan = await planFrom(source, labels, {});
    const { words } = await shippedRules();
    const identity = await source.identity();
    const work = digestOfWork(plan, identity);
    const target = await postgresEngine.openTarget(to, {
      replace: false,
      source: identity,
      work,
      resume: true,
    });
    await runScrub({
      ...{ source, target, plan, words, ...how },
      pseudonyms: createPseudonyms(testKey),
      verify: async ({ orphans }) => {
        const sampler = await postgresEngine.open(from);
        try {
          return await verifyCopy({ source, sampler, target, plan, labels, words, orphans, sampleRows: 50 });
        } finally {
          await sampler.close();
        }
      },
    });
  } finally {
    await source.close();
  }
}

describe('hard case 77, a run that is broken off', () => {
  let source: TestDatabase;
  let reference: string;
  let number = 0;
  const nextTarget = () => serverUrl(`${source.name}_copy${++number}`);

  beforeAll(async () => {
    source = await createDatabase(schema);
    reference = nextTarget();
    await attempt(source.url, reference);
  });
  afterAll(async () => {
    const left = await source.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [`${source.name}_copy`],
    );
    for (const { datname } of left) await source.query(`drop database if exists "${datname}" with (force)`);
    await source.drop();
  });

  /** All rows of a copy in one text; the counters apart, since tests change them. */
  async function contentOf(url: string): Promise<Record<string, string>> {
    const client = new pg.Client(url);
    await client.connect();
    const digest = (table: string) =>
      `(select md5(string_agg(t::text, ';' order by t::text)) from ${table} t) as ${table}`;
    const { rows } = await client.query<
      Record<string, string>
    >(`select ${['people', 'orders', 'visits', 'totals'].map(digest).join(', ')},
      (select count(*)::text from pg_constraint where contype in ('p', 'u', 'f')) as keys, (select sum(n)::text from counters) as counted`);
    await client.end();
    return rows[0];
  }

  const exists = async (url: string) =>
    (await source.query('select 1 from pg_database where datname = $1', [new URL(url).pathname.slice(1)]))
      .length > 0;

  const killSessions = (database: string) =>
    source.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scrubjay' and starts_with(datname, $1) and pid <> pg_backend_pid()`,
      [database],
    );

  it('77: goes on with the tables that are done, copies again what changed, and says so', async () => {
    const target = nextTarget();
    const stop = new AbortController();
    const broken = attempt(source.url, target, {
      signal: stop.signal,
      onProgress: ({ phase }) => phase === 'keys' && stop.abort(),
    });
    await expect(broken).rejects.toMatchObject({ code: 'scrub-cancelled' });
    expect(await exists(target)).toBe(false);
    const kept: WorkLeft[] = [];
    await attempt(source.url, target, { onResume: (left) => kept.push(left) });
    expect(kept[0].toCopy).toEqual([]);
    expect(kept[0].kept).toHaveLength(5);
    const { counted: _, ...content } = await contentOf(target);
    expect(content).toEqual((({ counted: __, ...rest }) => rest)(await contentOf(reference)));
    const client = new pg.Client(target);
    await client.connect();
    expect((await client.query(`select 1 from pg_namespace where nspname like 'scrubjay%'`)).rows).toEqual(
      [],
    );
    await client.end();
  });

  it('77: copies a table again that changed since, and keeps the others', async () => {
    const target = nextTarget();
    const stop = new AbortController();
    let begun = 0;
    const broken = attempt(source.url, target, {
      signal: stop.signal,
      onProgress: ({ phase, doing }) => {
        if (phase === 'rows' && doing === 'public.visits_new' && ++begun > 0) stop.abort();
      },
    });
    await expect(broken).rejects.toMatchObject({ code: 'scrub-cancelled' });
    await source.query('update counters set n = n + 1 where id = 17; delete from orders where id = 9000');
    const kept: WorkLeft[] = [];
    await attempt(source.url, target, { onResume: (left) => kept.push(left) });
    await source.query(
      `insert into orders (id, mail, note) values (9000, 'ana1001@corp.example', 'note 9000')`,
    );
    expect(kept[0].toCopy.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['visits_new', 'visits_old']),
    );
    expect(kept[0].kept.map(({ name }) => name)).not.toContain('visits_old');
    expect((await contentOf(target)).counted).toBe('1');
    await source.query('update counters set n = 0');
  });

  async function brokenInTheMiddle(target: string): Promise<void> {
    const stop = new AbortController();
    let chunks = 0;
    const broken = attempt(source.url, target, {
      signal: stop.signal,
      rangeBytes: 100_000,
      onProgress: ({ phase }) => phase === 'rows' && ++chunks === 6 && stop.abort(),
    });
    await expect(broken).rejects.toMatchObject({ code: 'scrub-cancelled' });
  }

  it('77: goes on in the middle of a large table, range by range', async () => {
    const target = nextTarget();
    await brokenInTheMiddle(target);
    const kept: WorkLeft[] = [];
    await attempt(source.url, target, { rangeBytes: 100_000, onResume: (left) => kept.push(left) });
    const [{ partly }] = kept;
    expect([...partly.values()].some(({ result, left }) => result.rows > 0 && left.length > 0)).toBe(true);
    expect(await contentOf(target)).toEqual(await contentOf(reference));
  });

  it('77: copies a large table again of which a range changed since', async () => {
    const target = nextTarget();
    await brokenInTheMiddle(target);
    await source.query(
      `update people set name = name where id = 1; update orders set note = note where id = 1`,
    );
    const kept: WorkLeft[] = [];
    await attempt(source.url, target, { rangeBytes: 100_000, onResume: (left) => kept.push(left) });
    expect(kept[0].changed.length).toBeGreaterThan(0);
    expect(await contentOf(target)).toEqual(await contentOf(reference));
  });

  const kills = Number(process.env.SCRUBJAY_TEST_KILLS ?? 4);

  it(`77: ends with a correct copy after ${kills} random kills of either server’s sessions`, async () => {
    const random = randomFrom(20_250_101);
    const expected = await contentOf(reference);
    let failures = 0;
    for (let kill = 0; kill < kills; kill++) {
      const target = nextTarget();
      const name = new URL(target).pathname.slice(1);
      const victim = random() < 0.5 ? source.name : name;
      let events = 1 + Math.floor(random() * 60);
      const killed: Promise<unknown>[] = [];
      const broken = attempt(source.url, target, {
        onProgress: () => {
          if (--events === 0)
            killed.push(victim === source.name ? killExact(source.name) : killSessions(name));
        },
      });
      const outcome = await broken.then(
        () => 'done',
        (error: unknown) => {
          const { code, stack } = error as Error & { code?: string };
          return code === 'database' ? code : String(stack);
        },
      );
      await Promise.all(killed);
      if (outcome !== 'done') {
        failures++;
        expect([kill, outcome]).toEqual([kill, 'database']);
        expect(await exists(target)).toBe(false);
        await attempt(source.url, target);
      }
      expect(await contentOf(target)).toEqual(expected);
    }
    expect(failures).toBeGreaterThan(0);
  }, 600_000);

  const killExact = (database: string) =>
    source.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scrubjay' and datname = $1 and pid <> pg_backend_pid()`,
      [database],
    );

  it('77: a full disk of the target fails in our words, and leaves nothing under its name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scrubjay-small-'));
    const run = promisify(execFile);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=72m', 'tmpfs', folder]);
    } catch {
      console.warn('skipped: this machine does not allow a small file system to be mounted');
      await rm(folder, { recursive: true });
      return;
    }
    await chmod(folder, 0o755);
    if (process.getuid?.() === 0) await chown(folder, 65_534, 65_534);
    const big = await createDatabase(
      `create table t (a text); insert into t select repeat(md5(i::text), 60) from generate_series(1, 60000) i`,
    );
    try {
      const settings = { min_wal_size: '32MB', max_wal_size: '32MB' };
      const server = await EmbeddedServer.start({
        dataDirectory: join(folder, 'data'),
        durability: 'none',
        settings,
      });
      await expect(attempt(big.url, server.url('small'))).rejects.toThrow(
        /disk is full|connection was lost|server/,
      );
      await server.stop().catch(() => undefined);
    } finally {
      await big.drop();
      await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    }
  });
});
