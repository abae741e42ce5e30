import { createDatabase } from '../../support/databases.js';
import { planOf } from '../../support/planning.js';
import { scrub, scrubbedCopy, type ScrubbedCopy } from '../../support/scrubbed-copy.js';
import { serverUrl } from '../../support/databases.js';

const schema = `
  create extension pg_trgm;
  create table c51_people (id integer primary key, mail text, name text);
  insert into c51_people select i, 'ana.' || i || '@corp.example', 'Ana Lopezmoreno ' || i from generate_series(1, 80) i;
  create materialized view c51_mails as select id, mail from c51_people;
  create unique index c51_unique on c51_mails (id);
  create materialized view c51_second as select max(mail) as mail from c51_mails;
  create materialized view c51_empty as select mail from c51_people with no data;
  create index c53_trigram on c51_people using gin (mail gin_trgm_ops);
  create index c53_expression on c51_people (upper(name));
  create statistics c54_stats (mcv) on mail, name from c51_people;

  create table c52_films (id integer primary key, title text, director text, words tsvector, other tsvector not null,
    made tsvector generated always as (to_tsvector('english', coalesce(title, ''))) stored);
  create trigger c52_words before insert or update on c52_films for each row execute function
    tsvector_update_trigger('words', 'pg_catalog.simple', 'title', 'director');
  create trigger c52_other before insert or update on c52_films for each row execute function
    tsvector_update_trigger('other', 'pg_catalog.english', 'title');
  insert into c52_films (id, title, director) select i, 'Rain over town', 'Ana Lopezmoreno' from generate_series(1, 30) i;
  create index c52_gin on c52_films using gin (words);

  create table c55_history (at timestamptz, operation char(1), old_row jsonb, mail text);
  insert into c55_history select now(), 'U', to_jsonb(p), mail from c51_people p;

  create table c56_contacts (mail text, written text);
  insert into c56_contacts values ('ana.1@corp.example', 'plain'), (' ANA.1@corp.example ', 'loud'), ('Ana.1@Corp.Example', 'mixed');

  create table c57_letters (id integer, name text, body text);
  insert into c57_letters values (1, 'Xanthippe Quirrelmoor', 'Dear Ms Quirrelmoor, Xanthippe asked for you. XANTHIPPE QUIRRELMOOR');`;

const types = {
  'c51_people.mail': 'email-address',
  'c51_people.name': 'person-name',
  'c52_films.director': 'person-name',
  'c55_history.mail': 'email-address',
  'c56_contacts.mail': 'email-address',
  'c57_letters.name': 'person-name',
  'c57_letters.body': 'free-text-with-pii',
};

const paths = { 'c55_history.old_row': { '$.mail': 'email-address', '$.name': 'person-name' } };

