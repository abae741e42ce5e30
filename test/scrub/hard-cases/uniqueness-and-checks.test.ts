import { planOf } from '../../support/planning.js';
import { scrubbedCopy, type ScrubbedCopy } from '../../support/scrubbed-copy.js';

const schema = `
  create extension citext;
  create table c13_users (id integer primary key, mail text);
  create unique index c13_lower on c13_users (lower(mail));
  insert into c13_users select i, 'Ann.' || i || '@Corp.example' from generate_series(1, 60) i;

  create table c14_accounts (login text, deleted boolean);
  create unique index c14_live on c14_accounts (login) where not deleted;
  insert into c14_accounts select 'anna.lopez' || i % 20, i >= 20 from generate_series(0, 59) i;

  create table c15_members (mail text, unique nulls not distinct (mail));
  insert into c15_members values (null), ('ana@corp.example'), ('bea@corp.example');

  create table c16_users (login citext unique, mail citext unique, code citext primary key);
  insert into c16_users select 'User' || i, 'ANA.' || i || '@corp.example', 'AB' || i || 'xY' from generate_series(1, 500) i;

  create table c17_stays (id integer, room integer, during daterange, guest text, exclude using gist (during with &&));
  insert into c17_stays select i, 1, daterange(date '2024-01-01' + 3 * i, date '2024-01-03' + 3 * i), 'Ana Lopez' from generate_series(1, 20) i;

  create table c18_people (id integer primary key, born date, died date, check (died >= born));
  insert into c18_people select i, date '1950-01-01' + i, date '1950-01-02' + i from generate_series(1, 200) i;

  create domain c19_mail as text check (value ~ '^[^@ ]+@[^@ ]+$');
  create domain c19_short as varchar(12) check (length(value) >= 3);
  create table c19_people (mail c19_mail, nick c19_short, phone text check (phone ~ '^\\+?[0-9 ()-]+$'));
  insert into c19_people select 'ana' || i || '@corp.example', 'nick' || i, '+49 30 90182' || i from generate_series(100, 160) i;

  create type c20_gender as enum ('female', 'male', 'other');
  create table c20_people (id integer, gender c20_gender);
  insert into c20_people select i, (enum_range(null::c20_gender))[1 + i % 3] from generate_series(1, 90) i;

  create table c22_people (mail varchar(25), name char(20), phone varchar(16),
    "a_name_of_sixty_three_bytes_that_postgresql_takes_as_it_is_äöü" text);
  insert into c22_people select 'ana.' || i || '@corp.example', 'Ana Lopez', '+49 30 901820' || i, 'Ana Lopez' from generate_series(10, 60) i;`;

const types = {
  'c13_users.mail': 'email-address',
  'c14_accounts.login': 'user-name',
  'c15_members.mail': 'email-address',
  'c16_users.login': 'user-name',
  'c16_users.mail': 'email-address',
  'c16_users.code': 'customer-id',
  'c17_stays.guest': 'person-name',
  'c18_people.born': 'date-of-birth',
  'c18_people.died': 'date-of-death',
  'c19_people.mail': 'email-address',
  'c19_people.nick': 'user-name',
  'c19_people.phone': 'phone-number',
  'c20_people.gender': 'gender',
  'c22_people.mail': 'email-address',
  'c22_people.name': 'person-name',
  'c22_people.phone': 'phone-number',
  'c22_people.a_name_of_sixty_three_bytes_that_postgresql_takes_as_it_is_äöü': 'person-name',
};

const codesOf = async (...asked: Parameters<typeof planOf>) =>
  (await planOf(...asked)).refusals.map(({ code, where }) => `${code} ${where}`);

