import fc from 'fast-check';
import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import type { Column, Table } from '../../src/domain/catalog/catalog.js';
import { parseTechniqueOptions, techniques } from '../../src/domain/masking/technique-registry.js';
import { keySettings } from '../../src/domain/rewriting/key-settings.js';
import { maskExpression } from '../../src/domain/rewriting/postgres/mask-expression.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { wordSettings } from '../../src/domain/masking/postgres/words.js';
import { shippedWords } from '../support/word-lists.js';
import { mask } from './masking.js';

interface Form {
  readonly technique: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly type: ColumnType;
  readonly values: readonly string[];
}

const text: ColumnType = { name: 'text', family: 'text' };
const short: ColumnType = { name: 'character varying(6)', family: 'text', maxLength: 6 };
const texts = [
  '',
  'a',
  'ab',
  '****',
  '***7',
  '*',
  '4111111111111111',
  'Zoë Ünal',
  '日本語テスト',
  "a\\b'c",
  'x y  ',
  '\u{1F600}\u{1F601}ab',
  // These stand for themselves, were they covered alone.
  'a***************',
  'ab______________',
  'a%%%%%%%%%%%%%%b',
  'a\\\\\\\\\\\\\\\\\\',
  'a*b*************',
  // Covers are looked up to a length, and repeated beyond.
  ...[39, 40, 41, 42, 43, 44, 45, 48, 49].flatMap((length) =>
    ['b', 'é', '*', '日', '\u{1F600}'].map((of) => of.repeat(length)),
  ),
];
const dates = [
  '1987-05-17',
  '2024-02-29',
  '1999-12-31',
  '0044-03-15 BC',
  'infinity',
  '-infinity',
  '1970-01-01',
];
const stamps = dates.map((date) =>
  date.includes('infinity') ? date : date.replace(/^(\S+)/, '$1 13:14:15.5'),
);
const numbers = ['0', '7', '-1', '1234567', '-1000', '2147483647'];
const decimals = ['0.00', '-0.01', '1234.56', '-99.99', '99999999.99', 'NaN'];

const forms: readonly Form[] = [
  { technique: 'null', type: text, values: texts },
  { technique: 'fixed', options: { value: "it's" }, type: text, values: texts },
  { technique: 'fixed', type: text, values: texts },
  { technique: 'redact', type: text, values: texts },
  { technique: 'redact', options: { length: 5 }, type: text, values: texts },
  { technique: 'partial', type: text, values: texts },
  { technique: 'partial', options: { keepStart: 2, keepEnd: 1, cover: '#' }, type: text, values: texts },
  { technique: 'partial', options: { keepStart: 1, keepEnd: 0, coverLength: 3 }, type: text, values: texts },
  { technique: 'partial', options: { keepStart: 1, keepEnd: 1, cover: '%' }, type: text, values: texts },
  { technique: 'partial', options: { keepStart: 2, keepEnd: 0, cover: '_' }, type: text, values: texts },
  { technique: 'partial', options: { keepStart: 1, keepEnd: 0, cover: '\\' }, type: text, values: texts },
  { technique: 'partial', options: { keepStart: 1, keepEnd: 0 }, type: text, values: texts },
  ...['"', ' ', '{', '}', ',', "'", 'N', '0'].map((cover) => ({
    technique: 'partial',
    options: { keepStart: 0, keepEnd: 1, cover },
    type: text,
    values: texts,
  })),
  { technique: 'partial', options: { keepStart: 0, keepEnd: 0 }, type: text, values: texts },
  { technique: 'partial', options: { keepEnd: 4, coverLength: 2 }, type: text, values: texts },
  // So much is kept that no cover is looked up, or few are.
  { technique: 'partial', options: { keepStart: 13, keepEnd: 7 }, type: text, values: texts },
  { technique: 'partial', options: { keepStart: 3, keepEnd: 50 }, type: text, values: texts },
  { technique: 'redact', options: { cover: '\\' }, type: text, values: texts },
  {
    technique: 'partial',
    options: { keepStart: 1, keepEnd: 0, coverLength: 9 },
    type: short,
    values: ['', 'a', 'ab', 'a*****', 'a****', 'abcdef', 'é*****', '******'],
  },
  {
    technique: 'redact',
    type: { name: 'character(6)', family: 'text', maxLength: 6 },
    values: ['ab', '', '***'],
  },
  { technique: 'partial', type: short, values: texts.filter((value) => Array.from(value).length <= 6) },
  { technique: 'keyed-hash', type: text, values: texts },
  { technique: 'keyed-hash', options: { length: 7 }, type: text, values: texts },
  { technique: 'generalise-date', type: { name: 'date', family: 'date' }, values: dates },
  {
    technique: 'generalise-date',
    options: { to: 'month' },
    type: { name: 'date', family: 'date' },
    values: dates,
  },
  {
    technique: 'generalise-date',
    options: { to: 'quarter' },
    type: { name: 'timestamp without time zone', family: 'timestamp' },
    values: stamps,
  },
  { technique: 'number-bucket', type: { name: 'integer', family: 'integer' }, values: numbers },
  {
    technique: 'number-bucket',
    options: { size: 100 },
    type: { name: 'numeric(10,2)', family: 'decimal', precision: 10, scale: 2 },
    values: decimals,
  },
  {
    technique: 'number-bucket',
    options: { size: 7 },
    type: { name: 'double precision', family: 'float' },
    values: ['0', '-1.5', '1e+20', '123456.789', 'NaN'],
  },
];

