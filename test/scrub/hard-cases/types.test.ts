import { createDatabase } from '../../support/databases.js';
import { planOf } from '../../support/planning.js';
import { scrubbedCopy, scrubbedCopyOf, type ScrubbedCopy } from '../../support/scrubbed-copy.js';

const schema = `
  create extension hstore;
  create type c36_person as (given text, born date);
  create table c36 (id integer primary key, tags text[], grid integer[][], who c36_person, during int4range, spans datemultirange, attributes hstore, mails text[]);
  insert into c36 values (1, '{"a b","q\\"x",NULL,""}', '[0:1][2:3]={{1,2},{3,4}}', '("Ana, ""B""",2000-01-01)', '[1,5]', '{[2024-01-01,2024-02-01)}', '"k 1"=>"v,1", n=>NULL', '{ana@corp.example,NULL,bea@corp.example}');

  create table c37 (id integer primary key, j json, b jsonb);
  insert into c37 values (1, '{"b": 1,  "a": 2, "a": 3, "z": "\\u0000", "mail": "ana@corp.example"}', '{"b": 1, "mail": "ana@corp.example"}');

  create table c38 (id integer primary key, j jsonb);
  insert into c38 values (1, '{"people": [{"mail": "ana@corp.example", "age": 41}, {"mail": null}, {}], "n": 1.50, "ok": true}'), (2, '{}'), (3, '[]'), (4, null);

  create table c39 (id integer primary key, x xml);
  insert into c39 values (1, '<a b="1">é</a>'), (2, '<a b="1">é</a>');

  create table c40 (id integer primary key, picture bytea, photo bytea);
  insert into c40 values (1, '\\x89504e47', '\\x89504e47');

  create table c43 (id integer primary key, long text, doc jsonb);
  insert into c43 select i, repeat('abc ' || i, 200000), jsonb_build_object('mail', 'ana' || i || '@corp.example', 'pad', repeat('x', 500000)) from generate_series(1, 8) i;

  create table c44 (id integer primary key, f float8, n numeric, born date, seen timestamptz, amount float8);
  insert into c44 values (1, 'NaN', 'NaN', 'infinity', '-infinity', 'NaN'), (2, '-Infinity', 'Infinity', '0044-03-15 BC', '0044-03-15 12:00:00+00 BC', 'Infinity'), (3, '-0', 0.1000, '2000-02-29', '2024-06-30 23:59:59.999999+05:30', 3.5);

  create table c46 (id integer primary key, a float8, b float4);
  insert into c46 values (1, 0.1::float8 + 0.2, 1::float4 / 3), (2, 1e-300, 3.4028235e38);

  create table c47 (id integer primary key, pay money);
  insert into c47 values (1, 1234567.89), (2, -0.01);

  create table c48 (id integer primary key, flags bit(5), more bit varying, net inet, home cidr, card macaddr, device uuid, seven uuid);
  insert into c48 values (1, B'10110', B'1', '192.168.10.77/24', '2001:db8::/32', '08:00:2b:01:02:03', gen_random_uuid(), uuidv7()), (2, B'00000', B'', '2001:db8::17', '10.0.0.0/8', '08:00:2b:01:02:04', gen_random_uuid(), uuidv7());

  create table c49 (id integer primary key, mail text, note text);
  insert into c49 values (1, '', ''), (2, null, null), (3, ' ', '\\N'), (4, 'NULL', E'\\\\.');

  create collation c50_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create table c50 (login text collate c50_insensitive primary key, city text collate "C");
  insert into c50 select 'Ana' || i, 'ä' from generate_series(1, 200) i;`;

const types = {
  'c36.mails': 'email-address',
  'c40.photo': 'binary-with-pii',
  'c44.born': 'date-of-birth',
  'c44.amount': 'salary',
  'c48.net': 'ip-address',
  'c48.card': 'mac-address',
  'c48.device': 'device-id',
  'c48.seven': 'device-id',
  'c49.mail': 'email-address',
  'c50.login': 'user-name',
};