describe('hard cases 12 to 22, uniqueness and checks', () => {
  let copy: ScrubbedCopy;

  beforeAll(async () => {
    copy = await scrubbedCopy(schema, { types });
  });
  afterAll(() => copy?.drop());

  const count = async (sql: string) => Number((await copy.rows<{ n: string }>(sql))[0].n);

  it('12: a unique column too narrow for as many stand-ins is refused in planning', async () => {
    const refused = await codesOf(
      'create table t (a char(1) unique, b varchar(4) unique)',
      {
        't.a': 'user-name',
        't.b': 'person-name',
      },
      'rules: [{ mask: { technique: keyed-hash } }]',
    );
    expect(refused).toEqual(['technique-misfit public.t.a', 'technique-misfit public.t.b']);
  });

  it('13: a unique index on lower(mail) holds', async () => {
    expect(await count('select count(distinct lower(mail)) as n from c13_users')).toBe(60);
    expect(await count(`select count(*) as n from c13_users where mail ilike '%corp.example'`)).toBe(0);
  });

  it('13: unique values that differ by case alone fail with a technique that would keep them apart', async () => {
    const variants = `create table t (mail text unique); insert into t values ('ann@corp.example'), ('Ann@corp.example')`;
    const labelling = { types: { 't.mail': 'email-address' } };
    await expect(scrubbedCopy(variants, labelling)).rejects.toMatchObject({
      message: expect.stringMatching(/two rows have the same value .*t_mail_key/) as unknown,
      hint: expect.stringContaining('keyed-hash') as unknown,
    });
    const policy = 'rules: [{ mask: { technique: keyed-hash } }]';
    const made = await scrubbedCopy(variants, { ...labelling, policy });
    expect(await made.rows('select count(distinct mail) as n from t')).toEqual([{ n: '2' }]);
    await made.drop();
  });

  it('14: a partial unique index holds for its rows', async () => {
    expect(await count('select count(distinct login) as n from c14_accounts where not deleted')).toBe(20);
    expect(await count('select count(*) as n from c14_accounts')).toBe(60);
  });

  it('14: a mask that changes which rows a partial unique index covers is refused', async () => {
    const refused = await codesOf(
      'create table t (a text, gone date); create unique index live on t (a) where gone is null',
      { 't.gone': 'date-of-death' },
      'rules: [{ mask: { technique: "null" } }]',
    );
    expect(refused).toEqual(['partial-key-may-collide public.t, key live']);
  });

  it('15: where only one row may have NULL, null is refused, and other techniques keep it at one', async () => {
    expect(await count('select count(*) as n from c15_members where mail is null')).toBe(1);
    const refused = await codesOf(
      'create table t (a text, unique nulls not distinct (a))',
      { 't.a': 'email-address' },
      'rules: [{ mask: { technique: "null" } }]',
    );
    expect(refused.join()).toMatch(/public\.t/);
  });

  it('16: stand-ins of a case-insensitive unique column differ without regard to case', async () => {
    for (const column of ['login', 'mail', 'code'])
      expect(await count(`select count(distinct lower(${column}::text)) as n from c16_users`)).toBe(500);
    expect(await count(`select count(*) as n from c16_users where login ~* '^user[0-9]+$'`)).toBe(0);
  });

  it('17: an exclusion constraint holds beside masked columns, and is refused on one', async () => {
    expect(
      await count(
        'select count(*) as n from c17_stays a join c17_stays b on a.id < b.id and a.during && b.during',
      ),
    ).toBe(0);
    const refused = await codesOf(
      'create table t (during daterange, exclude using gist (during with &&))',
      { 't.during': 'date-of-birth' },
      'rules: [{ mask: { technique: fixed, value: "[2024-01-01,2024-02-01)" } }]',
    );
    expect(refused.join()).toContain('exclusion-constraint public.t');
  });

  it('18: dates that a check compares move together', async () => {
    expect(await count('select count(*) as n from c18_people where died - born = 1')).toBe(200);
    const moved = await copy.originals('select born from c18_people order by id');
    expect(await copy.rows('select born from c18_people order by id')).not.toEqual(moved);
  });

  it('19: stand-ins satisfy the checks of domains and columns', async () => {
    expect(
      await count(
        `select count(*) as n from c19_people where mail like '%corp.example' or nick like 'nick1%'`,
      ),
    ).toBe(0);
    expect(await count('select count(*) as n from c19_people')).toBe(61);
  });

  it('20: an enum stays among its labels', async () => {
    const labels = await copy.rows('select gender, count(*) as n from c20_people group by gender');
    expect(labels.length).toBeGreaterThan(1);
  });

  it('21: keys that change places never meet, since a copy is written anew and not updated', async () => {
    const made = await scrubbedCopy(
      'create table t (id integer primary key); insert into t select generate_series(1, 2000)',
      { types: { 't.id': 'customer-id' } },
    );
    try {
      const [row] = await made.rows<{ n: string; same: string }>(
        'select count(distinct id) as n, count(*) filter (where id between 1 and 2000) as same from t',
      );
      expect(row.n).toBe('2000');
    } finally {
      await made.drop();
    }
  });

  it('22: stand-ins fit the length of their columns, in characters and in bytes of names', async () => {
    expect(await count('select count(*) as n from c22_people')).toBe(51);
    expect(
      await count(
        `select count(*) as n from c22_people where mail like '%corp.example' or name like 'Ana Lopez%'`,
      ),
    ).toBe(0);
    const refused = await codesOf(
      'create table t (mail varchar(3))',
      { 't.mail': 'email-address' },
      'rules: [{ mask: { technique: pseudonymise-email } }]',
    );
    expect(refused).toEqual(['technique-misfit public.t.mail']);
  });
});
