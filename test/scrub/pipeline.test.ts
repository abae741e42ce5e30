import fc from 'fast-check';
import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import type { BatchMask } from '../../src/domain/masking/technique.js';
import { textOf } from '../../src/domain/masking/value-batch.js';
import { chooseFormat } from '../../src/domain/scrub/copy-format/choose-format.js';
import {
  MalformedCopyError,
  UnencodableValueError,
  type CopiedColumn,
  type FieldMask,
} from '../../src/domain/scrub/copy-format/copy-format.js';
import { createRowMasker, type RowMasker } from '../../src/domain/scrub/copy-format/row-masker.js';
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

function through(masker: RowMasker, bytes: Buffer, cuts: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  // What a masker gives is overwritten by the next call.
  const keep = (part: Buffer | undefined) => part && parts.push(Buffer.from(part));
  let from = 0;
  for (const cut of [...cuts].sort((x, y) => x - y)) {
    const to = Math.min(cut, bytes.length);
    keep(masker.push(bytes.subarray(from, to)));
    from = to;
  }
  keep(masker.push(bytes.subarray(from)));
  keep(masker.end());
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
  // Blocks of a few rows, so that small tables have many.
  const masker = (masks: readonly FieldMask[], blockBytes = 64) =>
    createRowMasker({ columns, masks, format, blockBytes });

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
          masked: rows.filter(([, b]) => b !== null).length,
          nulls: rows.filter(([, b]) => b === null).length,
        });
      }),
    );
  });

  it('pass and are counted when nothing is masked', () => {
    fc.assert(
      fc.property(table, cuts, (rows, where) => {
        const bytes = print(rows);
        const used = masker([]);
        expect(through(used, bytes, where).equals(bytes)).toBe(true);
        expect(used.rows).toBe(rows.length);
      }),
    );
  });

  it('are counted when they have no column at all', () => {
    const used = createRowMasker({ columns: [], masks: [], format });
    const bytes = print([[], [], []]);
    expect(through(used, bytes, [3, 20, 21]).equals(bytes)).toBe(true);
    expect(used.rows).toBe(3);
  });

  it('are refused when they break off, masked or not', () => {
    const bytes = print([['one', 'two', 'three', 'four']]);
    for (const masks of [[], [{ column: 'a', mask: same, reads: [] }]]) {
      const used = masker(masks);
      used.push(bytes.subarray(0, bytes.length - 5));
      expect(() => used.end()).toThrow(MalformedCopyError);
    }
  });

  it('are refused when they have fewer fields than there are columns', () => {
    const bytes = print([['one', 'two', 'three']]);
    const used = masker([{ column: 'd', mask: same, reads: [] }]);
    expect(() => through(used, bytes, [])).toThrow(MalformedCopyError);
  });

  it('take no more memory the more there are', () => {
    const [header, ...rows] = [0, 7].map((length) =>
      print(Array.from({ length: length * 100 }, () => ['one', 'two', null, 'x'.repeat(60)])),
    );
    // Without what stands before the first row and behind the last.
    const body = format === 'text' ? rows[0] : rows[0].subarray(header.length - 2, -2);
    const used = createRowMasker({ columns, masks: [{ column: 'b', mask: same, reads: [] }], format });
    if (format === 'binary') used.push(header.subarray(0, -2));
    const through = (times: number) => {
      for (let i = 0; i < times; i++) used.push(body);
      return process.memoryUsage().arrayBuffers;
    };
    const few = through(100);
    expect(through(1000) - few).toBeLessThan(body.length * 10);
    expect(used.rows).toBeGreaterThan(700_000);
  });

  it('may be larger than any block', () => {
    const huge = 'x\\y\t'.repeat(500_000);
    const bytes = print([
      ['a', huge, null, huge],
      ['b', 'small', null, 'small'],
    ]);
    const where = Array.from({ length: bytes.length >> 16 }, (_, i) => i << 16);
    const used = masker([{ column: 'b', mask: same, reads: [] }], 64 * 1024);
    expect(through(used, bytes, where).equals(bytes)).toBe(true);
  });
});

