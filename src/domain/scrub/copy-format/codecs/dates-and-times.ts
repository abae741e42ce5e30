import type { ValueBatchWriter } from '../../../masking/value-batch.js';
import { dateOf, daysOf, isPlainDay, readPlainDay, writePlainDay } from '../../../masking/dates.js';
import { appendBinary, asciiOf, type FieldCodec } from './field-codec.js';

/** Days from 1970-01-01, where we count from, to 2000-01-01, where PostgreSQL does. */
const EPOCH_DAYS = 10_957;
const DAY_MICROSECONDS = 86_400_000_000n;
const DATE_INFINITY = 0x7fffffff;
const DATE_NEGATIVE_INFINITY = -0x80000000;
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
    const plain = readPlainDay(bytes, from, to);
    const days = plain === undefined ? readDate(asciiOf(bytes, from, to).trim()) : plain - EPOCH_DAYS;
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

/** False, with nothing written, for a year of other than four digits. */
function appendPlainDate(days: number, output: ValueBatchWriter): boolean {
  if (!isPlainDay(days + EPOCH_DAYS)) return false;
  const at = output.reserve(10);
  output.finish(writePlainDay(output.bytes, at, days + EPOCH_DAYS));
  return true;
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
  const days = daysOf(astronomical, Number(month), Number(day));
  const found = dateOf(days);
  if (found.year !== astronomical || found.month !== Number(month) || found.day !== Number(day))
    return undefined;
  return days - EPOCH_DAYS;
}

function printedDay(days: number): { readonly text: string; readonly era: string } {
  const { year, month, day } = dateOf(days + EPOCH_DAYS);
  const shown = year > 0 ? year : 1 - year;
  const text = `${String(shown).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
  return { text, era: year > 0 ? '' : ' BC' };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
