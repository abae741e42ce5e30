import type { Labels } from '../../../src/domain/classification/labels-file.js';
import { verifyEnvelope } from '../../../src/domain/scrub/attestation/signed-statement.js';
import { deriveSigningKey } from '../../../src/runs/signing-key.js';
import { classified, testKey, wholeScrub } from '../../support/scrub-of-script.js';
import { shopOf } from '../../support/scripted-shop.js';
import {
  resultOf,
  ScriptedSqlServer,
  type ScriptedServerOptions,
} from '../../support/tds-server/scripted-sql-server.js';

/** A whole scrub over the wire, against a test double of SQL Server. */
describe('a scrub of SQL Server', () => {
  let server: ScriptedSqlServer;
  let labels: Labels;

  // The same for all: classifying once is enough.
  beforeAll(async () => {
    server = await ScriptedSqlServer.start({ tables: shopOf(400, 2) });
    labels = await classified(server.url('shop'));
    await server.stop();
  });
  afterEach(() => server.stop());

  const start = async (options: Partial<ScriptedServerOptions> = {}) => {
    server = await ScriptedSqlServer.start({ tables: shopOf(400, 2), ...options });
    return { from: server.url('shop'), to: server.url('staging'), labels };
  };

  /** A run that has to fail; nothing may stand under the target's name afterwards. */
  const failure = async (run: Promise<unknown>): Promise<unknown> => {
    const error = await run.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(server.databases).not.toContain('staging');
    return error;
  };

  it('classifies, plans, copies, verifies, attests and publishes', async () => {
    const sides = await start();
    const { tables, verification, envelope } = await wholeScrub({
      ...sides,
      labels: await classified(sides.from),
    });
    expect(tables.map(({ name, rows }) => `${name} ${rows}`).sort()).toEqual([
      'customers 400',
      'order details 800',
    ]);
    expect(verification.passed).toBe(true);
    expect(verification.checks.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual([
      'schema passed',
      'row-counts passed',
      'unmasked-values passed',
      'foreign-keys passed',
      'uniqueness passed',
      'masked-values passed',
      'leak-hunt passed',
    ]);
    const { statement } = verifyEnvelope(JSON.stringify(envelope), [deriveSigningKey(testKey).publicKey]);
    expect(statement.predicate.totals).toMatchObject({ tables: 2, rows: 1200 });
    expect(server.databases).toEqual(['shop', 'staging']);

    const customers = server.rowsOf('staging', 'dbo.customers');
    const originals = server.rowsOf('shop', 'dbo.customers');
    customers.forEach(([id, , email, phone, , , active], i) => {
      expect([id, active]).toEqual([originals[i][0], originals[i][6]]);
      expect([email, phone]).not.toEqual([originals[i][2], originals[i][3]]);
    });
    // One stand-in for one address, in both tables.
    const emails = new Map(customers.map((row) => [row[0], row[2]]));
    for (const [, customer, email] of server.rowsOf('staging', 'sales.order details'))
      expect(email).toBe(emails.get(customer));
  });

  it('sends a narrow decimal at full width to Babelfish, which reads every one so', async () => {
    const version = { version: '12.0.2000.8', edition: '3', babelfish: '4.4.0' };
    for (const babelfish of [false, true]) {
      const tables = shopOf(400, 2).map(({ columns, ...table }) => ({
        ...table,
        columns: columns.map((c) => (c.name === 'balance' ? { ...c, type: 'decimal(20,10)' } : c)),
      }));
      const instead = (sql: string) =>
        babelfish && sql.includes('as edition,') ? resultOf([version]) : undefined;
      const sides = await start({ tables, instead });
      await wholeScrub({ ...sides, labels: await classified(sides.from) });
      const bulk = server.wire.batches.find((sql) => /^insert bulk \[dbo\]\.\[customers\]/.test(sql));
      expect(bulk).toContain(`[balance] decimal(${babelfish ? 38 : 20}, 10)`);
      if (!babelfish) await server.stop();
    }
  });

  it('keeps foreign keys trusted, identities and the order of building', async () => {
    await wholeScrub(await start());
    expect(server.table('staging', 'sales.order details').untrusted.size).toBe(0);
    const places = [
      /^create table \[dbo\]\.\[customers\]/,
      /^set identity_insert \[dbo\]\.\[customers\] on/,
      /^insert bulk \[dbo\]\.\[customers\]/,
      /^dbcc checkident/,
      /add constraint \[pk_customers\] primary key clustered/,
      /^alter table \[sales\]\.\[order details\] add constraint \[fk_details_customer\] foreign key/,
      /modify name = \[staging\]/,
    ].map((pattern) => server.wire.batches.findIndex((sql) => pattern.test(sql)));
    expect(places).not.toContain(-1);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it('takes up a deadlock’s victim again, and stores nothing twice', async () => {
    let deadlocks = 0;
    const sides = await start({
      refuseBulk: (table) =>
        table.includes('order details') && deadlocks++ === 0
          ? { number: 1205, message: 'Transaction (Process ID 51) was deadlocked …' }
          : undefined,
    });
    const { verification } = await wholeScrub(sides);
    expect(deadlocks).toBe(2);
    expect(verification.passed).toBe(true);
    expect(server.rowsOf('staging', 'sales.order details')).toHaveLength(800);
  });

  it('waits for a database that is paused', async () => {
    const sides = await start({
      refuse: ({ attempt }) =>
        attempt === 1 ? { number: 40613, message: 'Database shop is not currently available.' } : undefined,
    });
    await wholeScrub(sides);
    expect(server.wire.logins).toBeGreaterThan(1);
  });

  it('refuses its own source as the target, whichever login is shown what tells databases apart', async () => {
    let asked = 0;
    const sides = await start({
      instead: (sql, database) =>
        sql.includes('as server, db_name()')
          ? resultOf([
              {
                ...{
                  server: 'SCRIPTED',
                  database,
                  version: '16.0.4135.4',
                  role: 'reader',
                  created: '2026-01-01',
                },
                fork: asked++ === 0 ? null : '0f3c',
              },
            ])
          : undefined,
    });
    expect(await failure(wholeScrub({ ...sides, to: sides.from }))).toMatchObject({
      code: 'target-is-source',
    });
    expect(asked).toBeGreaterThan(1);
    expect(server.databases).toEqual(['shop']);
  });

  it('fails before it touches anything where the login may not read a table', async () => {
    const tables = shopOf(20, 1).map((table) => ({ ...table, unreadable: table.schema === 'sales' }));
    const sides = await start({ tables });
    expect(await failure(wholeScrub(sides))).toMatchObject({ code: 'plan-refused' });
    expect(server.wire.batches.some((sql) => sql.startsWith('create database'))).toBe(false);
  });

  it.each([
    [
      'a broken connection in the middle of the rows',
      { breakOff: true },
      { code: 'database', message: expect.stringMatching(/connection was lost/) as unknown },
    ],
    [
      'a statement that takes too long',
      { error: { number: -2, message: 'Execution Timeout Expired.' } },
      { code: 'database' },
    ],
    [
      'a permission taken away meanwhile',
      { error: { number: 229, message: 'The SELECT permission was denied on the object customers.' } },
      { code: 'database', number: 229 },
    ],
  ] as const)('leaves the target unpublished after %s', async (_, answer, expected) => {
    const sides = await start({
      instead: (sql, database) =>
        database === 'shop' && /^select t\.\[id\].* from \[sales\]\.\[order details\] as t$/s.test(sql)
          ? answer
          : undefined,
    });
    const error = await failure(wholeScrub(sides));
    expect(error).toMatchObject(expected);
    expect((error as Error).message).not.toContain('denied on');
    expect(server.marks.at(-1)).toMatch(/^scrubjay: incomplete/);
  });

  it.each([
    [2628, 'a value that is too long after masking', /too long for its column/],
    [468, 'collations that conflict', /collations/],
    [9002, 'a full log', /log is full/],
  ])('leaves the target unpublished after error %i: %s', async (number, _, says) => {
    const sides = await start({
      refuseBulk: () => ({ number, message: 'String … "ana.7@corp.example" would be truncated.' }),
    });
    const error = await failure(wholeScrub(sides));
    expect(error).toMatchObject({ code: 'database', number });
    expect((error as Error).message).toMatch(says);
    expect((error as Error).message).not.toContain('ana.7');
  });

  it('is not published where a value that nothing masks became another', async () => {
    let changed = false;
    const sides = await start({
      instead: (sql, database) => {
        if (database === 'shop' || changed || !sql.includes('hashbytes')) return undefined;
        server.table(database, 'dbo.customers').change(250, 'active', '1');
        changed = true;
        return undefined;
      },
    });
    const error = await failure(wholeScrub(sides));
    expect(changed).toBe(true);
    expect(error).toMatchObject({ code: 'verification-failed' });
    expect((error as Error).message).toContain('dbo.customers.active');
  });

  it('is not published where two rows end up with one unique value', async () => {
    // As a server with a collation that takes the stand-ins for equal would answer.
    const sides = await start({
      instead: (sql) =>
        sql.includes('[uq_customers_email]')
          ? { error: { number: 1505, message: 'The duplicate key value is (ana@corp.example).' } }
          : undefined,
    });
    expect(await failure(wholeScrub(sides))).toMatchObject({ code: 'database', number: 1505 });
  });

  describe('that was broken off', () => {
    let ownLabels: Labels | undefined;

    /** Customers with a row version each, which tells what changed since. */
    const versioned = () =>
      shopOf(400, 2).map((table) =>
        table.name === 'customers'
          ? {
              ...table,
              columns: [...table.columns, { name: 'version', type: 'timestamp' }],
              row: (i: number) => [...table.row(i), (i + 1).toString(16)],
            }
          : table,
      );

    const brokenOff = async () => {
      let refused = 0;
      const sides = await start({
        tables: versioned(),
        refuseBulk: (table) =>
          table.includes('order details') && refused++ === 0
            ? { number: 9002, message: 'The transaction log for database … is full.' }
            : undefined,
      });
      ownLabels ??= await classified(sides.from);
      await failure(wholeScrub({ ...sides, labels: ownLabels }));
      return { ...sides, labels: ownLabels };
    };

    it('goes on: a table that did not change stays, one that cannot be told to be the same is copied again', async () => {
      const sides = await brokenOff();
      const left: string[][] = [];
      const { verification } = await wholeScrub({
        ...sides,
        resume: true,
        onResume: ({ kept, toCopy }) =>
          left.push(
            kept.map(({ name }) => name),
            toCopy.map(({ name }) => name),
          ),
      });
      expect(left).toEqual([['customers'], ['order details']]);
      expect(verification.passed).toBe(true);
      expect(server.databases).toEqual(['shop', 'staging']);
      expect(server.rowsOf('staging', 'dbo.customers')).toHaveLength(400);
      expect(
        server.wire.batches.filter((sql) => /^insert bulk \[dbo\]\.\[customers\]/.test(sql)),
      ).toHaveLength(1);
    });

    it('copies a table again of which a row changed meanwhile', async () => {
      // Before the rows' own versions: all of them count as newer than the first run's mark.
      const sides = await brokenOff();
      const changed = server.table('shop', 'dbo.customers');
      const row = changed.script.row;
      Object.assign(changed.script, {
        row: (i: number) => [...row(i).slice(0, -1), (2_000_000 + i).toString(16)],
      });
      let kept: unknown;
      await wholeScrub({ ...sides, resume: true, onResume: (work) => (kept = work.kept) });
      expect(kept).toEqual([]);
      expect(server.rowsOf('staging', 'dbo.customers')).toHaveLength(400);
    });

    it('begins anew without --resume, and drops what was left', async () => {
      const sides = await brokenOff();
      expect(server.databases.filter((name) => name.includes('__scrubjay_'))).toHaveLength(1);
      const { verification } = await wholeScrub(sides);
      expect(verification.passed).toBe(true);
      expect(server.databases).toEqual(['shop', 'staging']);
    });
  });

  it('refuses in its plan what cannot be copied, and says what to do', async () => {
    const sides = await start({ uncopyable: [{ schema: 'sales', name: 'order details', kind: 'is_node' }] });
    const error = await failure(wholeScrub(sides));
    expect(error).toMatchObject({
      code: 'plan-refused',
      refusals: [
        {
          code: 'uncopyable-table',
          where: 'sales."order details"',
          problem: expect.stringMatching(/graph node/) as unknown,
          hint: expect.stringMatching(/ordinary table/) as unknown,
        },
      ],
    });
  });
});
