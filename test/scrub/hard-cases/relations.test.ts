import { scrubbedCopy, type ScrubbedCopy } from '../../support/scrubbed-copy.js';
import { planOf } from '../../support/planning.js';

const schema = `
  create table c1_a (id integer primary key, b integer, mail text);
  create table c1_b (id integer primary key, a integer references c1_a);
  alter table c1_a add foreign key (b) references c1_b;
  insert into c1_b (id) select generate_series(1, 50);
  insert into c1_a select i, i, 'ana.' || i || '@corp.example' from generate_series(1, 50) i;
  update c1_b set a = id;

  create table c2_people (id integer primary key, boss integer references c2_people, mail text unique, boss_mail text references c2_people (mail));
  insert into c2_people select i, case when i < 40 then i + 1 end, 'p' || i || '@corp.example',
    case when i < 40 then 'p' || (i + 1) || '@corp.example' end from generate_series(1, 40) i;

  create table c3_persons (country text, number text, name text, primary key (country, number));
  create table c3_cases (id integer, country text, number text,
    foreign key (country, number) references c3_persons match full);
  insert into c3_persons select c, 'QX' || lpad(i::text, 8, '0'), 'Ana Lopez' from generate_series(1, 30) i, unnest('{DE,FR}'::text[]) c;
  insert into c3_cases select i, 'FR', 'QX' || lpad(i::text, 8, '0') from generate_series(1, 30) i;
  insert into c3_cases values (99, null, null);

  create table c4_a (id integer primary key);
  create table c4_b (a integer references c4_a deferrable initially deferred, b integer references c4_a deferrable);

  create table c5_users (login text primary key);
  create table c5_posts (id integer, author text references c5_users on update cascade on delete restrict);
  insert into c5_users select 'anna.lopez' || i from generate_series(1, 25) i;
  insert into c5_posts select i, 'anna.lopez' || i from generate_series(1, 25) i;

  create table c7_a (id integer primary key);
  create table c7_b (a integer, n integer, must integer);
  insert into c7_a values (1);
  insert into c7_b values (1, -5, 1), (2, 5, null);
  alter table c7_b add constraint c7_fk foreign key (a) references c7_a not valid,
    add constraint c7_check check (n > 0) not valid,
    add constraint c7_off foreign key (n) references c7_a not enforced,
    add constraint c7_must not null must not valid;

  create table c9_logged (id integer primary key);
  create unlogged table c9_unlogged (id integer references c9_logged);
  insert into c9_logged values (1);
  insert into c9_unlogged values (1);

  create extension btree_gist;
  create table c10_rooms (id integer, during daterange, primary key (id, during without overlaps));
  create table c10_stays (id integer, room integer, during daterange, guest text,
    foreign key (room, period during) references c10_rooms (id, period during));
  insert into c10_rooms values (1, '[2024-01-01,2024-06-01)'), (1, '[2024-06-01,2025-01-01)');
  insert into c10_stays values (1, 1, '[2024-05-20,2024-06-10)', 'ana.lopez@corp.example');

  create table c11_notes (id integer, owner_type text, owner text);
  insert into c11_notes select i, case when i % 2 = 0 then 'User' else 'Other' end,
    case when i % 2 = 0 then 'anna.lopez' || i else 'thing ' || i end from generate_series(1, 20) i;
  create table c11_teams (id integer, members text[], settings jsonb);
  insert into c11_teams select i, array['anna.lopez' || i, 'anna.lopez' || (i + 1)],
    jsonb_build_object('lead', jsonb_build_object('login', 'anna.lopez' || i), 'color', 'red') from generate_series(1, 20) i;`;

const user = { schema: 'public', table: 'c5_users', column: 'login' };
const references = [
  {
    from: { schema: 'public', table: 'c11_notes', column: 'owner' },
    to: user,
    when: { column: 'owner_type', equals: 'User' },
  },
  { from: { schema: 'public', table: 'c11_teams', column: 'members' }, to: user },
  { from: { schema: 'public', table: 'c11_teams', column: 'settings' }, path: '$.lead.login', to: user },
];

const types = {
  'c1_a.mail': 'email-address',
  'c2_people.mail': 'email-address',
  'c3_persons.number': 'national-id',
  'c3_persons.name': 'person-name',
  'c5_users.login': 'user-name',
  'c10_stays.guest': 'email-address',
};

