import fc from 'fast-check';
import type { ColumnType } from '../../../src/domain/catalog/column-type.js';
import { bulkColumnOf } from '../../../src/engines/sqlserver/bulk-load/bulk-columns.js';
import { UnloadableValueError } from '../../../src/engines/sqlserver/bulk-load/field-encoder.js';
import { RowEncoder } from '../../../src/engines/sqlserver/bulk-load/row-encoder.js';
import { CopyTextWriter } from '../../../src/engines/copy-text.js';
import { ByteCursor } from '../../support/tds-server/byte-cursor.js';
import { readTypeOf } from '../../support/tds-server/wire-types.js';

type Row = readonly (string | null)[];

const nvarchar: ColumnType = { name: 'nvarchar(40)', family: 'text', maxLength: 40 };
const long: ColumnType = { name: 'nvarchar(max)', family: 'text' };

/** Rows as COPY text, cut anywhere, then as a bulk load, and read back from its bytes. */
function roundTrip(
  types: readonly ColumnType[],
  rows: readonly Row[],
  cut = 1_000_000,
  isForBabelfish = false,
): Row[] {
  const writer = new CopyTextWriter<string | null>((value) => value);
  const chunks: Buffer[] = [];
  // A chunk's memory is used again.
  const keep = (chunk: Buffer | undefined) => chunk && chunks.push(Buffer.from(chunk));
  for (const row of rows) keep(writer.push(row));
  keep(writer.end());
  const bytes = Buffer.concat(chunks);
  const encoder = new RowEncoder(types.map((type) => bulkColumnOf(type, isForBabelfish).encoder));
  const encoded: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += cut) {
    for (const some of encoder.push(Buffer.from(bytes.subarray(at, at + cut))))
      encoded.push(Buffer.from([0xd1]), some);
  }
  expect(encoder.isComplete).toBe(true);
  return readBack(types, Buffer.concat(encoded), isForBabelfish);
}

function readBack(types: readonly ColumnType[], bytes: Buffer, isForBabelfish: boolean): Row[] {
  const kinds = types.map((type) => readTypeOf(new ByteCursor(typeInfo(type, isForBabelfish))));
  const cursor = new ByteCursor(bytes);
  const rows: Row[] = [];
  while (cursor.left > 0) {
    expect(cursor.byte()).toBe(0xd1);
    rows.push(
      kinds.map(({ take, text }) => {
        const value = take(cursor);
        return value === null ? null : text(value);
      }),
    );
  }
  return rows;
}

/** What the driver would say of the type ahead of the rows. */
function typeInfo(type: ColumnType, isForBabelfish: boolean): Buffer {
  const { type: driverType, length, precision, scale } = bulkColumnOf(type, isForBabelfish);
  const bytes: number[] = [];
  const push = (more: Iterable<number>) => void bytes.push(...more);
  const buffer = {
    writeBuffer: push,
    writeUInt8: (value: number) => push([value]),
    writeUInt16LE: (value: number) => push([value & 0xff, value >> 8]),
    writeUInt32LE: (value: number) =>
      push([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24]),
  };
  const parameter = { length, precision, scale, value: null };
  driverType.writeTypeInfo(buffer as never, parameter as never, {} as never);
  return Buffer.from(bytes);
}

const one = (type: ColumnType, text: string) => roundTrip([type], [[text]])[0][0];

describe('rows on their way into a bulk load', () => {
  const field = fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: null });

  it('come out as they were, whatever stands in them and wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, field, field), { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (rows, cut) => {
          expect(roundTrip([nvarchar, long, nvarchar], rows, cut)).toEqual(rows);
        },
      ),
    );
  });

  it('larger than a chunk are written whole', () => {
    const rows = [
      ['a', 'b'],
      ['ä'.repeat(300_000), null],
    ];
    expect(roundTrip([long, nvarchar], rows)).toEqual(rows);
  });

  it('go in pieces of whole rows, so that few bytes wait on their way to the socket', () => {
    const lengths = [10, 40_000, 0, 33_000, 200_000, 7, ...Array.from({ length: 900 }, (_, i) => i)];
    const rows = lengths.map((length, i) => [String(i), 'x'.repeat(length)]);
    expect(roundTrip([nvarchar, long], rows)).toEqual(rows);
    const encoder = new RowEncoder([bulkColumnOf(long).encoder]);
    const pieces = [...encoder.push(Buffer.from(`${'y'.repeat(99)}\n`.repeat(20_000)))];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(80_000);
  });

  it('with a text too long for its column are refused, and the text is not told', () => {
    expect(one(nvarchar, '𝒜'.repeat(20))).toBe('𝒜'.repeat(20));
    expect(() => one(nvarchar, 'secret '.repeat(6))).toThrow(
      new UnloadableValueError('text of at most 40 characters'),
    );
    expect(() => one(nvarchar, 'x'.repeat(40_000))).toThrow(UnloadableValueError);
  });

  it('whose number of fields is another are refused', () => {
    const encoder = new RowEncoder([bulkColumnOf(nvarchar).encoder]);
    expect(() => [...encoder.push(Buffer.from('a\tb\n'))]).toThrow('another number of fields');
  });
});

