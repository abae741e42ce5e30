import fc from 'fast-check';
import {
  dateOf,
  daysOf,
  isPlainDay,
  readPlainDay,
  writeDate,
  writePlainDay,
} from '../../src/domain/masking/dates.js';
import { mask, maskOne } from './masking.js';

const day = 86_400_000;
const daysBetween = (a: string, b: string) => (Date.parse(b) - Date.parse(a)) / day;

describe('days written without objects', () => {
  it('are those that the calendar writes, and are read back', () => {
    const first = daysOf(1000, 1, 1);
    const last = daysOf(9999, 12, 31);
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), (day) => {
        const [plain, calendar] = [new Uint8Array(10), new Uint8Array(10)];
        expect(isPlainDay(day)).toBe(true);
        writePlainDay(plain, 0, day);
        writeDate(calendar, 0, dateOf(day));
        expect(plain).toEqual(calendar);
        expect(readPlainDay(plain, 0, 10)).toBe(dateOf(day).day > 28 ? undefined : day);
      }),
    );
    expect([first - 1, last + 1].map(isPlainDay)).toEqual([false, false]);
  });
});

describe('dates', () => {
  it('count as the calendar does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3_000_000, max: 100_000_000 }), (days) => {
        const { year, month, day } = dateOf(days);
        expect(daysOf(year, month, day)).toBe(days);
      }),
    );
    expect(daysOf(1970, 1, 1)).toBe(0);
    expect(dateOf(-719_528)).toEqual({ year: 0, month: 1, day: 1 });
  });

  it('move by at least one day and at most as many as asked', () => {
    const dates = Array.from({ length: 500 }, (_, i) => new Date(i * 9 * day).toISOString().slice(0, 10));
    mask('date-shift', dates, { options: { days: 5 } }).forEach((standIn, i) => {
      const moved = Math.abs(daysBetween(dates[i], standIn!));
      expect(moved).toBeGreaterThanOrEqual(1);
      expect(moved).toBeLessThanOrEqual(5);
    });
  });

  it('of one person move together, in columns of dates and of timestamps, whatever the domain', () => {
    const companions = { person: ['7', '7', '8', null] };
    const dates = ['2024-01-01', '2024-03-01', '2024-01-01', '2024-01-01'];
    const shifted = mask('date-shift', dates, {
      options: { per: 'person' },
      companions,
      domain: 'date-of-birth',
    });
    expect(daysBetween(shifted[0]!, shifted[1]!)).toBe(daysBetween(dates[0], dates[1]));
    const timestamps = dates.map((date) => `${date} 10:11:12.345678+02`);
    const moved = mask('date-shift', timestamps, { options: { per: 'person' }, companions, domain: 'visit' });
    expect(moved.slice(0, 3)).toEqual(shifted.slice(0, 3).map((date) => `${date} 10:11:12.345678+02`));
    expect(shifted[2]).not.toBe(shifted[0]);
    expect(shifted[3]).not.toBe(dates[3]);
  });

  it('outside the usual pass safely', () => {
    expect(maskOne('date-shift', 'infinity')).toBe('infinity');
    expect(maskOne('date-shift', '-infinity')).toBe('-infinity');
    expect(maskOne('date-shift', '0044-03-15 BC')).toMatch(/^004[3-5]-\d\d-\d\d BC$/);
    expect(maskOne('date-shift', '294276-12-31')).toMatch(/^294276-\d\d-\d\d$/);
    expect(maskOne('date-shift', '4713-01-02 BC')).toMatch(/^4713-\d\d-\d\d BC$/);
    expect(maskOne('date-shift', 'on Tuesday')).toMatch(/^19(69|70)-\d\d-\d\d$/);
    expect(maskOne('date-shift', '2024-01-01 secret')).toMatch(/^19(69|70)-\d\d-\d\d$/);
  });

  it('are cut to month, quarter and year', () => {
    const cut = (value: string, to: string) => maskOne('generalise-date', value, { options: { to } });
    expect(cut('1987-05-17', 'year')).toBe('1987-01-01');
    expect(cut('1987-05-17', 'quarter')).toBe('1987-04-01');
    expect(cut('1987-05-17 10:11:12.5+02', 'month')).toBe('1987-05-01 00:00:00.0+02');
    expect(cut('infinity', 'year')).toBe('infinity');
    expect(cut('0044-03-15 BC', 'year')).toBe('0044-01-01 BC');
  });
});

