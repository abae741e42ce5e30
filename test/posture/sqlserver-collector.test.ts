import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import type { LabelledColumn } from '../../src/domain/posture/facts/labelled-column.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { runPosture } from '../../src/runs/posture/posture-run.js';
import { createSqlServerDatabase, type SqlServerDatabase, sqlServerUrl } from '../support/sql-server.js';
import { type Answer, TdsServer } from '../support/tds-server/tds-server.js';
import type { Cell, CellKind } from '../support/tds-server/tokens.js';

const iban: LabelledColumn = {
  ...{ schema: 'dbo', table: 'people', column: 'iban', printed: 'dbo.people.iban' },
  ...{ informationType: 'iban', sensitivity: 'restricted' },
};

async function look(location: string, { timeoutMs = 3000 } = {}) {
  const results = await runPosture({
    checks: await readChecks(),
    declarations: noDeclarations,
    labels: [iban],
    unmaskedColumns: [],
    targets: { location },
    timeoutMs,
    toolVersion: '0.0.0',
    inventory: 'labels.yaml',
  });
  const outcomes = (check: string) =>
    results.findings.filter((each) => each.check === check).map(({ outcome }) => outcome);
  const finding = (check: string) => results.findings.find((each) => each.check === check)!;
  return { results, outcomes, finding };
}

/** A result from its rows as objects; all of one shape. */
function rows(...objects: readonly Readonly<Record<string, Cell>>[]): Answer {
  const kindOf = (value: Cell): CellKind =>
    value instanceof Date
      ? 'datetime'
      : typeof value === 'number'
        ? 'int'
        : typeof value === 'boolean'
          ? 'bit'
          : 'text';
  const columns = Object.entries(objects[0] ?? { nothing: null }).map(([name, value]) => ({
    name,
    kind: kindOf(value),
  }));
  return { columns, rows: objects.map((object) => Object.values(object)) };
}

/** What a server of a shop answers: a batch goes to the first that it contains. */
const shop: Readonly<Record<string, Answer>> = {
  ProductVersion: rows({ version: '16.0.4135.4', edition: '3', babelfish: null }),
  'suser_sname() as login': rows({ login: 'auditor' }),
  ProductMajorVersion: rows({ majorVersion: 16, edition: 'Standard', database: 'shop' }),
  'sys.databases': rows({
    ...{ name: 'shop', isSystem: false, isChainingOn: true, isTrustworthyOn: true },
    ownerIsSysadmin: null,
  }),
  dm_database_encryption_keys: rows({
    ...{ database: 'shop', state: 3, percentComplete: 0, algorithm: 'AES', keyBits: 128 },
    encryptorThumbprint: '0x01',
  }),
  dm_db_log_info: rows({ active: 3, encrypted: 2 }),
  'master.sys.certificates': rows({
    ...{ database: 'master', name: 'tde', thumbprint: '0x01', keyBits: 2048 },
    expires: new Date('2020-05-01'),
    created: new Date('2019-05-01'),
    privateKeyBackedUp: new Date('2019-05-02'),
  }),
  backupset: rows({ database: 'shop', finished: new Date('2026-01-01'), keyAlgorithm: null }),
  column_master_keys: rows({ name: 'cmk', provider: 'MSSQL_CERTIFICATE_STORE', rotationOpen: 0 }),
  'c.encryption_type': rows(
    { schema: 'dbo', table: 'people', column: 'iban', type: 'deterministic', masked: false },
    { schema: 'dbo', table: 'people', column: 'phone', type: null, masked: true },
    { schema: 'dbo', table: 'people', column: 'id', type: null, masked: false },
  ),
  UNMASK: rows({ principal: 'public' }),
  sensitivity_classifications: rows({ schema: 'dbo', table: 'people', column: 'iban', label: 'Restricted' }),
  sql_logins: rows({
    ...{ name: 'sa', principalId: 1, disabled: true, policyChecked: true, expirationChecked: true },
  }),
  'sys.configurations': rows({ name: 'xp_cmdshell', value: 1 }),
};

function answering(
  own: Readonly<Record<string, Answer>> = {},
  mayNot: readonly string[] = [],
): (sql: string) => Answer {
  const said = Object.entries({ ...shop, ...own });
  return (sql) => {
    if (sql.startsWith('select case when')) {
      const facts = [...sql.matchAll(/end as \[(\w+)\]/g)].map(([, fact]) => fact);
      return rows(Object.fromEntries(facts.map((fact) => [fact, mayNot.includes(fact) ? 0 : 1])));
    }
    return said.find(([part]) => sql.includes(part))?.[1];
  };
}

