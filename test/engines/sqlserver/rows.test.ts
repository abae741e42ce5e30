import fc from 'fast-check';
import type { ColumnType } from '../../../src/domain/catalog/column-type.js';
import { bulkColumnOf, UnloadableValueError } from '../../../src/engines/sqlserver/bulk-columns.js';
import { CopyTextReader, CopyTextWriter } from '../../../src/engines/sqlserver/copy-text.js';

const field = fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: null });

describe('rows of SQL Server as COPY text', () => {
  it('come back as they were, whatever stands in them and wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (rows, cut) => {
          const writer = new CopyTextWriter();
          const chunks = [...rows.map((row) => writer.push(row)), writer.end()].filter(
            (chunk) => chunk !== undefined,
          );
          const bytes = Buffer.concat(chunks);
          const reader = new CopyTextReader(3);
          const back: (readonly (string | null)[])[] = [];
          for (let at = 0; at < bytes.length; at += cut)
            back.push(...reader.push(bytes.subarray(at, at + cut)));
          expect(back).toEqual(rows);
          expect(reader.isComplete).toBe(true);
        },
      ),
    );
  });

  it('of a table without columns keep their number', () => {
    const writer = new CopyTextWriter();
    writer.push([]);
    writer.push([]);
    expect([...new CopyTextReader(0).push(writer.end()!)]).toHaveLength(2);
  });

  it('larger than a chunk are written whole', () => {
    const writer = new CopyTextWriter();
    const long = 'ä'.repeat(300_000);
    writer.push(['a', 'b', 'c']);
    const first = writer.push([long, null, 'x']);
    const bytes = Buffer.concat([first!, writer.end()!]);
    expect([...new CopyTextReader(3).push(bytes)]).toEqual([
      ['a', 'b', 'c'],
      [long, null, 'x'],
    ]);
  });
});

describe('fields on their way into a bulk load', () => {
  const load = (type: ColumnType, text: string) => bulkColumnOf(type).valueOf(text);

  it('count decimals and money in whole numbers, of any length', () => {
    const type: ColumnType = { name: 'decimal(38,10)', family: 'decimal', precision: 38, scale: 10 };
    expect(load(type, '1234567890123456789012345678.0123456789')).toBe(
      12345678901234567890123456780123456789n,
    );
    expect(load(type, '-0.5')).toBe(-5_000_000_000n);
    expect(load({ name: 'money', family: 'decimal', precision: 19, scale: 4 }, '922337203685477.5807')).toBe(
      2n ** 63n - 1n,
    );
    expect(load({ name: 'bigint', family: 'integer' }, '9007199254740993')).toBe('9007199254740993');
  });

  it('keep seven places of a second', () => {
    expect(load({ name: 'datetime2(7)', family: 'timestamp' }, '2026-01-02 03:04:05.1234567')).toMatchObject({
      nanosecondDelta: 0.0004567,
    });
  });

  it('keep the offset of a moment beside its time in UTC', () => {
    const type: ColumnType = { name: 'datetimeoffset(7)', family: 'timestamp' };
    expect(load(type, '2026-01-01 01:00:00.0000001 +02:00')).toEqual({
      ticks: 828_000_000_001n,
      days: 739_615,
      offsetMinutes: 120,
    });
  });

  it.each([
    [{ name: 'int', family: 'integer' }, '2147483648'],
    [{ name: 'tinyint', family: 'integer' }, '-1'],
    [{ name: 'bigint', family: 'integer' }, 'many'],
    [{ name: 'bit', family: 'boolean' }, 'perhaps'],
    [{ name: 'date', family: 'date' }, '2026-13-01'],
    [{ name: 'date', family: 'date' }, 'soon'],
    [{ name: 'decimal(9,2)', family: 'decimal', precision: 9, scale: 2 }, ''],
    [{ name: 'decimal(9,2)', family: 'decimal', precision: 9, scale: 2 }, '0.001'],
    [{ name: 'datetime2(7)', family: 'timestamp' }, '2026-02-30T25:00'],
    [{ name: 'uniqueidentifier', family: 'uuid' }, 'not-a-guid'],
    [{ name: 'varbinary(max)', family: 'binary' }, 'abc'],
  ] as const)('of type %j refuse what is no value of it, without telling it', (type, text) => {
    expect(() => load(type, text)).toThrow(UnloadableValueError);
    if (text.length > 2) expect(() => load(type, text)).not.toThrow(text);
  });
});
