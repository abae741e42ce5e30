import type { Catalog, Table } from '../../../src/domain/catalog/catalog.js';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { createDatabase, type TestDatabase } from '../../support/databases.js';
import { tortureSchema } from '../../support/torture-schema.js';

describe('introspection of PostgreSQL', () => {
  let database: TestDatabase;
  let catalog: Catalog;
  const table = (name: string): Table => catalog.tables.find((candidate) => candidate.name === name)!;
  const column = (of: string, name: string) =>
    table(of).columns.find((candidate) => candidate.name === name)!;

  beforeAll(async () => {
    database = await createDatabase(tortureSchema);
    const session = await postgresEngine.open(database.url);
    catalog = await session.introspect();
    await session.close();
  });
  afterAll(() => database.drop());

  it('lists tables and views of people, and none of the system', () => {
    expect(catalog.tables.map(({ schema, name, kind }) => `${schema}.${name} ${kind}`)).toEqual([
      'Mixed Case.Order Lines table',
      'Mixed Case.shipments table',
      'public.animals table',
      'public.departments table',
      'public.dogs table',
      'public.employees table',
      'public.events partitioned',
      'public.events_2025 partition',
      'public.events_rest partition',
      'public.nothing table',
      'public.scratch table',
      'public.secrets table',
    ]);
    expect(
      catalog.views.map(({ name, kind, readsFrom }) => [name, kind, readsFrom.map((read) => read.name)]),
    ).toEqual([
      ['moods', 'materialised-view', ['employees']],
      ['staff', 'view', ['employees']],
      ['staff_emails', 'view', ['staff']],
    ]);
  });

  it('follows types to what they are made of', () => {
    expect(column('employees', 'name').type).toMatchObject({
      family: 'composite',
      fields: [{ name: 'given' }, { name: 'family' }],
    });
    expect(column('employees', 'email').type).toMatchObject({
      family: 'text',
      caseInsensitive: true,
      domain: {
        name: 'public.email_text',
        notNull: false,
        checks: ["CHECK ((VALUE OPERATOR(public.~) '@'::public.citext))"],
      },
    });
    expect(column('employees', 'mood').type).toMatchObject({
      family: 'enum',
      labels: ['sad', 'ok', 'happy'],
    });
    expect(column('employees', 'salary').type).toMatchObject({ family: 'decimal', precision: 10, scale: 2 });
    expect(column('employees', 'phones').type).toMatchObject({
      family: 'array',
      element: { family: 'text' },
    });
    expect(column('employees', 'lives').type).toMatchObject({ family: 'range', element: { family: 'date' } });
    expect(column('employees', 'age').type).toMatchObject({ family: 'integer', domain: { notNull: true } });
    expect(column('employees', 'code')).toMatchObject({
      type: { maxLength: 5, padded: true },
      collation: '"C"',
    });
    expect(column('employees', 'attributes').type.family).toBe('key-value');
    expect(column('Order Lines', 'weird"name').type).toMatchObject({
      name: 'character varying(20)',
      maxLength: 20,
    });
  });

  it('tells what the database computes and counts by itself', () => {
    expect(column('employees', 'id').identity).toBe('always');
    expect(column('employees', 'salary_year').generated).toBe('stored');
    expect(column('employees', 'salary_year').default).toBeUndefined();
    expect(column('departments', 'id').default).toBe("nextval('public.departments_id_seq'::regclass)");
  });

  it('reads keys with their expressions, predicates and null rules', () => {
    expect(table('employees').uniqueKeys).toContainEqual({
      name: 'employees_lower_email',
      columns: ['department_id', 'email'],
      primary: false,
      expressions: ['lower(email::text)'],
      predicate: '(department_id > 0)',
    });
    expect(
      table('Order Lines').uniqueKeys.map(({ columns, primary, nullsNotDistinct }) => [
        columns,
        primary,
        nullsNotDistinct,
      ]),
    ).toEqual([
      [['order', 'Line No'], true, undefined],
      [['weird"name'], false, true],
    ]);
  });

  it('reads foreign keys, checks and exclusions', () => {
    expect(table('shipments').foreignKeys).toEqual([
      {
        name: 'shipped_line',
        columns: ['order', 'line'],
        references: { schema: 'Mixed Case', name: 'Order Lines', columns: ['order', 'Line No'] },
        matchFull: true,
        deferrable: false,
        validated: true,
      },
    ]);
    expect(table('shipments').checks).toMatchObject([
      { name: 'recent', columns: ['line'], validated: false },
    ]);
    expect(table('shipments').exclusions).toMatchObject([{ columns: ['during'] }]);
    expect(
      table('employees').foreignKeys.find(({ columns }) => columns[0] === 'department_id')?.deferrable,
    ).toBe(true);
  });

  it('knows partitions, their key and inheritance', () => {
    expect(table('events').partitionKey).toEqual(['at']);
    expect(table('events_2025').parents).toEqual([{ schema: 'public', name: 'events' }]);
    expect(table('dogs').parents).toEqual([{ schema: 'public', name: 'animals' }]);
  });

  it('says which tables the role cannot read', async () => {
    await database.query(
      `create role reader_${database.name} login password 'pw'; grant connect on database ${database.name} to reader_${database.name}; grant usage on schema public to reader_${database.name}; grant select on animals to reader_${database.name}`,
    );
    const url = new URL(database.url);
    url.username = `reader_${database.name}`;
    url.password = 'pw';
    const session = await postgresEngine.open(url.href);
    const seen = await session.introspect();
    await session.close();
    expect(seen.tables.find(({ name }) => name === 'animals')?.unreadable).toBeUndefined();
    expect(seen.tables.find(({ name }) => name === 'secrets')?.unreadable).toBe(
      'the role has no SELECT on it',
    );
    await database.query(`drop owned by reader_${database.name}; drop role reader_${database.name}`);
  });
});