describe('numbers', () => {
  const decimals = fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(4))
    .map(([unscaled, scale]) => {
      const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
      const point = digits.length - scale;
      const sign = unscaled < 0n ? '-' : '';
      return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
    });

  it('move by no more than the share; sign, zero, places and width stay', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        const standIn = maskOne('number-noise', value, { options: { share: 0.2 } });
        const scale = (text: string) => text.split('.')[1]?.length ?? 0;
        const unscaled = (text: string) => BigInt(text.replace('.', ''));
        expect(standIn).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?$/);
        expect(scale(standIn)).toBe(scale(value));
        expect(standIn.length).toBeLessThanOrEqual(value.length);
        const before = unscaled(value);
        const after = unscaled(standIn);
        if (before === 0n) {
          expect(after).toBe(0n);
          return;
        }
        expect(after).not.toBe(before);
        expect(after < 0n).toBe(before < 0n);
        const moved = after > before ? after - before : before - after;
        const size = before < 0n ? -before : before;
        expect(moved <= size / 5n + 1n).toBe(true);
        return undefined;
      }),
      { numRuns: 300 },
    );
  });

  it('fit the type they came from', () => {
    for (const [name, most] of [
      ['integer', 2_147_483_647],
      ['smallint', 32_767],
      ['bigint', Number('9223372036854775807')],
    ] as const) {
      const type = { name, family: 'integer' } as const;
      const values = Array.from({ length: 200 }, (_, i) => String(BigInt(most) - 1025n - BigInt(i)));
      for (const standIn of mask('number-noise', values, { type }))
        expect(Number(standIn)).toBeLessThanOrEqual(most);
    }
    expect(Number(maskOne('number-noise', '999.99'))).toBeLessThan(999.99);
  });

  it('of no size stay, and texts become zero', () => {
    expect(mask('number-noise', ['NaN', 'Infinity', '-Infinity', '0', '0.00', 'much'])).toEqual([
      'NaN',
      'Infinity',
      '-Infinity',
      '0',
      '0.00',
      '0',
    ]);
  });

  it('go into buckets', () => {
    expect(maskOne('number-bucket', '1234.56', { options: { size: 100 } })).toBe('1200');
    expect(maskOne('number-bucket', '-1', { options: { size: 100 } })).toBe('-100');
    expect(maskOne('number-bucket', '37', { options: { as: 'range' } })).toBe('30-39');
    expect(maskOne('number-bucket', '1.5e3', { options: { size: 1000 } })).toBe('1000');
  });

  it('of ages go into bands', () => {
    expect(mask('generalise-age', ['37', '93', '3', 'old'])).toEqual(['35-39', '90+', '0-4', 'unknown']);
    const type = { name: 'integer', family: 'integer' } as const;
    expect(mask('generalise-age', ['37', '93', 'old'], { type })).toEqual(['35', '90', '0']);
  });
});

describe('labels', () => {
  const type = { name: 'mood', family: 'enum', labels: ['happy', 'sad', 'angry'] } as const;

  it('become another of the set', () => {
    mask('pick-label', [...type.labels], { type }).forEach((standIn, i) => {
      expect(type.labels).toContain(standIn);
      expect(standIn).not.toBe(type.labels[i]);
    });
  });

  it('differ from person to person where a key is named', () => {
    const people = Array.from({ length: 40 }, (_, i) => String(i));
    const labels = mask(
      'pick-label',
      people.map(() => 'sad'),
      { type, options: { per: 'id' }, companions: { id: people } },
    );
    expect(new Set(labels)).toEqual(new Set(['happy', 'angry']));
  });
});