const timestamptz: ColumnType = { name: 'timestamp with time zone', family: 'timestamp' };
const names = [
  ...[
    '',
    'Ana',
    'ana',
    'ANA',
    'X',
    'Ana Lopez',
    'LOPEZ, Ana M.',
    'Dr. Jan van Dijk',
    'Ana Lopez, Jr.',
    'van der Berg',
  ],
  ...[
    'Anne-Marie Smith-Jones',
    'Mr. Dr. Prof.',
    'Zoë Ünal',
    'Ναταλία Παπάς',
    '王小明',
    "O'Neil, Pat",
    'Jean-Luc',
    '12 34',
  ],
  ...[
    'Maria da Silva Santos',
    'Dr',
    'Sr. Juan de la Cruz III',
    '  two   blanks ',
    'tab\tname',
    'García Márquez, Gabriel José',
    '???',
    '-',
  ],
  ...[
    'Van Morrison',
    'Lopez,',
    ', Ana',
    'Ana, Maria, Lopez',
    'Smith, John, PhD',
    'J. R. R. Tolkien',
    'é',
    'Miss Ana Smith Jones II',
  ],
];
const addresses = [
  ...[
    '',
    'Ana.Lopez@Shop.example ',
    'x@y',
    '@nobody',
    'ana',
    'ÄNNE@Müller.de',
    'a@b@c.org',
    'ANA@SHOP.EXAMPLE',
    ' a b @ c ',
  ],
];
const streets = [
  ...[
    '',
    '12 Main St, Springfield, IL 62704',
    'Hauptstr. 5',
    'Hauptstr. 5b',
    '12b Baker Street',
    ', ,',
    '12',
    'a',
    'Rua São João 7\nLisboa',
  ],
  ...[
    'HAUPTSTRASSE 1234567890',
    '1,2,3,4,5,6,7,8,9,10',
    '?!',
    'x1y2z3 4q',
    '12bc',
    '5 5',
    'Paris,\n  75001 Paris  ',
  ],
];
const phones = [
  ...[
    '',
    '+49 (30) 901820-12',
    '0049 30 901820',
    '030/901820',
    '(+1) 555 0100',
    '+1 555 0100 ext. 12',
    'x12',
    'call me',
    '7',
    '22',
  ],
  ...[
    '+49 (0)30 123456',
    'tel 555-0100',
    'télé 555',
    '٣٤٥',
    '123456789012345678901234567890123456',
    '\t1\t2',
    '9999',
    'Ext4',
  ],
];
const urls = [
  ...[
    '',
    'https://ana@shop.org/people/ana.html?id=7',
    'http://x',
    'x',
    'HTTP://Shop.ORG:8080/',
    '/a/b/c',
    '?q=1',
    '#f',
    'ftp://h/a/b.tar.gz',
  ],
  ...[
    ' https://a.b/c ',
    'mailto:ana@x.org',
    'a/b',
    'https://müller.de/ä/ö.html',
    'https://x.org/' + 'a/'.repeat(40),
    'https://x/\u{1F600}\u{1F600}/b',
    '//h/p',
  ],
];
const codes = ['', 'SW1A 1AA', '02139', '75001-123', 'a', '7', 'Ä-12', '0', '日本', 'ab\t12'];
const macs = [
  '',
  '3C:22:FB:01:9A:77',
  '3c-22-fb-01-9a-77',
  '3c22.fb01.9a77',
  'nothing',
  '3c:22:fb:ff:fe:01:9a:77',
  'AABBCCDDEEFF',
];
const uuids = [
  ...[
    '',
    '6f1c0f7e-52b4-4b5e-9c3a-2f6d1f0b8f5a',
    '{6F1C0F7E-52B4-1B5E-CC3A-2F6D1F0B8F5A}',
    '6f1c0f7e52b47b5e0c3a2f6d1f0b8f5a',
    'none',
  ],
];
const ips = [
  ...[
    '',
    '198.51.100.7',
    '198.51.100.7/24',
    '2001:db8::1',
    '2001:DB8::1/64',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
    '1.2.3',
    '256.1.1.1',
    '1.2.3.4/33',
  ],
  ...[
    '::',
    ':::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '1::2::3',
    '010.1.1.1',
    ' 10.0.0.1 ',
    'x',
    '1:2:3:4:5:6:1.2.3.4',
    '1.2.3.4/',
  ],
];
const organisations = [
  '',
  'Acme Trading GmbH',
  'ACME LTD.',
  'acme inc',
  'GmbH',
  'Müller & Söhne KG',
  'S.A.',
  'Group of 7, S.A.',
  'One Foundation',
  'x ',
];
const integers = [
  '0',
  '1',
  '-1',
  '9',
  '10',
  '99',
  '100',
  '12345',
  '-98765',
  '2147483647',
  '-2147483647',
  '999999999',
];
const bigints = [
  ...integers,
  '999999999999',
  '99999999999999',
  '999999999999999',
  '9999999999999999',
  '9223372036854775807',
  '-1234567890123456789',
];
const amounts = [
  '0',
  '0.00',
  '1.5',
  '-0.01',
  '1250.00',
  '99999999.99',
  '123456789012345678.25',
  '-0.10',
  'NaN',
  '0.999999999999999',
];
const ages = ['0', '37', '89', '90', '123', '-3', '1000', '7'];
const textAges = ['', '37', ' 41.5 ', '93', 'x', '-3', '1234', '\t7', '12.', '٣'];

