import {
  appendInt32,
  appendInt64,
  asciiOf,
  type BinaryCodec,
  buffered,
  NotRepresentableError,
} from './binary-codec.js';

/** Days from 1970-01-01 to PostgreSQL's epoch, 2000-01-01. */
const EPOCH_DAYS = 10_957;

const MICROS_PER_DAY = 86_400_000_000n;

const INFINITE_DATE = 0x7fffffff;
const MINUS_INFINITE_DATE = -0x80000000;
const INFINITE_TIME = 0x7fffffffffffffffn;
const MINUS_INFINITE_TIME = -0x8000000000000000n;

/** `date`: days since 2000-01-01. */
export const dateCodec: BinaryCodec = {
  decode(bytes, start, _end, into) {
    const days = buffered(bytes).readInt32BE(start);
    if (days === INFINITE_DATE) into.appendText('infinity');
    else if (days === MINUS_INFINITE_DATE) into.appendText('-infinity');
    else {
      const [year, rest] = printDay(days);
      into.appendText(year <= 0 ? `${printYear(1 - year)}${rest} BC` : `${printYear(year)}${rest}`);
    }
  },
  encode(bytes, start, end, into) {
    const text = asciiOf(bytes, start, end);
    if (text === 'infinity') appendInt32(into, INFINITE_DATE);
    else if (text === '-infinity') appendInt32(into, MINUS_INFINITE_DATE);
    else {
      const [, year, month, day, era] = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/.exec(text) ?? [];
      if (year === undefined) throw new NotRepresentableError('date');
      appendInt32(into, parseDay(Number(year), Number(month), Number(day), era !== undefined));
    }
  },
};

/** `timestamp` and `timestamptz`, printed in UTC: microseconds since 2000-01-01. */
export function timestampCodec(zone: '' | '+00'): BinaryCodec {
  return {
    decode(bytes, start, _end, into) {
      const micros = buffered(bytes).readBigInt64BE(start);
      into.appendText(printTimestamp(micros, zone));
    },
    encode(bytes, start, end, into) {
      appendInt64(into, parseTimestamp(asciiOf(bytes, start, end), zone));
    },
  };
}

function printTimestamp(micros: bigint, zone: string): string {
  if (micros === INFINITE_TIME) return 'infinity';
  if (micros === MINUS_INFINITE_TIME) return '-infinity';
  const inDay = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const [year, rest] = printDay(Number((micros - inDay) / MICROS_PER_DAY));
  const seconds = Number(inDay / 1_000_000n);
  const fraction = Number(inDay % 1_000_000n);
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => two(Math.floor(part)))
    .join(':');
  const digits = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  const era = year <= 0 ? ' BC' : '';
  return `${printYear(year <= 0 ? 1 - year : year)}${rest} ${clock}${digits}${zone}${era}`;
}

function parseTimestamp(text: string, zone: string): bigint {
  if (text === 'infinity') return INFINITE_TIME;
  if (text === '-infinity') return MINUS_INFINITE_TIME;
  const match = /^(\d{4,7})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(\+00)?( BC)?$/.exec(text);
  if (!match || (match[8] ?? '') !== zone) throw new NotRepresentableError('timestamp');
  const days = parseDay(Number(match[1]), Number(match[2]), Number(match[3]), match[9] !== undefined);
  const seconds = Number(match[4]) * 3600 + Number(match[5]) * 60 + Number(match[6]);
  const fraction = BigInt((match[7] ?? '').padEnd(6, '0'));
  return BigInt(days) * MICROS_PER_DAY + BigInt(seconds) * 1_000_000n + fraction;
}

/** Year (0 is 1 BC) and `-MM-DD`. Algorithm: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
function printDay(days: number): [year: number, rest: string] {
  const z = days + EPOCH_DAYS + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [year, `-${two(month)}-${two(day)}`];
}

function parseDay(year: number, month: number, day: number, beforeChrist: boolean): number {
  const proleptic = beforeChrist ? 1 - year : year;
  const y = month <= 2 ? proleptic - 1 : proleptic;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468 - EPOCH_DAYS;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function printYear(year: number): string {
  return String(year).padStart(4, '0');
}