const paths = {
  'c37.j': { '$.mail': 'email-address' },
  'c37.b': { '$.mail': 'email-address' },
  'c38.j': {
    '$.people[*].mail': 'email-address',
    '$.nothing.here': 'phone-number',
    '$.people[*].age': 'age',
  },
  'c43.doc': { '$.mail': 'email-address' },
};

describe('hard cases 36 to 50, types', () => {
  let copy: ScrubbedCopy;

  beforeAll(async () => {
    const source = await createDatabase();
    // What a session of the source would print by itself is not what may travel.
    await source.query(`alter database "${source.name}" set datestyle = 'SQL, DMY'; alter database "${source.name}" set intervalstyle = 'iso_8601';
      alter database "${source.name}" set timezone = 'Asia/Kolkata'; alter database "${source.name}" set extra_float_digits = 0;
      alter database "${source.name}" set bytea_output = 'escape'; alter database "${source.name}" set xmloption = 'document'`);
    await source.query(schema);
    await source.query(`create table c45 (id integer primary key, at timestamptz, on_day date, took interval);
      insert into c45 values (1, '2024-03-04 05:06:07+00', date '2024-03-04', interval '1 year 2 days 03:04:05.6')`);
    copy = await scrubbedCopyOf(source, { types, paths });
  });
  afterAll(() => copy?.drop());

  /** The copy's and the source's rows as text, under the same settings. */
  async function both(columns: string, table: string): Promise<[unknown, unknown]> {
    const sql = `select ${columns} from ${table} order by id`;
    return [await copy.rows(sql), await copy.originals(sql)];
  }

  it.each([
    [
      '36: arrays, composites, ranges and hstore pass as they are',
      'tags::text, grid::text, who::text, during::text, spans::text, attributes::text',
      'c36',
    ],
    ['39: XML, which has no equality, passes as it is', 'x::text', 'c39'],
    ['40: binary values pass where somebody decided so', `encode(picture, 'hex') as p`, 'c40'],
    ['43: values that are stored out of line pass whole', 'md5(long) as long, length(long) as length', 'c43'],
    [
      '44: NaN, infinities, negative zero and dates before Christ pass',
      'f::text, n::text, extract(epoch from seen)::text as seen',
      'c44',
    ],
    [
      '45: times and intervals pass whatever the source’s settings print',
      `extract(epoch from at)::text as at, (on_day - date '2000-01-01') as day, extract(epoch from took)::text as took`,
      'c45',
    ],
    [
      '46: floating-point numbers keep every digit',
      `float8send(a)::text as a, float4send(b)::text as b`,
      'c46',
    ],
    ['47: money passes whatever the locale prints', `(pay::numeric * 100)::text as cents`, 'c47'],
    ['48: bit strings and networks pass as they are', 'flags::text, more::text, home::text', 'c48'],
    ['49: an empty text, a NULL and texts like COPY’s own marks stay apart', 'note', 'c49'],
  ])('%s', async (_, columns, table) => {
    const [copied, original] = await both(columns, table);
    expect(copied).toEqual(original);
  });

  it('36: elements of an array are masked one by one, and NULL elements stay', async () => {
    const [{ mails }] = await copy.rows<{ mails: string[] }>('select mails from c36');
    expect(mails).toHaveLength(3);
    expect(mails[1]).toBeNull();
    expect(mails.join()).not.toContain('corp.example');
  });

  it('37: json keeps order, spacing, repeated keys and \\u0000 beside what is masked', async () => {
    const [{ j, b }] = await copy.rows<{ j: string; b: { mail: string } }>('select j::text, b from c37');
    expect(j).toMatch(/^\{"b": 1, {2}"a": 2, "a": 3, "z": "\\u0000", "mail": "[^"]+@example\.[a-z]+"\}$/);
    expect(j).toContain(b.mail);
  });

  it('38: JSON paths take missing parts, lists and types as they come', async () => {
    const rows = await copy.rows<{
      j: { people: { mail: string | null; age: unknown }[]; n: number; ok: boolean } | null;
    }>('select j from c38 order by id');
    expect(rows[0].j!.people[0].mail).toMatch(/@example\./);
    expect(rows[0].j!.people[1].mail).toBeNull();
    // A decade is no number, and a text would change the type that readers rely on.
    expect(rows[0].j!.people[0].age).toBeNull();
    expect(rows[0].j).toMatchObject({ n: 1.5, ok: true });
    expect(rows.slice(1).map(({ j }) => j)).toEqual([{}, [], null]);
  });

  it('40: binary values are masked by their label, and an unlabelled column of them is warned of', async () => {
    const [row] = await copy.rows<{ same: boolean | null }>(`select photo = '\\x89504e47' as same from c40`);
    expect(row.same).not.toBe(true);
    const plan = await planOf('create table t (name text, scan bytea)', { 't.name': 'person-name' });
    expect(plan.warnings.map(({ code, where }) => `${code} ${where}`)).toEqual([
      'unseen-binary public.t.scan',
    ]);
  });

  it('42: large objects are left out, and the plan says so', async () => {
    const made = await scrubbedCopy(
      `create table t (id integer primary key, scan oid); insert into t values (1, lo_from_bytea(0, 'x'))`,
    );
    try {
      expect(made.plan.warnings.map(({ where }) => where)).toContain('1 large objects');
      expect(await made.rows('select count(*) as n from pg_largeobject_metadata')).toEqual([{ n: '0' }]);
    } finally {
      await made.drop();
    }
  });

  it('43: a mask inside a large document replaces it and nothing else', async () => {
    const rows = await copy.rows<{ mail: string; pad: number }>(
      `select doc ->> 'mail' as mail, length(doc ->> 'pad') as pad from c43`,
    );
    expect(rows.every(({ mail, pad }) => /@example\./.test(mail) && pad === 500_000)).toBe(true);
  });

  it('44: masks pass infinities and replace dates before Christ by storable ones', async () => {
    const rows = await copy.rows<{ id: number; born: string; amount: string }>(
      'select id, born::text, amount::text from c44 order by id',
    );
    expect(rows[0].born).toBe('infinity');
    expect(rows[1].born).toMatch(/ BC$/);
    expect(rows[2].born).not.toBe('2000-02-29');
    expect(rows[2].amount).not.toBe('3.5');
  });

  it('48: masks keep prefix lengths of addresses and version bits of UUIDs', async () => {
    const rows = await copy.rows<Record<'net' | 'card' | 'device' | 'seven', string>>(
      'select net::text, card::text, device::text, seven::text from c48 order by id',
    );
    expect(rows[0].net).toMatch(/\/24$/);
    expect(rows[1].net).toMatch(/:/);
    const originals = await copy.originals<Record<'net' | 'card' | 'device' | 'seven', string>>(
      'select net::text, card::text, device::text, seven::text from c48 order by id',
    );
    rows.forEach((row, i) => {
      expect(row.device[14]).toBe('4');
      expect(row.seven[14]).toBe('7');
      for (const column of ['net', 'card', 'device', 'seven'] as const)
        expect(row[column]).not.toBe(originals[i][column]);
    });
  });

  it('49: an empty address stays empty, and NULL stays NULL', async () => {
    const rows = await copy.rows('select mail from c49 where id < 3 order by id');
    expect(rows).toEqual([{ mail: '' }, { mail: null }]);
  });

  it('50: collations of the schema are made, and unique stand-ins hold under a case-insensitive one', async () => {
    const [row] =
      await copy.rows(`select count(distinct lower(login)) as n, max(collname) as collation from c50,
      (select collname from pg_attribute join pg_collation c on c.oid = attcollation where attrelid = 'c50'::regclass and attname = 'login') k`);
    expect(row).toEqual({ n: '200', collation: 'c50_insensitive' });
  });

  it('41: a value of many megabytes is copied', async () => {
    const made = await scrubbedCopy(
      `create table t (id integer primary key, scan bytea, mail text);
       insert into t select 1, decode(repeat('00ff', 10000000), 'hex'), 'ana@corp.example'`,
      { types: { 't.mail': 'email-address' } },
    );
    try {
      const digest = 'select md5(scan) as md5, length(scan) as length from t';
      expect(await made.rows(digest)).toEqual(await made.originals(digest));
    } finally {
      await made.drop();
    }
  });
});