describe('facts of SQL Server, over the wire', () => {
  let server: TdsServer;

  afterEach(() => server.stop());

  async function serve(answer: (sql: string) => Answer): Promise<string> {
    server = await TdsServer.start({ user: 'auditor', password: 'secret', answer });
    return server.url();
  }

  it('are read in a bounded number of queries that only select, and judged', async () => {
    const { outcomes, finding } = await look(await serve(answering()));
    expect(outcomes('ms-tde-state')).toEqual(['pass']);
    expect(outcomes('ms-tde-algo')).toEqual(['warn']);
    expect(outcomes('ms-tde-tempdb')).toEqual(['warn']);
    expect(outcomes('ms-tde-log')).toEqual(['warn']);
    expect(outcomes('ms-tde-cert-backup')).toEqual(['pass']);
    expect(finding('ms-tde-cert-expiry')).toMatchObject({ outcome: 'warn', says: 'ended on 2020-05-01' });
    expect(outcomes('ms-backup-enc')).toEqual(['warn']);
    expect(outcomes('ms-ae-inventory')).toEqual(['warn']);
    expect(outcomes('label-ae-missing')).toEqual(['pass']);
    expect(outcomes('label-tde-off')).toEqual(['pass']);
    expect(finding('ms-ddm-unmask')).toMatchObject({
      outcome: 'fail',
      columns: ['dbo.people.phone'],
    });
    expect(outcomes('ms-classif-missing')).toEqual(['pass']);
    expect(outcomes('ms-xp-cmdshell')).toEqual(['fail']);
    expect(finding('ms-trustworthy')).toMatchObject({ outcome: 'warn' });
    expect(server.batches.length).toBeLessThan(30);
    for (const batch of server.batches) expect(batch.trim()).toMatch(/^(select|set lock_timeout) /);
  });

  it('that would be left out without a word are unknown, with the grant', async () => {
    const { finding } = await look(await serve(answering({}, ['encryptionKeys', 'sqlLogins'])));
    expect(finding('ms-tde-state')).toMatchObject({
      outcome: 'unknown',
      remedy: { steps: ['use master; grant view server state to [auditor];'] },
    });
    expect(finding('ms-sa')).toMatchObject({ outcome: 'unknown' });
  });

  it.each([
    [229, /lacks a permission/],
    [208, /does not have it/],
    [40515, /does not have it/],
    [1222, /holds a lock/],
    [8651, /server refused \(error 8651\)/],
  ])('that the server refuses with %i are unknown, and the run goes on', async (number, says) => {
    const refusal = { error: { number, message: 'the row (Ada, 4111111111111111) …' } };
    const { finding, outcomes, results } = await look(
      await serve(answering({ dm_database_encryption_keys: refusal })),
    );
    expect(finding('ms-tde-algo')).toMatchObject({
      outcome: 'unknown',
      says: expect.stringMatching(says) as string,
    });
    expect(outcomes('ms-xp-cmdshell')).toEqual(['fail']);
    expect(JSON.stringify(results)).not.toContain('4111111111111111');
  });

  it('that a server without one of the permissions is asked for one by one', async () => {
    const answer = answering();
    const { outcomes } = await look(
      await serve((sql) =>
        sql.includes('SENSITIVITY CLASSIFICATION')
          ? { error: { number: 33557097, message: 'unknown permission' } }
          : answer(sql),
      ),
    );
    expect(outcomes('ms-classif-missing')).toEqual(['unknown']);
    expect(outcomes('ms-tde-algo')).toEqual(['warn']);
  });

  it('that are never answered cost their time limit only', async () => {
    const { finding, outcomes } = await look(await serve(answering({ dm_db_log_info: { silence: true } })), {
      timeoutMs: 300,
    });
    expect(finding('ms-tde-log')).toMatchObject({
      outcome: 'unknown',
      says: expect.stringMatching(/took too long/) as string,
    });
    expect(outcomes('ms-xp-cmdshell')).toEqual(['fail']);
  });

  it('end with a lost connection, in words that quote nothing', async () => {
    const looking = look(await serve(answering({ dm_db_log_info: { breakOff: true } })));
    await expect(looking).rejects.toMatchObject({ code: 'database' });
  });
});

// Runs on a SQL Server, or on Babelfish, of which much is unknown.
(sqlServerUrl === undefined ? describe.skip : describe)('on a real SQL Server, facts', () => {
  let database: SqlServerDatabase;

  beforeAll(async () => {
    database = await createSqlServerDatabase('create table people (id int primary key, iban varchar(34))');
  });

  afterAll(() => database.drop());

  it('are read, or unknown with a reason, and no fact ends the run', async () => {
    const { results, outcomes } = await look(database.url);
    expect(results.problems).toEqual([]);
    expect(results.findings.length).toBeGreaterThan(20);
    expect(outcomes('ms-clr')).not.toEqual(['unknown']);
    for (const { outcome, says, remedy } of results.findings) {
      if (outcome === 'unknown') expect(`${says}${remedy?.steps.join(' ')}`).toMatch(/\w+/);
    }
  });
});
