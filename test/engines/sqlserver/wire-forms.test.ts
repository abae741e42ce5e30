import fc from 'fast-check';
import type { ColumnType } from '../../../src/domain/catalog/column-type.js';
import { wireFormOf } from '../../../src/engines/sqlserver/wire-forms.js';

const form = (type: ColumnType) => wireFormOf({ name: 'c', ordinal: 1, type, nullable: true }, 'native');

describe('values of SQL Server as the driver has them', () => {
  it('keep every day of the calendar', () => {
    const { sql, textOf } = form({ name: 'date', family: 'date' });
    expect(sql).toBe('t.[c]');
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const day = date.toISOString().slice(0, 10);
          expect(textOf(new Date(day))).toBe(day);
        },
      ),
    );
  });

  it.each([
    { name: 'decimal(12,2)', family: 'decimal', precision: 12, scale: 2 },
    { name: 'money', family: 'decimal' },
    { name: 'datetime2(3)', family: 'timestamp' },
    { name: 'datetimeoffset(7)', family: 'timestamp' },
    { name: 'time(7)', family: 'time' },
  ] as const)(
    'are asked for as text where the driver would round them or print them its own way: $name',
    (type) => {
      expect(form(type).sql).toContain('varchar');
    },
  );

  it.each([
    ['varchar(30)', 'cast(t.[c] as nvarchar(30))'],
    ['char(5)', 'cast(t.[c] as nvarchar(5))'],
    ['varchar(4000)', 'cast(t.[c] as nvarchar(4000))'],
    ['varchar(8000)', 't.[c]'],
    ['varchar(max)', 't.[c]'],
    ['nvarchar(30)', 't.[c]'],
    ['text', 't.[c]'],
  ])('travel in UTF-16 where the driver would have to look up a code page: %s', (name, sql) => {
    expect(form({ name, family: 'text' }).sql).toBe(sql);
  });

  it('are NULL where they are', () => {
    expect(form({ name: 'date', family: 'date' }).textOf(null)).toBeNull();
  });
});