describe('hard cases 1 to 11, relations', () => {
  let copy: ScrubbedCopy;

  beforeAll(async () => {
    copy = await scrubbedCopy(schema, { types, references });
  });
  afterAll(() => copy?.drop());

  const count = async (sql: string) => Number((await copy.rows<{ n: string }>(sql))[0].n);

  it('1: tables that refer to each other in a circle keep both keys', async () => {
    expect(
      await count('select count(*) as n from c1_a join c1_b on c1_a.b = c1_b.id and c1_b.a = c1_a.id'),
    ).toBe(50);
    const keys = await copy.rows(
      `select convalidated from pg_constraint where contype = 'f' and conrelid in ('c1_a'::regclass, 'c1_b'::regclass)`,
    );
    expect(keys).toEqual([{ convalidated: true }, { convalidated: true }]);
  });

  it('2: a table that refers to itself keeps its chain, by number and by masked address', async () => {
    const chain = `with recursive up as (
      select id, boss_mail from c2_people where id = 1
      union all select p.id, p.boss_mail from c2_people p join up on p.mail = up.boss_mail)
      select count(*) as n from up`;
    expect(await count(chain)).toBe(40);
    expect(await count(`select count(*) as n from c2_people where mail like '%corp.example'`)).toBe(0);
  });

  it('3: a key of several columns is masked on both sides alike, and both its parts may be NULL together', async () => {
    expect(await count('select count(*) as n from c3_cases join c3_persons using (country, number)')).toBe(
      30,
    );
    expect(await count(`select count(*) as n from c3_cases where country is null and number is null`)).toBe(
      1,
    );
    expect(await count(`select count(*) as n from c3_persons where number like 'QX0000%'`)).toBeLessThan(3);
  });

  it('3: half of a MATCH FULL key may not be made NULL', async () => {
    const plan = await planOf(
      `create table p (a text, b text, unique (a, b)); create table c (a text, b text, foreign key (a, b) references p (a, b) match full)`,
      { 'c.a': 'user-name' },
      'rules: [{ mask: { technique: "null" } }]',
    );
    expect(plan.refusals.map(({ code, where }) => [code, where])).toEqual([
      ['match-full-half-null', 'public.c, foreign key c_a_b_fkey'],
    ]);
  });

  it('4: deferrable and initially deferred keys stay so', async () => {
    const keys = await copy.rows(
      `select conname, condeferrable, condeferred from pg_constraint where contype = 'f' and conrelid = 'c4_b'::regclass order by 1`,
    );
    expect(keys).toEqual([
      { conname: 'c4_b_a_fkey', condeferrable: true, condeferred: true },
      { conname: 'c4_b_b_fkey', condeferrable: true, condeferred: false },
    ]);
  });

  it('5: a natural key and what refers to it get one stand-in, and keep their actions', async () => {
    expect(await count('select count(*) as n from c5_posts join c5_users on author = login')).toBe(25);
    expect(await count(`select count(*) as n from c5_users where login like 'anna%'`)).toBe(0);
    const [{ def }] = await copy.rows<{ def: string }>(
      `select pg_get_constraintdef(oid) as def from pg_constraint where conname = 'c5_posts_author_fkey'`,
    );
    expect(def).toMatch(/ON UPDATE CASCADE ON DELETE RESTRICT/);
  });

  it('6: the same key masks the same login alike in another database', async () => {
    const other = await scrubbedCopy(
      `create table members (nick text primary key); insert into members select 'anna.lopez' || i from generate_series(1, 25) i`,
      { types: { 'members.nick': 'user-name' } },
    );
    try {
      const here = await copy.rows('select login from c5_users order by 1');
      expect(await other.rows('select nick as login from members order by 1')).toEqual(here);
    } finally {
      await other.drop();
    }
  });

  it('7: constraints that are not valid or not enforced stay so, and the rows that break them too', async () => {
    const state = await copy.rows(
      `select conname, convalidated, conenforced from pg_constraint where conrelid = 'c7_b'::regclass order by 1`,
    );
    expect(state).toEqual([
      { conname: 'c7_check', convalidated: false, conenforced: true },
      { conname: 'c7_fk', convalidated: false, conenforced: true },
      { conname: 'c7_must', convalidated: false, conenforced: true },
      { conname: 'c7_off', convalidated: false, conenforced: false },
    ]);
    expect(await copy.rows('select a, n, must from c7_b order by a')).toEqual([
      { a: 1, n: -5, must: 1 },
      { a: 2, n: 5, must: null },
    ]);
    const notes = copy.result.verification.checks.flatMap((check) => check.notes);
    expect(notes).toContainEqual({
      where: 'c7_fk of public.c7_b',
      problem: '1 row refers to nothing, as in the source, whose key is not validated',
    });
  });

  it('8: rows that already referred to nothing stop the run, unless the policy says what becomes of them', async () => {
    const orphaned = `create table people (id integer primary key, mail text);
      create table notes (id integer primary key, person integer references people);
      insert into people values (1, 'ana.lopez@corp.example');
      set session_replication_role = replica; insert into notes values (1, 1), (2, 77), (3, 78); set session_replication_role = origin`;
    const rules = 'rules: [{ mask: by-type }]';
    await expect(scrubbedCopy(orphaned)).rejects.toMatchObject({
      code: 'orphaned-rows',
      message: 'public.notes: 2 rows refer to nothing by notes_person_fkey, in the source already',
    });
    const outcomes: unknown[] = [];
    for (const orphans of ['keep', 'empty', 'drop']) {
      const made = await scrubbedCopy(orphaned, { policy: `orphans: ${orphans}\n${rules}` });
      try {
        const rows = await made.rows<{ id: number; person: number | null }>(
          'select id, person from notes order by id',
        );
        const [{ convalidated }] = await made.rows(
          `select convalidated from pg_constraint where conname = 'notes_person_fkey'`,
        );
        outcomes.push([orphans, rows.map(({ person }) => person), convalidated]);
      } finally {
        await made.drop();
      }
    }
    expect(outcomes).toEqual([
      ['keep', [1, 77, 78], false],
      ['empty', [1, null, null], true],
      ['drop', [1], true],
    ]);
  });

  it('9: an unlogged table keeps its persistence and its key to a logged one', async () => {
    expect(
      await copy.rows(
        `select relname, relpersistence from pg_class where relname in ('c9_logged', 'c9_unlogged') order by 1`,
      ),
    ).toEqual([
      { relname: 'c9_logged', relpersistence: 'p' },
      { relname: 'c9_unlogged', relpersistence: 'u' },
    ]);
    expect(await count('select count(*) as n from c9_logged natural join c9_unlogged')).toBe(1);
  });

  it('10: temporal keys (WITHOUT OVERLAPS, PERIOD) are carried and verified', async () => {
    expect(
      await count(
        'select count(*) as n from c10_stays s join c10_rooms r on r.id = s.room and r.during && s.during',
      ),
    ).toBe(2);
    const keys = await copy.rows<{ def: string }>(
      `select pg_get_constraintdef(oid) as def from pg_constraint where conperiod order by 1`,
    );
    expect(keys.map(({ def }) => def).join('\n')).toMatch(/PERIOD during.*WITHOUT OVERLAPS/s);
  });

  it('11: declared references keep meeting: by kind, in lists, in JSON', async () => {
    const joined = await copy.rows(`select
      (select count(*) from c11_notes join c5_users on owner = login where owner_type = 'User') as notes,
      (select count(*) from c11_notes where owner = 'thing ' || id and owner_type = 'Other') as others,
      (select count(*) from c11_teams t join c5_users on login = any (t.members)) as members,
      (select count(*) from c11_teams t join c5_users on login = t.settings #>> '{lead,login}' where settings ->> 'color' = 'red') as leads`);
    expect(joined).toEqual([{ notes: '10', others: '10', members: '40', leads: '20' }]);
  });

  it('10: a mask on the period of a temporal key is refused', async () => {
    const plan = await planOf(
      `create extension btree_gist; create table r (id integer, during daterange, primary key (id, during without overlaps))`,
      { 'r.during': 'date-of-birth' },
      'rules: [{ mask: { technique: fixed, value: "[2024-01-01,2024-02-01)" } }]',
    );
    expect(plan.refusals.map(({ code }) => code)).toContain('temporal-key');
  });
});