describe('binary rows of a real server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(`
      create table t (d date, ts timestamp, tz timestamptz, n numeric, n2 numeric(12,4), i2 smallint, i4 integer, i8 bigint, u uuid, b boolean, j jsonb, v varchar(20), ip inet, net cidr);
      insert into t values
        ('2024-02-29', '1999-12-31 23:59:59.999999', '0044-03-15 12:00:00+00 BC', 0, 0, -32768, 2147483647, -9223372036854775808, gen_random_uuid(), true, '{"a":[1]}', 'x', '192.168.0.1', '10.0.0.0/8'),
        ('infinity', '-infinity', 'infinity', 'NaN', -0.0001, 0, -1, 1, gen_random_uuid(), false, 'null', '', '10.1.2.3/16', '::/0'),
        ('0001-01-01 BC', '2000-01-01', '1970-01-01 00:00:00.5+00', '-Infinity', 10000, 1, 1, 1, null, null, '"\u00e9"', 'é', '::1', '2001:db8::/32'),
        ('4713-01-01 BC', '294276-12-31', '2038-01-19 03:14:08+00', 123456789012345678901234567890.000100, 99999999.9999, 1, 1, 1, null, null, '1', null, '::ffff:1.2.3.4', '1.2.3.4/32'),
        ('5874897-12-31', null, null, 0.00000001, null, null, null, null, null, null, null, null, '2001:db8:0:0:1:0:0:1/64', null);
      insert into t (d, ts, n, ip)
        select date '1800-01-01' + i * 37, timestamp '1800-01-01' + i * interval '3 days 7 seconds', i / 7.0,
          inet '::' + ((i % 7) * 65536::bigint * (i % 11) * 65536 + i % 3)
        from generate_series(1, 3000) i;`);
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
    const travelling = types.map(({ name, type }): CopiedColumn => ({
      name,
      type: { name: type, family: 'text' },
    }));
    const seen: (string | null)[][] = [];
    const masks = travelling.map(({ name }, at): FieldMask => ({
      column: name,
      reads: [],
      mask: (input, output, companions) => {
        for (let i = 0; i < input.count; i++) (seen[at] ??= []).push(textOf(input, i));
        same(input, output, companions);
      },
    }));
    expect(chooseFormat(travelling, new Set(travelling.map(({ name }) => name)))).toBe('binary');
    const out = through(
      createRowMasker({ columns: travelling, masks, format: 'binary' }),
      raw,
      [100, 5000, 70_000],
    );
    const rows = copyFormats.text.parse(printed, travelling.length);
    for (const [at, { name }] of travelling.entries())
      expect([name, seen[at]]).toEqual([name, rows.map((row) => row[at])]);
    await database.query('create table again (like t)');
    await copyFormats.write(database.url, 'again', 'binary', out);
    expect(await copyFormats.read(database.url, 'again', 'text')).toEqual(printed);
  });

  it('refuse a stand-in that is no value of the type, naming the column and no value', () => {
    const wrong: BatchMask = (input, output) => {
      for (let i = 0; i < input.count; i++) output.appendText('Tuesday');
    };
    const names = ['date', 'timestamp with time zone', 'integer', 'numeric', 'uuid', 'boolean', 'inet'];
    for (const name of names) {
      const used = createRowMasker({
        columns: [{ name: 'x', type: { name, family: 'other' } }],
        masks: [{ column: 'x', mask: wrong, reads: [] }],
        format: 'binary',
      });
      const failing = () => through(used, copyFormats.binary.print([[null]]), []);
      expect(failing).toThrow(UnencodableValueError);
      expect(failing).not.toThrow(/Tuesday/);
    }
  });
});

describe('the format of a table', () => {
  const builtIn: ColumnType = { name: 'integer', family: 'integer' };
  const enumeration: ColumnType = { name: 'public.mood', family: 'enum' };
  const formatOf = (type: ColumnType, touched: readonly string[] = []) =>
    chooseFormat([{ name: 'x', type }], new Set(touched));

  it('is binary where the bytes mean the same in both databases', () => {
    expect(formatOf(builtIn)).toBe('binary');
    expect(formatOf(enumeration, ['x'])).toBe('binary');
    expect(formatOf({ name: 'integer[]', family: 'array', element: builtIn })).toBe('binary');
    expect(formatOf({ name: 'bytea', family: 'binary' })).toBe('binary');
  });

  it('is text where they carry OIDs, or a mask needs a form that is not known', () => {
    expect(formatOf({ name: 'public.mood[]', family: 'array', element: enumeration })).toBe('text');
    expect(formatOf({ name: 'public.pair', family: 'composite' })).toBe('text');
    expect(formatOf({ name: 'bytea', family: 'binary' }, ['x'])).toBe('text');
    expect(formatOf({ name: 'double precision', family: 'float' }, ['x'])).toBe('text');
    expect(formatOf({ name: 'integer[]', family: 'array', element: builtIn }, ['x'])).toBe('text');
    const domain = { name: 'public.positive', notNull: false, checks: [] };
    expect(formatOf({ ...builtIn, name: 'public.positive', domain }, ['x'])).toBe('text');
  });
});
