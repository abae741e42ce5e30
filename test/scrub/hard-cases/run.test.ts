import pg from 'pg';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { createDatabase, serverUrl } from '../../support/databases.js';
import { olderPostgres, startOlderPostgres, startPooler } from '../../support/own-servers.js';
import { scrub } from '../../support/scrubbed-copy.js';

const rows = `create table t (id integer primary key, mail text);
  insert into t select i, 'ana' || i || '@corp.example' from generate_series(1, 500) i;`;

describe('hard cases 72 to 80, the run', () => {
  it('73 and 74: rows that come during the run are not copied, and the structure waits until it ends', async () => {
    const source = await createDatabase(rows);
    const opened = await postgresEngine.openSource(source.url);
    await source.query(`insert into t values (501, 'late@corp.example'); set lock_timeout = '200ms'`);
    await expect(source.query('alter table t add late text')).rejects.toThrow(/lock timeout/);
    await expect(source.query('truncate t')).rejects.toThrow(/lock timeout/);
    expect(await opened.countRows({ schema: 'public', name: 't' })).toBe(500);
    await opened.close();
    await source.query('alter table t add late text');
    await source.drop();
  });

  it('75: a target that is not empty is refused, and stays as it was', async () => {
    const [source, target] = [
      await createDatabase(rows),
      await createDatabase('create table kept (i integer); insert into kept values (7)'),
    ];
    await expect(scrub(source.url, target.url)).rejects.toMatchObject({ code: 'target-not-empty' });
    expect(await target.query('select i from kept')).toEqual([{ i: 7 }]);
    await Promise.all([source.drop(), target.drop()]);
  });

  it('76: a target that is the source under another name, or marked as production, is refused', async () => {
    const [source, marked] = [await createDatabase(rows), await createDatabase()];
    await expect(scrub(source.url, source.url.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({
      code: 'target-is-source',
    });
    await marked.query(`alter database "${marked.name}" set scrubjay.environment = 'production'`);
    await expect(scrub(source.url, marked.url)).rejects.toMatchObject({
      code: 'target-looks-like-production',
    });
    await Promise.all([source.drop(), marked.drop()]);
  });

  const bin = olderPostgres();
  const withOlder = bin === undefined ? it.skip : it;

  withOlder(
    '72: a database of an older version is copied to a newer one, and never the other way',
    async () => {
      const older = await startOlderPostgres(bin!);
      const name = `older_${process.pid}`;
      try {
        const client = new pg.Client(older.url);
        await client.connect();
        await client.query(
          `${rows} create table s (id serial, a integer generated always as (id * 2) stored, m money, p jsonb); insert into s (p) values ('{}')`,
        );
        await client.end();
        const { result } = await scrub(older.url, serverUrl(name), { types: { 't.mail': 'email-address' } });
        expect(result.verification.passed).toBe(true);
        expect(result.tables.map(({ rows: copied }) => copied).sort()).toEqual([1, 500]);
        const failure = scrub(serverUrl(name), older.url.replace(/postgres$/, 'newer'));
        await expect(failure).rejects.toMatchObject({ code: 'target-too-old' });
      } finally {
        await older.stop();
        const admin = await createDatabase();
        await admin.query(`drop database if exists "${name}" with (force)`);
        await admin.drop();
      }
    },
  );

  it('78: a run that holds its snapshot for longer than it may gives up, and lets go of it', async () => {
    const source = await createDatabase(rows);
    const failure = scrub(source.url, serverUrl(`${source.name}_copy`), { snapshotLimitMs: 1 });
    await expect(failure).rejects.toMatchObject({ code: 'snapshot-held-too-long' });
    const held = await source.query(
      `select 1 from pg_stat_activity where application_name = 'scrubjay' and datname = current_database()`,
    );
    expect(held).toEqual([]);
    await source.drop();
  });

  withOlder('79: a replica is a source like another, and is said to be one', async () => {
    const server = await startOlderPostgres(bin!);
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query(rows);
    await client.end();
    await server.becomeReplica();
    const name = `of_replica_${process.pid}`;
    try {
      const { plan, result } = await scrub(server.url, serverUrl(name), {
        types: { 't.mail': 'email-address' },
      });
      expect(result.verification.passed).toBe(true);
      expect(plan.warnings.map(({ code }) => code)).toContain('source-is-replica');
    } finally {
      await server.stop();
      const admin = await createDatabase();
      await admin.query(`drop database if exists "${name}" with (force)`);
      await admin.drop();
    }
  });

  it('80: a pooler that hands out sessions by the transaction is refused, and one by the session is not', async () => {
    const source = await createDatabase(rows);
    const pooler = await startPooler(source.url, 'transaction');
    if (pooler === undefined) {
      console.warn('skipped: this machine has no pgbouncer');
      await source.drop();
      return;
    }
    await expect(postgresEngine.openSource(pooler.url)).rejects.toMatchObject({ code: 'pooler-in-between' });
    await pooler.stop();
    const fair = (await startPooler(source.url, 'session'))!;
    const opened = await postgresEngine.openSource(fair.url);
    expect(await opened.countRows({ schema: 'public', name: 't' })).toBe(500);
    await opened.close();
    await fair.stop();
    await source.drop();
  });
});
