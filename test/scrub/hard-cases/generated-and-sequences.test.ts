import { createDatabase } from '../../support/databases.js';
import { scrub, scrubbedCopy, type ScrubbedCopy } from '../../support/scrubbed-copy.js';

const schema = `
  create table c23 (id integer, mail text, lower_mail text generated always as (lower(mail)) stored);
  insert into c23 (id, mail) select i, 'Ana.' || i || '@Corp.example' from generate_series(1, 20) i;
  create index c23_lower on c23 (lower_mail);
  create table c24 (id integer, mail text, lower_mail text generated always as (lower(mail)) virtual);
  insert into c24 (id, mail) select i, 'Ana.' || i || '@Corp.example' from generate_series(1, 20) i;
  create table c25 (id integer generated always as identity (start with 10 increment by 3) primary key, a text);
  insert into c25 (a) select 'row' from generate_series(1, 5);
  create table c26 (id serial primary key, code text);
  insert into c26 (code) select 'x' from generate_series(1, 7);
  delete from c26 where id > 4;
  create table c26_fresh (id serial primary key);
  create sequence c28_shared increment 5 start 100;
  create table c28_a (id bigint default nextval('c28_shared')); create table c28_b (id bigint default nextval('c28_shared'));
  insert into c28_a default values; insert into c28_b default values; insert into c28_b default values;
  create sequence c28_down increment -2 minvalue -100 maxvalue 10 start 10 cycle;
  select nextval('c28_down'), nextval('c28_down');
  create sequence c28_round minvalue 1 maxvalue 3 cycle;
  select nextval('c28_round'), nextval('c28_round'), nextval('c28_round'), nextval('c28_round');`;

describe('hard cases 23 to 28, generated columns and sequences', () => {
  let copy: ScrubbedCopy;

  beforeAll(async () => {
    copy = await scrubbedCopy(schema, {
      types: { 'c23.mail': 'email-address', 'c24.mail': 'email-address' },
    });
  });
  afterAll(() => copy?.drop());

  it.each([
    ['23: a stored generated column is computed from the masked value', 'c23'],
    ['24: a virtual generated column is computed from the masked value', 'c24'],
  ])('%s', async (_, table) => {
    const [row] = await copy.rows(
      `select count(*) as n, count(*) filter (where lower_mail = lower(mail)) as agree,
         count(*) filter (where lower_mail like '%corp.example') as clear from ${table}`,
    );
    expect(row).toEqual({ n: '20', agree: '20', clear: '0' });
  });

  it('25: an identity column that is ALWAYS generated keeps its values, and goes on after them', async () => {
    expect(await copy.rows('select array_agg(id order by id) as ids from c25')).toEqual([
      { ids: [10, 13, 16, 19, 22] },
    ]);
    expect(await copy.rows(`insert into c25 (a) values ('new') returning id`)).toEqual([{ id: 25 }]);
  });

  it('26: a sequence stands where the source’s stood, not at the largest id', async () => {
    expect(await copy.rows('insert into c26 default values returning id')).toEqual([{ id: 8 }]);
    expect(await copy.rows('insert into c26_fresh default values returning id')).toEqual([{ id: 1 }]);
  });

  it('27: a sequence that the role may not read stops the run, and is not taken for a fresh one', async () => {
    const source = await createDatabase('create table t (id serial); insert into t default values;');
    const role = `reader_${source.name}`;
    await source.query(
      `create role ${role} login password 'pw'; grant usage on schema public to ${role}; grant select on t to ${role}`,
    );
    const url = new URL(source.url);
    [url.username, url.password] = [role, 'pw'];
    const failure = scrub(url.href, source.url.replace(source.name, `${source.name}_copy`));
    await expect(failure).rejects.toMatchObject({ code: 'unreadable-tables' });
    await expect(failure).rejects.toThrow(/public\.t_id_seq \(no SELECT\)/);
    await source.query(`drop owned by ${role}; drop role ${role}`);
    await source.drop();
  });

  it('28: shared, descending and cycling sequences are copied by their state', async () => {
    expect(await copy.rows('insert into c28_a default values returning id')).toEqual([{ id: '115' }]);
    expect(await copy.rows(`select nextval('c28_down') as next`)).toEqual([{ next: '6' }]);
    expect(await copy.rows(`select nextval('c28_round') as next`)).toEqual([{ next: '2' }]);
    const [settings] = await copy.rows(
      `select seqincrement, seqmin, seqmax, seqcycle from pg_sequence where seqrelid = 'c28_down'::regclass`,
    );
    expect(settings).toEqual({ seqincrement: '-2', seqmin: '-100', seqmax: '10', seqcycle: true });
  });
});
