import type { ValueBatchWriter } from '../../../masking/value-batch.js';
import { appendBinary, asciiOf, type FieldCodec } from './field-codec.js';

/** Days from 1970-01-01, where we count from, to 2000-01-01, where PostgreSQL does. */
const EPOCH_DAYS = 10_957;
const DAY_MICROSECONDS = 86_400_000_000n;
const DATE_INFINITY = 0x7fffffff;
const DATE_NEGATIVE_INFINITY = -0x80000000;
/** 1000-01-01 and 9999-12-31. */
const FIRST_PLAIN_DAY = -365_242;
const LAST_PLAIN_DAY = 2_921_939;
const HYPHEN = 0x2d;
const DIGIT_0 = 0x30;
const TIMESTAMP_INFINITY = 0x7fffffffffffffffn;
const TIMESTAMP_NEGATIVE_INFINITY = -0x8000000000000000n;

const datePattern = /^(\d{4,7})-(\d{1,2})-(\d{1,2})( BC)?$/;
const timestampPattern =
  /^(\d{4,7})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?( BC)?$/;

/** date: days since 2000-01-01, 32 bits. */
export const dateCodec: FieldCodec = {
  decode(bytes, from, _to, output) {
    const days = bytes.readInt32BE(from);
    if (days === DATE_INFINITY) output.appendText('infinity');
    else if (days === DATE_NEGATIVE_INFINITY) output.appendText('-infinity');
    else if (!appendPlainDate(days, output)) {
      const { text, era } = printedDay(days);
      output.appendText(text + era);
    }
  },
  encode(bytes, from, to, output) {
    const days = readPlainDate(bytes, from, to) ?? readDate(asciiOf(bytes, from, to).trim());
    if (days === undefined) return false;
    const at = output.reserve(4);
    const target = output.bytes;
    target[at] = days >> 24;
    target[at + 1] = days >> 16;
    target[at + 2] = days >> 8;
    target[at + 3] = days;
    output.finish(at + 4);
    return true;
  },
};

/** timestamp: microseconds since 2000-01-01, 64 bits; a zone in the text is passed over, as the server does. */
export const timestampCodec = timestampCodecWith('', () => 0n);

/** timestamptz: the same in UTC, which is how sessions that copy print it. */
export const zonedTimestampCodec = timestampCodecWith('+00', (zone) => {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!match) return 0n;
  const minutes = BigInt(match[2]) * 60n + BigInt(match[3] ?? 0);
  return (match[1] === '-' ? -minutes : minutes) * 60_000_000n;
});

function timestampCodecWith(printedZone: string, offsetOf: (zone: string) => bigint): FieldCodec {
  return {
    decode(bytes, from, _to, output) {
      const value = bytes.readBigInt64BE(from);
      if (value === TIMESTAMP_INFINITY) output.appendText('infinity');
      else if (value === TIMESTAMP_NEGATIVE_INFINITY) output.appendText('-infinity');
      else output.appendText(printedTimestamp(value, printedZone));
    },
    encode(bytes, from, to, output) {
      const value = readTimestamp(asciiOf(bytes, from, to).trim(), offsetOf);
      if (value === undefined) return false;
      appendBinary(output, 8, (view, at) => view.writeBigInt64BE(value, at));
      return true;
    },
  };
}

function printedTimestamp(value: bigint, zone: string): string {
  const timeOfDay = ((value % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS;
  const { text, era } = printedDay(Number((value - timeOfDay) / DAY_MICROSECONDS));
  const micros = Number(timeOfDay);
  const seconds = Math.floor(micros / 1_000_000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const point = fraction === '' ? '' : `.${fraction}`;
  return `${text} ${clock.map(twoDigits).join(':')}${point}${zone}${era}`;
}

/** The same the other way: false, with nothing written, for a year of other than four digits. */
function appendPlainDate(days: number, output: ValueBatchWriter): boolean {
  if (days < FIRST_PLAIN_DAY || days > LAST_PLAIN_DAY) return false;
  const [year, month, day] = civilOfDays(days + EPOCH_DAYS);
  const at = output.reserve(10);
  const { bytes } = output;
  const century = (year / 100) | 0;
  writeTwoDigits(bytes, at, century);
  writeTwoDigits(bytes, at + 2, year - century * 100);
  bytes[at + 4] = HYPHEN;
  writeTwoDigits(bytes, at + 5, month);
  bytes[at + 7] = HYPHEN;
  writeTwoDigits(bytes, at + 8, day);
  output.finish(at + 10);
  return true;
}

function writeTwoDigits(bytes: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  bytes[at] = DIGIT_0 + tens;
  bytes[at + 1] = DIGIT_0 + value - tens * 10;
}

/** `YYYY-MM-DD`, which nearly all dates are, without making a text of it; undefined for any other form. */
function readPlainDate(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (to - from !== 10 || bytes[from + 4] !== HYPHEN || bytes[from + 7] !== HYPHEN) return undefined;
  const year = numberOf(bytes, from, 4);
  const month = numberOf(bytes, from + 5, 2);
  const day = numberOf(bytes, from + 8, 2);
  // The 29th and later are left to who knows the months.
  if (!(year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return undefined;
  return daysOfCivil(year, month, day) - EPOCH_DAYS;
}

/** NaN where a byte is no digit. */
function numberOf(bytes: Uint8Array, from: number, digits: number): number {
  let value = 0;
  for (let i = from; i < from + digits; i++) {
    const digit = bytes[i] - DIGIT_0;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

function readDate(text: string): number | undefined {
  if (text === 'infinity') return DATE_INFINITY;
  if (text === '-infinity') return DATE_NEGATIVE_INFINITY;
  const match = datePattern.exec(text);
  return match ? dayOf(match[1], match[2], match[3], match[4]) : undefined;
}

function readTimestamp(text: string, offsetOf: (zone: string) => bigint): bigint | undefined {
  if (text === 'infinity') return TIMESTAMP_INFINITY;
  if (text === '-infinity') return TIMESTAMP_NEGATIVE_INFINITY;
  const match = timestampPattern.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = '', era] = match;
  const days = dayOf(year, month, day, era);
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = BigInt(hour) * 3600n + BigInt(minute) * 60n + BigInt(second);
  const micros = seconds * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  return BigInt(days) * DAY_MICROSECONDS + micros - offsetOf(zone);
}

/** Days since 2000-01-01 of a day that exists in the proleptic Gregorian calendar. */
function dayOf(year: string, month: string, day: string, era: string | undefined): number | undefined {
  if (Number(year) === 0) return undefined;
  const astronomical = era === undefined ? Number(year) : 1 - Number(year);
  const days = daysOfCivil(astronomical, Number(month), Number(day));
  const [y, m, d] = civilOfDays(days);
  if (y !== astronomical || m !== Number(month) || d !== Number(day)) return undefined;
  return days - EPOCH_DAYS;
}

function printedDay(days: number): { readonly text: string; readonly era: string } {
  const [year, month, day] = civilOfDays(days + EPOCH_DAYS);
  const shown = year > 0 ? year : 1 - year;
  const text = `${String(shown).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
  return { text, era: year > 0 ? '' : ' BC' };
}

/** Days since 1970-01-01; Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
function daysOfCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse: civil_from_days. */
function civilOfDays(days: number): readonly [year: number, month: number, day: number] {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
