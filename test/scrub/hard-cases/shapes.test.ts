import { createDatabase, serverUrl } from '../../support/databases.js';
import { scrub, scrubbedCopy, type ScrubbedCopy } from '../../support/scrubbed-copy.js';

const manyColumns = Array.from({ length: 1590 }, (_, i) => `c${i} ${i === 7 ? 'text' : 'integer'}`).join(
  ', ',
);

const schema = `
  create table c29_visits (id integer, born date, note text) partition by range (born);
  create table c29_old partition of c29_visits for values from (minvalue) to ('1980-01-01');
  create table c29_new partition of c29_visits for values from ('1980-01-01') to (maxvalue);
  insert into c29_visits select i, date '1979-06-01' + i, 'note' from generate_series(1, 400) i;

  create table c30_animals (id integer, owner text);
  create table c30_dogs (breed text) inherits (c30_animals);
  create table c30_puppies (weeks integer) inherits (c30_dogs);
  insert into c30_animals select i, 'Ana Lopez' from generate_series(1, 10) i;
  insert into c30_dogs select i, 'Bea Lopez', 'pug' from generate_series(11, 15) i;
  insert into c30_puppies select i, 'Cia Lopez', 'pug', 3 from generate_series(16, 18) i;

  create table c31_events (id integer, region text, mail text) partition by list (region);
  create table c31_eu partition of c31_events for values in ('eu') partition by hash (id);
  create table c31_eu_0 partition of c31_eu for values with (modulus 2, remainder 0);
  create table c31_eu_1 partition of c31_eu for values with (modulus 2, remainder 1);
  create table c31_rest partition of c31_events default;
  create table c31_gone partition of c31_events for values in ('gone');
  insert into c31_events select i, (array['eu','us','gone'])[1 + i % 3], 'a' || i || '@corp.example' from generate_series(1, 90) i;
  alter table c31_events detach partition c31_gone;

  create table c32_nothing ();
  insert into c32_nothing select from generate_series(1, 11);

  create table c33_wide (${manyColumns});
  alter table c33_wide drop c3, drop c4;
  insert into c33_wide (c0, c7, c1589) values (1, 'ana@corp.example', 9);

  create table c34_no_key (mail text, n integer);
  insert into c34_no_key select 'ana@corp.example', 1 from generate_series(1, 6);
  insert into c34_no_key values (null, null), (null, null);

  create schema "Sélect ""x"" .y";
  create table "Sélect ""x"" .y"."user" ("order" integer primary key, "E-Mail" text, "select" text, "日本語" text, "tab	name" text);
  insert into "Sélect ""x"" .y"."user" values (1, 'ana@corp.example', 's', '山田', 't');`;

const types = {
  'c29_visits.born': 'date-of-birth',
  'c29_old.born': 'date-of-birth',
  'c29_new.born': 'date-of-birth',
  'c30_animals.owner': 'person-name',
  'c30_dogs.owner': 'person-name',
  'c30_puppies.owner': 'person-name',
  'c31_eu_0.mail': 'email-address',
  'c31_eu_1.mail': 'email-address',
  'c31_eu.mail': 'email-address',
  'c31_events.mail': 'email-address',
  'c31_rest.mail': 'email-address',
  'c31_gone.mail': 'email-address',
  'c33_wide.c7': 'email-address',
  'c34_no_key.mail': 'email-address',
  '"Sélect ""x"" .y".user.E-Mail': 'email-address',
};

describe('hard cases 29 to 35, shapes of tables', () => {
  let copy: ScrubbedCopy;

  beforeAll(async () => {
    copy = await scrubbedCopy(schema, { types });
  });
  afterAll(() => copy?.drop());

  const count = async (sql: string) => Number((await copy.rows<{ n: string }>(sql))[0].n);

  it('29: a row whose partition key is masked goes to the partition that it now belongs to', async () => {
    expect(await count('select count(*) as n from c29_visits')).toBe(400);
    expect(await count(`select count(*) as n from c29_old where born >= '1980-01-01'`)).toBe(0);
    expect(await count(`select count(*) as n from c29_new where born < '1980-01-01'`)).toBe(0);
    const before = (await copy.originals<{ n: string }>('select count(*) as n from c29_old'))[0].n;
    expect(await count('select count(*) as n from c29_old')).not.toBe(Number(before));
  });

  it('29: a masked key that no partition takes fails the run in our words', async () => {
    const source = await createDatabase(`
      create table v (born date, id integer) partition by range (born);
      create table v1 partition of v for values from ('1980-01-01') to ('1980-02-01');
      insert into v select date '1980-01-01' + i, i from generate_series(0, 30) i`);
    const failure = scrub(source.url, serverUrl(`${source.name}_copy`), {
      types: { 'v.born': 'date-of-birth', 'v1.born': 'date-of-birth' },
    });
    await expect(failure).rejects.toMatchObject({ code: 'database' });
    await expect(failure).rejects.toThrow(/public\.v.*no partition/);
    await source.drop();
  });

  it('30: parents and children of inheritance each keep their own rows', async () => {
    const counts = await copy.rows(
      'select (select count(*) from only c30_animals) as a, (select count(*) from only c30_dogs) as b, (select count(*) from c30_puppies) as c',
    );
    expect(counts).toEqual([{ a: '10', b: '5', c: '3' }]);
    expect(await count(`select count(*) as n from c30_animals where owner like '%Lopez'`)).toBeLessThan(18);
  });

  it('31: nested, default and detached partitions are copied as what they are', async () => {
    for (const table of ['c31_events', 'c31_eu', 'c31_eu_0', 'c31_rest', 'c31_gone']) {
      const before = await copy.originals<{ n: string }>(`select count(*) as n from ${table}`);
      expect([table, await count(`select count(*) as n from ${table}`)]).toEqual([
        table,
        Number(before[0].n),
      ]);
      expect(await count(`select count(*) as n from ${table} where mail like '%corp.example'`)).toBe(0);
    }
    expect(
      await count(`select count(*) as n from pg_class where relname = 'c31_gone' and not relispartition`),
    ).toBe(1);
  });

  it('32: a table without columns keeps its number of rows', async () => {
    expect(await count('select count(*) as n from c32_nothing')).toBe(11);
  });

  it('33: a table as wide as PostgreSQL allows, with dropped columns, is copied', async () => {
    expect(await copy.rows("select c0, c7 like '%corp.example' as clear, c1589 from c33_wide")).toEqual([
      { c0: 1, clear: false, c1589: 9 },
    ]);
  });

  it('34: without a primary key, equal rows stay as many as they were', async () => {
    const groups = await copy.rows(
      'select count(*) as n, mail is null as empty from c34_no_key group by mail, n order by 1',
    );
    expect(groups).toEqual([
      { n: '2', empty: true },
      { n: '6', empty: false },
    ]);
  });

  it('35: quoted, reserved and foreign names, and names with quotes in them, are names like others', async () => {
    const [row] = await copy.rows<Record<string, unknown>>(`select * from "Sélect ""x"" .y"."user"`);
    expect(row).toMatchObject({ order: 1, select: 's', 日本語: '山田', 'tab\tname': 't' });
    expect(row['E-Mail']).not.toBe('ana@corp.example');
  });
});
