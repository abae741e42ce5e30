import fc from 'fast-check';
import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import type { BatchMask } from '../../src/domain/masking/technique.js';
import { textOf } from '../../src/domain/masking/value-batch.js';
import {
  createRowMasker,
  formatFor,
  type TravellingColumn,
} from '../../src/domain/scrub/copy-format/create-row-masker.js';
import {
  MalformedRowsError,
  type MaskedField,
  type RowMasker,
} from '../../src/domain/scrub/copy-format/row-masker.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { copyFormats } from '../support/copy-formats.js';

const text: ColumnType = { name: 'text', family: 'text' };
const columns = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: text }));

const same: BatchMask = (input, output) => {
  for (let i = 0; i < input.count; i++) {
    if (input.starts[i] < 0) output.appendNull();
    else output.append(input.bytes, input.starts[i], input.ends[i]);
  }
};
/** Shows what it was given, and what the column `a` of the row was. */
const quoted: BatchMask = (input, output, companions) => {
  for (let i = 0; i < input.count; i++) {
    const value = textOf(input, i);
    if (value === null) output.appendNull();
    else output.appendText(`<${value}\t\\${textOf(companions.get('a')!, i) ?? 'nothing'}>\n`);
  }
};

function through(masker: RowMasker, bytes: Uint8Array, cuts: readonly number[]): Buffer {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((x, y) => x - y)) {
    const to = Math.min(cut, bytes.length);
    parts.push(masker.push(bytes.subarray(from, to)));
    from = to;
  }
  parts.push(masker.push(bytes.subarray(from)));
  masker.end();
  return Buffer.concat(parts);
}

const value = fc.option(
  fc.string({ unit: 'binary', maxLength: 30 }).map((s) => s.toWellFormed().replaceAll('\u0000', '')),
  { nil: null },
);
const table = fc.array(fc.tuple(value, value, value, value), { maxLength: 30 });
const cuts = fc.array(fc.nat(3000), { maxLength: 12 });

describe.each(['text', 'binary'] as const)('rows in COPY’s %s format', (format) => {
  const { print, parse } = copyFormats[format];
  const masker = (fields: readonly MaskedField[]) => createRowMasker(columns, fields, format);

  it('come out byte for byte when the masks change nothing, wherever the chunks are cut', () => {
    const fields = [
      { column: 'b', mask: same, reads: [] },
      { column: 'd', mask: same, reads: ['a'] },
    ];
    fc.assert(
      fc.property(table, cuts, (rows, where) => {
        const bytes = print(rows);
        expect(through(masker(fields), bytes, where).equals(bytes)).toBe(true);
      }),
    );
  });

  it('carry each stand-in in its place, and the other fields as they were', () => {
    const fields = [
      { column: 'b', mask: quoted, reads: ['a'] },
      { column: 'c', mask: quoted, reads: ['a'] },
    ];
    fc.assert(
      fc.property(table, cuts, (rows, where) => {
        const masked = (v: string | null, a: string | null) =>
          v === null ? null : `<${v}\t\\${a ?? 'nothing'}>\n`;
        const expected = rows.map(([a, b, c, d]) => [a, masked(b, a), masked(c, a), d]);
        const used = masker(fields);
        expect(parse(through(used, print(rows), where), 4)).toEqual(expected);
        expect(used.rows).toBe(rows.length);
        expect(used.counts[0]).toEqual({
          column: 'b',
          values: rows.filter(([, b]) => b !== null).length,
          nulls: rows.filter(([, b]) => b === null).length,
        });
      }),
    );
  });

  it('are refused when they break off', () => {
    const bytes = print([['one', 'two', 'three', 'four']]);
    const used = masker([{ column: 'a', mask: same, reads: [] }]);
    used.push(bytes.subarray(0, bytes.length - 5));
    expect(() => used.end()).toThrow(MalformedRowsError);
  });

  it('may be larger than any chunk', () => {
    const huge = 'x\\y\t'.repeat(500_000);
    const bytes = print([['a', huge, null, huge]]);
    const where = Array.from({ length: bytes.length >> 16 }, (_, i) => i << 16);
    expect(through(masker([{ column: 'b', mask: same, reads: [] }]), bytes, where).equals(bytes)).toBe(true);
  });
});

describe('binary rows of a real server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(`
      create table t (d date, ts timestamp, tz timestamptz, n numeric, n2 numeric(12,4), i2 smallint, i4 integer, i8 bigint, u uuid, b boolean, j jsonb, v varchar(20));
      insert into t values
        ('2024-02-29', '1999-12-31 23:59:59.999999', '0044-03-15 12:00:00+00 BC', 0, 0, -32768, 2147483647, -9223372036854775808, gen_random_uuid(), true, '{"a":[1]}', 'x'),
        ('infinity', '-infinity', 'infinity', 'NaN', -0.0001, 0, -1, 1, gen_random_uuid(), false, 'null', ''),
        ('0001-01-01 BC', '2000-01-01', '1970-01-01 00:00:00.5+00', '-Infinity', 10000, 1, 1, 1, null, null, '"\u00e9"', 'é'),
        ('4713-01-01 BC', '294276-12-31', '2038-01-19 03:14:08+00', 123456789012345678901234567890.000100, 99999999.9999, 1, 1, 1, null, null, '1', null),
        ('5874897-12-31', null, null, 0.00000001, null, null, null, null, null, null, null, null);
      insert into t (d, ts, n) select date '1800-01-01' + i * 37, timestamp '1800-01-01' + i * interval '3 days 7 seconds', i / 7.0 from generate_series(1, 3000) i;`);
  });
  afterAll(() => database.drop());

  it('agree with the text that the server prints, and load again as the same values', async () => {
    const [raw, printed] = [
      await copyFormats.read(database.url, 't', 'binary'),
      await copyFormats.read(database.url, 't', 'text'),
    ];
    const types = await database.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 't'::regclass and attnum > 0 order by attnum`,
    );
    const travelling = types.map(({ name, type }): TravellingColumn => ({
      name,
      type: { name: type, family: 'text' },
    }));
    const seen: (string | null)[][] = [];
    const fields = travelling.map(({ name }, at): MaskedField => ({
      column: name,
      reads: [],
      mask: (input, output, companions) => {
        for (let i = 0; i < input.count; i++) (seen[at] ??= []).push(textOf(input, i));
        same(input, output, companions);
      },
    }));
    expect(formatFor(travelling, fields)).toBe('binary');
    const out = through(createRowMasker(travelling, fields, 'binary'), raw, [100, 5000, 70_000]);
    const rows = copyFormats.text.parse(printed, travelling.length);
    for (const [at, { name }] of travelling.entries())
      expect([name, seen[at]]).toEqual([name, rows.map((row) => row[at])]);
    await database.query('create table again (like t)');
    await copyFormats.write(database.url, 'again', 'binary', out);
    expect(await copyFormats.read(database.url, 'again', 'text')).toEqual(printed);
  });
});
