import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import type { Column, Table } from '../../src/domain/catalog/catalog.js';
import { parseTechniqueOptions, techniques } from '../../src/domain/masking/technique-registry.js';
import { keySettings } from '../../src/domain/rewriting/key-settings.js';
import { maskExpression } from '../../src/domain/rewriting/postgres/mask-expression.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
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

/** Scrub and query show one stand-in: what the kernel makes of a batch, and what PostgreSQL makes of a row. */
describe('the SQL form', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    const settings = keySettings(new Uint8Array(32).fill(1)).flatMap(({ name, value }) => [name, value]);
    await database.query('select set_config($1, $2, false), set_config($3, $4, false)', settings);
    await database.query("set time zone 'America/New_York'");
  });

  afterAll(() => database.drop());

  it.each(forms)('of $technique $options on $type.name yields the stand-ins of the kernel', async (form) => {
    const { technique, options, type } = form;
    const values = [...form.values, null];
    const expected = mask(technique, values, { type, ...(options ? { options } : {}) });
    expect(await masked(form, values)).toEqual(await asStored(expected, type));
  });

  it('is tried for every technique that has one', () => {
    const withForm = [...techniques.values()].filter(({ sql }) => sql?.postgres).map(({ id }) => id);
    expect(new Set(forms.map(({ technique }) => technique))).toEqual(new Set(withForm));
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

  async function masked({ technique, options, type }: Form, values: readonly (string | null)[]) {
    const column: Column = { name: 'v', ordinal: 1, type, nullable: true };
    const table: Table = {
      ...{ schema: 'public', name: 't', kind: 'table', columns: [column] },
      ...{ uniqueKeys: [], foreignKeys: [], checks: [], exclusions: [], parents: [], partitionKey: [] },
    };
    const { sql } = maskExpression(
      {
        ...{
          column: { schema: 'public', table: 't', column: 'v' },
          informationType: 'unknown',
          sensitivity: 'restricted',
        },
        ...{
          technique,
          options: parseTechniqueOptions(technique, options ?? {}),
          domain: 'test',
          because: 'test',
        },
      },
      table,
      column,
    );
    const rows = await database.query<{ masked: string | null }>(
      `select (${sql})::text as masked from (select v::${type.name} as "v", i from unnest($1::text[]) with ordinality t (v, i)) t order by i`,
      [values],
    );
    return rows.map((row) => row.masked);
  }
});