const peopleForms: readonly Form[] = [
  ...(['full', 'given', 'family'] as const).map((part) => ({
    technique: 'pseudonymise-person-name',
    options: { part },
    type: text,
    values: names,
  })),
  { technique: 'pseudonymise-email', type: text, values: addresses },
  { technique: 'pseudonymise-email', options: { keepDomain: true }, type: text, values: addresses },
  ...[16, 30, 36, 60].map((maxLength) => ({
    technique: 'pseudonymise-email',
    type: ofLength(maxLength),
    values: addresses.filter((value) => value.length <= maxLength),
  })),
  { technique: 'pseudonymise-email', options: { keepDomain: true }, type: ofLength(52), values: addresses },
  {
    technique: 'pseudonymise-user-name',
    type: text,
    values: [...addresses, 'ana_lopez', 'ANA_LOPEZ', 'a@b'],
  },
  { technique: 'pseudonymise-user-name', type: ofLength(8), values: ['ana_lop', 'x', ''] },
  { technique: 'pseudonymise-user-name', type: ofLength(19), values: ['ana_lopez', 'x', ''] },
  { technique: 'pseudonymise-phone', type: text, values: phones },
  { technique: 'pseudonymise-phone', options: { keepStart: 3 }, type: text, values: phones },
  { technique: 'pseudonymise-street', type: text, values: streets },
  {
    technique: 'pseudonymise-city',
    type: text,
    values: ['', 'Paris', 'LINZ', 'são  paulo', ' \u00a0Köln', 'x', 'İstanbul', 'ΟΔΟΣ'],
  },
  { technique: 'pseudonymise-city', type: short, values: ['', 'Paris', 'LINZ'] },
  { technique: 'pseudonymise-postal-code', type: text, values: codes },
  { technique: 'pseudonymise-postal-code', options: { keepStart: 2 }, type: text, values: codes },
  { technique: 'generalise-postal-code', type: text, values: codes },
  {
    technique: 'generalise-postal-code',
    options: { keep: 3, hipaa: true },
    type: text,
    values: [...codes, '03601', '821'],
  },
  {
    technique: 'generalise-postal-code',
    type: { name: 'integer', family: 'integer' },
    values: ['2139', '62704', '7', '-12'],
  },
  { technique: 'pseudonymise-organisation', type: text, values: organisations },
  { technique: 'pseudonymise-url', type: text, values: urls },
  { technique: 'pseudonymise-url', options: { keepHost: true }, type: text, values: urls },
  { technique: 'pseudonymise-url', type: ofLength(60), values: urls.filter((value) => value.length <= 60) },
  { technique: 'pseudonymise-ip', type: text, values: ips },
  { technique: 'pseudonymise-ip', options: { range: 'any' }, type: text, values: ips },
  ...[{}, { range: 'any' }, { keepPrefix: 16 }, { keepPrefix: 90 }].map((options) => ({
    technique: 'pseudonymise-ip',
    options,
    type: { name: 'inet', family: 'network' } as const,
    values: ['198.51.100.7', '198.51.100.7/24', '2001:db8::1', '2001:db8::1/64', '::', '::ffff:1.2.3.4'],
  })),
  { technique: 'pseudonymise-mac', type: text, values: macs },
  { technique: 'pseudonymise-mac', options: { keepVendor: true }, type: text, values: macs },
  {
    technique: 'pseudonymise-mac',
    type: { name: 'macaddr', family: 'network' },
    values: ['3c:22:fb:01:9a:77'],
  },
  { technique: 'pseudonymise-uuid', type: text, values: uuids },
  {
    technique: 'pseudonymise-uuid',
    type: ofLength(32),
    values: ['', '6f1c0f7e52b47b5e0c3a2f6d1f0b8f5a', 'none'],
  },
  {
    technique: 'pseudonymise-uuid',
    type: { name: 'uuid', family: 'uuid' },
    values: ['6f1c0f7e-52b4-4b5e-9c3a-2f6d1f0b8f5a'],
  },
  {
    technique: 'date-shift',
    type: { name: 'date', family: 'date' },
    values: [...dates, '4713-01-01 BC', '294276-12-31', '5874897-12-31'],
  },
  {
    technique: 'date-shift',
    options: { days: 5 },
    type: { name: 'timestamp without time zone', family: 'timestamp' },
    values: stamps,
  },
  {
    technique: 'date-shift',
    options: { days: 30 },
    type: timestamptz,
    values: stamps.map((stamp) => (stamp.includes('infinity') ? stamp : stamp.replace(/( BC)?$/, '+00$1'))),
  },
  { technique: 'number-noise', type: { name: 'integer', family: 'integer' }, values: integers },
  {
    technique: 'number-noise',
    options: { share: 0.5 },
    type: { name: 'bigint', family: 'integer' },
    values: bigints,
  },
  { technique: 'number-noise', type: { name: 'numeric', family: 'decimal' }, values: amounts },
  { technique: 'generalise-age', type: { name: 'integer', family: 'integer' }, values: ages },
  { technique: 'generalise-age', options: { width: 10, top: 85 }, type: text, values: textAges },
  {
    technique: 'pick-label',
    options: { labels: ['single', 'Married', 'divorced'] },
    type: text,
    values: ['', 'single', 'MARRIED', 'widowed'],
  },
  { technique: 'keyed-hash', type: { name: 'bytea', family: 'binary' }, values: ['\\x', '\\x00ff'] },
  {
    technique: 'keyed-hash',
    options: { length: 5 },
    type: { name: 'bytea', family: 'binary' },
    values: ['\\x', '\\x00ff'],
  },
  { technique: 'keyed-hash', options: { length: 1 }, type: text, values: '0123456789abcdef'.split('') },
];