describe('fields on their way into a bulk load', () => {
  it('keep every digit of decimals, money and long integers', () => {
    const decimal: ColumnType = { name: 'decimal(38,10)', family: 'decimal', precision: 38, scale: 10 };
    const digits = '1234567890123456789012345678.0123456789';
    expect(one(decimal, digits)).toBe(digits);
    expect(one(decimal, '-0.5')).toBe('-0.5000000000');
    const money: ColumnType = { name: 'money', family: 'decimal', precision: 19, scale: 4 };
    expect(one(money, '922337203685477.5807')).toBe('922337203685477.5807');
    expect(one(money, '-922337203685477.5808')).toBe('-922337203685477.5808');
    const smallMoney: ColumnType = { name: 'smallmoney', family: 'decimal', precision: 10, scale: 4 };
    expect(one(smallMoney, '-12.34')).toBe('-12.3400');
    const bigint: ColumnType = { name: 'bigint', family: 'integer' };
    for (const text of ['9007199254740993', '-9223372036854775808', '-5', '4294967296'])
      expect(one(bigint, text)).toBe(text);
  });

  it('of any decimal come back as they were', () => {
    const shape = fc
      .integer({ min: 1, max: 38 })
      .chain((precision) => fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: precision })));
    const number = shape.chain(([precision, scale]) =>
      fc.tuple(
        fc.constant({ name: 'decimal', family: 'decimal' as const, precision, scale }),
        fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
      ),
    );
    fc.assert(
      fc.property(number, ([type, value]) => {
        const digits = (value < 0n ? -value : value).toString().padStart(type.scale + 1, '0');
        const point = digits.length - type.scale;
        const text = `${value < 0n ? '-' : ''}${digits.slice(0, point)}${type.scale === 0 ? '' : `.${digits.slice(point)}`}`;
        expect(one(type, text)).toBe(text);
        expect(roundTrip([type], [[text]], undefined, true)).toEqual([[text]]);
      }),
    );
  });

  it('go to Babelfish as decimals of full width, and no more digits than their column takes', () => {
    const type: ColumnType = { name: 'decimal(4,2)', family: 'decimal', precision: 4, scale: 2 };
    const { precision, encoder } = bulkColumnOf(type, true);
    const out = Buffer.alloc(64);
    expect([precision, encoder.encode(Buffer.from('12.34'), 0, 5, out, 0), out[0]]).toEqual([38, 18, 17]);
    expect(out.readBigUInt64LE(2)).toBe(1234n);
    expect(() => encoder.encode(Buffer.from('123.45'), 0, 6, out, 0)).toThrow(UnloadableValueError);
  });

  it('of any moment come back as they were', () => {
    const day = fc
      .date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T00:00:00Z'),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString().slice(0, 10));
    const time = fc
      .tuple(fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 0, max: 9_999_999 }))
      .map(
        ([seconds, ticks]) =>
          `${new Date(seconds * 1000).toISOString().slice(11, 19)}.${String(ticks).padStart(7, '0')}`,
      );
    fc.assert(
      fc.property(day, time, (date, at) => {
        expect(one({ name: 'date', family: 'date' }, date)).toBe(date);
        expect(one({ name: 'time(7)', family: 'time' }, at)).toBe(at);
        expect(one({ name: 'datetime2(7)', family: 'timestamp' }, `${date} ${at}`)).toBe(`${date} ${at}`);
        expect(one({ name: 'datetime2(3)', family: 'timestamp' }, `${date} ${at}`)).toBe(
          `${date} ${at.slice(0, -4)}`,
        );
      }),
    );
  });

  it('keep the offset of a moment beside its time in UTC', () => {
    const type: ColumnType = { name: 'datetimeoffset(7)', family: 'timestamp' };
    for (const text of ['2026-01-01 01:00:00.0000001 +02:00', '1999-12-31 23:30:00.1000000 -03:30'])
      expect(one(type, text)).toBe(text);
    expect(one(type, '2026-01-01T00:00:00Z')).toBe('2026-01-01 00:00:00.0000000 +00:00');
  });

  it('of the older types keep what these can hold', () => {
    const datetime: ColumnType = { name: 'datetime', family: 'timestamp' };
    expect(one(datetime, '2026-02-03 04:05:06.007')).toBe('2026-02-03 04:05:06.007');
    expect(one(datetime, '1753-01-01 23:59:59.999')).toBe('1753-01-02 00:00:00.000');
    const small: ColumnType = { name: 'smalldatetime', family: 'timestamp' };
    expect(one(small, '2026-02-03 04:05:00')).toBe('2026-02-03 04:05:00.000');
  });

  it('of bits, GUIDs, floats and bytes are what they say', () => {
    expect(one({ name: 'bit', family: 'boolean' }, 't')).toBe('1');
    const guid = '0f8fad5b-d9cb-469f-a165-70867728950e';
    expect(one({ name: 'uniqueidentifier', family: 'uuid' }, guid.toUpperCase())).toBe(guid);
    expect(one({ name: 'float', family: 'float' }, '0.1')).toBe('0.1');
    expect(one({ name: 'varbinary(max)', family: 'binary' }, '\\x00ff10')).toBe('00ff10');
    expect(one({ name: 'varbinary(8)', family: 'binary' }, '\\x')).toBe('');
    expect(one({ name: 'hierarchyid', family: 'other' }, '\\x5ac0')).toBe('5ac0');
  });

  it('of an alias type travel as the type under it', () => {
    const domain = { name: 'dbo.amount', base: 'decimal(9,2)', notNull: false, checks: [] };
    const type: ColumnType = { name: 'dbo.amount', family: 'decimal', precision: 9, scale: 2, domain };
    expect(one(type, '12.50')).toBe('12.50');
  });

  it.each([
    [{ name: 'int', family: 'integer' }, '2147483648'],
    [{ name: 'tinyint', family: 'integer' }, '-1'],
    [{ name: 'bigint', family: 'integer' }, 'many'],
    [{ name: 'bigint', family: 'integer' }, '9223372036854775808'],
    [{ name: 'bit', family: 'boolean' }, 'perhaps'],
    [{ name: 'date', family: 'date' }, '2026-13-01'],
    [{ name: 'date', family: 'date' }, '2026-02-29'],
    [{ name: 'date', family: 'date' }, 'soon'],
    [{ name: 'smalldatetime', family: 'timestamp' }, '2079-06-07 00:00'],
    [{ name: 'decimal(9,2)', family: 'decimal', precision: 9, scale: 2 }, ''],
    [{ name: 'decimal(9,2)', family: 'decimal', precision: 9, scale: 2 }, '0.001'],
    [{ name: 'decimal(9,2)', family: 'decimal', precision: 9, scale: 2 }, '10000000.00'],
    [{ name: 'smallmoney', family: 'decimal', precision: 10, scale: 4 }, '214748.3648'],
    [{ name: 'datetime2(7)', family: 'timestamp' }, '2026-02-30T25:00'],
    [{ name: 'datetime2(7)', family: 'timestamp' }, '2026-02-03 04:05:06 and more'],
    [{ name: 'uniqueidentifier', family: 'uuid' }, 'not-a-guid'],
    [{ name: 'varbinary(max)', family: 'binary' }, 'abc'],
    [{ name: 'varbinary(max)', family: 'binary' }, '\\xzz'],
  ] as const)('of type %j refuse what is no value of it, without telling it', (type, text) => {
    expect(() => one(type, text)).toThrow(UnloadableValueError);
    if (text.length > 2) expect(() => one(type, text)).not.toThrow(text);
  });
});