describe('hard cases 51 to 59, derived copies', () => {
  let copy: ScrubbedCopy;

  beforeAll(async () => {
    copy = await scrubbedCopy(schema, { types, paths });
  });
  afterAll(() => copy?.drop());

  const count = async (sql: string) => Number((await copy.rows<{ n: string }>(sql))[0].n);

  it('51: materialised views are filled from masked rows, in the order that they read one another', async () => {
    expect(await count('select count(*) as n from c51_mails m join c51_people using (id, mail)')).toBe(80);
    expect(await count(`select count(*) as n from c51_second where mail like '%corp.example'`)).toBe(0);
    expect(await copy.rows(`select relispopulated from pg_class where relname = 'c51_empty'`)).toEqual([
      { relispopulated: false },
    ]);
    await copy.rows('refresh materialized view concurrently c51_mails');
  });

  it('52: a search vector that PostgreSQL’s trigger keeps is built anew from masked columns', async () => {
    expect(await count(`select count(*) as n from c52_films where words @@ 'lopezmoreno'::tsquery`)).toBe(0);
    expect(await count(`select count(*) as n from c52_films where words @@ 'rain'::tsquery`)).toBe(30);
    expect(
      await count(
        `select count(*) as n from c52_films where words = to_tsvector('simple', title || ' ' || director)`,
      ),
    ).toBe(30);
    expect(
      await count(
        `select count(*) as n from c52_films where other @@ 'rain'::tsquery and made @@ 'rain'::tsquery`,
      ),
    ).toBe(30);
  });

  it('52: a search vector of unknown making beside masked columns is refused, and passes once a rule names it', async () => {
    const table = 'create table t (name text, words tsvector)';
    const types = { 't.name': 'person-name' };
    const refused = await planOf(table, types);
    expect(refused.refusals.map(({ code, where }) => `${code} ${where}`)).toEqual([
      'stale-search-vector public.t.words',
    ]);
    const ruled = await planOf(table, { ...types, 't.words': 'free-text-with-pii' });
    expect(ruled.refusals).toEqual([]);
  });

  it('53: indexes on expressions and trigrams are made from masked rows', async () => {
    expect(await count(`select count(*) as n from c51_people where mail like '%corp.example%'`)).toBe(0);
    expect(
      await count(
        `select count(*) as n from pg_indexes where indexname in ('c53_trigram', 'c53_expression')`,
      ),
    ).toBe(2);
  });

  it('54: statistics are the copy’s own', async () => {
    const clear = `select count(*) as n from pg_stats where tablename = 'c51_people' and most_common_vals::text || histogram_bounds::text like '%corp.example%'`;
    expect(await count(clear)).toBe(0);
    expect(await count(`select count(*) as n from pg_stats where tablename = 'c51_people'`)).toBe(3);
    expect(
      await count(`select count(*) as n from pg_stats_ext_exprs where statistics_name = 'c54_stats'`),
    ).toBe(0);
    expect(
      await count(
        `select count(*) as n from pg_stats_ext where statistics_name = 'c54_stats' and most_common_vals::text like '%corp.example%'`,
      ),
    ).toBe(0);
  });

  it('55: a history table gets the stand-ins of the table that it repeats, inside its row images too', async () => {
    expect(
      await count(
        `select count(*) as n from c55_history h join c51_people p on h.mail = p.mail and h.old_row ->> 'mail' = p.mail and h.old_row ->> 'name' = p.name and (h.old_row ->> 'id')::integer = p.id`,
      ),
    ).toBe(80);
  });

  it('56: spellings of one address get one stand-in', async () => {
    const rows = await copy.rows<{ mail: string }>(
      'select distinct lower(btrim(mail)) as mail from c56_contacts',
    );
    expect(rows).toHaveLength(1);
    const [{ mail }] = await copy.rows<{ mail: string }>('select mail from c51_people where id = 1');
    expect(rows[0].mail).toBe(mail.toLowerCase());
  });

  it('57: a text that names the person of its row gets the row’s stand-in', async () => {
    const [{ name, body }] = await copy.rows<{ name: string; body: string }>(
      'select name, body from c57_letters',
    );
    expect(body).not.toMatch(/quirrelmoor|xanthippe/i);
    expect(body).toContain(name.split(' ').at(-1)!);
  });

  it('58: addresses in comments, defaults, function bodies and view literals are warned of, and not quoted', async () => {
    const source = await createDatabase(`
      create table t (a text default 'ask ana.lopez@corp.example', b integer);
      comment on table t is 'of ana.lopez@corp.example';
      create function f() returns text language sql as $$ select 'ana.lopez@corp.example' $$;
      create view v as select 'ana.lopez@corp.example' as mail;`);
    const { plan } = await scrub(source.url, serverUrl(`${source.name}_copy`));
    const found = plan.warnings.filter(({ code }) => code === 'personal-data-in-schema');
    expect(found.map(({ where }) => where).sort()).toEqual([
      'function public.f()',
      'public.t',
      'public.t.a',
      'public.v',
    ]);
    expect(JSON.stringify(plan.warnings)).not.toContain('ana.lopez');
    await source.query(`drop database "${source.name}_copy" with (force)`);
    await source.drop();
  });

  it('59: an original in the schema itself, such as an enum label, fails the copy', async () => {
    const source = await createDatabase(`
      create table people (id integer primary key, mail text); insert into people values (1, 'ana.lopez@corp.example');
      create type owner as enum ('nobody', 'ana.lopez@corp.example');`);
    const failure = scrub(source.url, serverUrl(`${source.name}_copy`), {
      types: { 'people.mail': 'email-address' },
    });
    await expect(failure).rejects.toMatchObject({ code: 'verification-failed' });
    await expect(failure).rejects.toThrow(
      /leak-hunt: enum public\.owner: holds 1 original value of public\.people\.mail/,
    );
    await source.drop();
  });
});