function ofLength(maxLength: number): ColumnType {
  return { name: `character varying(${maxLength})`, family: 'text', maxLength };
}

/** Scrub and query show one stand-in: what the kernel makes of a batch, and what PostgreSQL makes of a row. */
describe('the SQL form', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    const settings = keySettings(new Uint8Array(32).fill(1)).flatMap(({ name, value }) => [name, value]);
    await database.query('select set_config($1, $2, false), set_config($3, $4, false)', settings);
    for (const { name, value } of wordSettings(shippedWords))
      await database.query('select set_config($1, $2, false)', [name, value]);
    await database.query("set time zone 'America/New_York'");
  });

  afterAll(() => database.drop());

  it.each([...forms, ...peopleForms])(
    'of $technique $options on $type.name yields the stand-ins of the kernel',
    async (form) => {
      const { technique, options, type } = form;
      const values = [...form.values, null];
      const expected = mask(technique, values, { type, ...(options ? { options } : {}) });
      expect(await masked(form, values)).toEqual(await asStored(expected, type));
    },
  );

  it('is tried for every technique that has one', () => {
    const withForm = [...techniques.values()].filter(({ sql }) => sql?.postgres).map(({ id }) => id);
    expect(new Set([...forms, ...peopleForms].map(({ technique }) => technique))).toEqual(new Set(withForm));
  });

  const fragments = fc.constantFrom(
    ...[
      'Ana',
      'LOPEZ',
      'van',
      'Dr.',
      'Jr',
      "d'",
      '-',
      ', ',
      ' ',
      '  ',
      '@',
      '.',
      '/',
      '://',
      '?',
      '#',
      ':',
      '+49',
      '00',
      '0',
      '7',
      '42',
      '(',
      ')',
    ],
    ...[
      'ext',
      'é',
      'Ü',
      'ß',
      'İ',
      'Σ',
      'ς',
      '日',
      '\u0301',
      '\u{1F600}',
      '\t',
      '\n',
      'x',
      'ab12',
      'cd:ef',
      'GmbH',
      'example.org',
      'St',
      '*',
      '_',
    ],
  );
  const written = fc
    .oneof(
      fc.array(fragments, { maxLength: 9 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 12 }),
      // Nearly their own stand-ins.
      fc
        .tuple(
          fc.constantFrom('', 'a', 'é', '日b'),
          fc.constantFrom('*', '#', '%', '\\', '"'),
          fc.nat(60),
          fragments,
        )
        .map(([start, cover, times, end]) => start + cover.repeat(times) + end),
    )
    .filter((value) => !value.includes('\0'));
  const ofText = [...forms, ...peopleForms].filter(({ type }) => type === text);

  it.each(ofText)('of $technique $options agrees for texts of any make', async (form) => {
    const values = fc.sample(written, { numRuns: 300, seed: 7 });
    const options = form.options ? { options: form.options } : {};
    const expected = mask(form.technique, values, { type: text, ...options });
    const actual = await masked(form, values);
    const different = values.filter((_, i) => actual[i] !== expected[i]);
    expect(different).toEqual([]);
  });

  it.each([
    {
      technique: 'date-shift',
      type: { name: 'date', family: 'date' } as const,
      values: ['1987-05-17', '2024-02-29', null],
    },
    {
      technique: 'pick-label',
      type: { name: 'text', family: 'text' } as const,
      values: ['single', 'married', null],
    },
  ])('of $technique per person reads the other column', async ({ technique, type, values }) => {
    const options = {
      per: 'person',
      ...(technique === 'pick-label' ? { labels: ['single', 'married', 'widowed'] } : {}),
    };
    const people = ['7', null, '9'];
    const expected = mask(technique, values, { type, options, companions: { person: people } });
    const sql = formOf({ technique, options, type }, [
      { name: 'person', ordinal: 2, type: { name: 'integer', family: 'integer' }, nullable: true },
    ]);
    const rows = await database.query<{ masked: string | null }>(
      `select (${sql})::text as masked from (select v::${type.name} as "v", p::integer as "person", i from unnest($1::text[], $2::text[]) with ordinality t (v, p, i)) t order by i`,
      [values, people],
    );
    expect(rows.map((row) => row.masked)).toEqual(expected);
  });

  it('fails for no value, which would tell it apart', async () => {
    const far: Form = { technique: 'generalise-date', type: { name: 'date', family: 'date' }, values: [] };
    expect(await masked(far, ['4713-11-24 BC', '5874897-12-31'])).toHaveLength(2);
    const small: Form = {
      technique: 'number-bucket',
      type: { name: 'integer', family: 'integer' },
      values: [],
    };
    expect(await masked(small, ['-2147483648'])).toEqual(['-2147483648']);
  });

  /** As the copy would hold the kernel's text: `00:00:00.0` and `00:00:00` are one time. */
  async function asStored(values: readonly (string | null)[], type: ColumnType) {
    const name = type.family === 'decimal' ? 'numeric' : type.name;
    const rows = await database.query<{ stored: string | null }>(
      `select v::${name}::text as stored from unnest($1::text[]) with ordinality t (v, i) order by i`,
      [values],
    );
    return rows.map((row) => row.stored);
  }

  function formOf(
    { technique, options, type }: Pick<Form, 'technique' | 'options' | 'type'>,
    others: readonly Column[] = [],
  ): string {
    const column: Column = { name: 'v', ordinal: 1, type, nullable: true };
    const table: Table = {
      ...{ schema: 'public', name: 't', kind: 'table', columns: [column, ...others] },
      ...{ uniqueKeys: [], foreignKeys: [], checks: [], exclusions: [], parents: [], partitionKey: [] },
    };
    const { sql, standBy } = maskExpression(
      {
        column: { schema: 'public', table: 't', column: 'v' },
        informationType: 'unknown',
        sensitivity: 'restricted',
        technique,
        options: parseTechniqueOptions(technique, options ?? {}),
        domain: 'test',
        because: 'test',
      },
      table,
      column,
      shippedWords,
    );
    expect(standBy).toBeUndefined();
    return sql;
  }

  async function masked(form: Form, values: readonly (string | null)[]) {
    const rows = await database.query<{ masked: string | null }>(
      `select (${formOf(form)})::text as masked from (select v::${form.type.name} as "v", i from unnest($1::text[]) with ordinality t (v, i)) t order by i`,
      [values],
    );
    return rows.map((row) => row.masked);
  }
});
