import { type FieldEncoder, noBytes, UnloadableValueError } from './field-encoder.js';

const ZERO = 0x30;
const HYPHEN = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const SPACE = 0x20;
const PLUS = 0x2b;

const DAYS_TO_1900 = 693_595;
const MINUTES_A_DAY = 1440;
const TICKS_A_SECOND = 10_000_000;
const TICKS_A_DAY = 86_400 * TICKS_A_SECOND;
const TWO_TO_32 = 2 ** 32;

/** What a text says of a moment; one object, written anew for every field. */
interface Moment {
  /** Since 0001-01-01, in the calendar that is in use today for all times. */
  days: number;
  /** 100-nanosecond steps since midnight. */
  ticks: number;
  offsetMinutes: number;
}

const moment: Moment = { days: 0, ticks: 0, offsetMinutes: 0 };

/** Types of moments, dates and times: MS-TDS 2.2.5.5.1.8. What a scale is too short for is cut off. */
export type MomentType = 'date' | 'time' | 'datetime2' | 'datetimeoffset' | 'datetime' | 'smalldatetime';

export function encodeMoment(type: MomentType, scale: number): FieldEncoder {
  const timeBytes = scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
  const step = 10 ** (7 - scale);
  const write = (out: Buffer, at: number): number => {
    const { days, ticks, offsetMinutes } = moment;
    switch (type) {
      case 'date':
        out[at] = 3;
        return writeUnsigned(days, out, at + 1, 3);
      case 'time':
        out[at] = timeBytes;
        return writeUnsigned(Math.floor(ticks / step), out, at + 1, timeBytes);
      case 'datetime2':
        out[at] = timeBytes + 3;
        return writeUnsigned(days, out, writeUnsigned(Math.floor(ticks / step), out, at + 1, timeBytes), 3);
      case 'datetimeoffset':
        return writeOffsetMoment(days, ticks, offsetMinutes, { out, at, timeBytes, step });
      case 'datetime':
        return writeDateTime(days, ticks, out, at);
      case 'smalldatetime':
        return writeSmallDateTime(days, ticks, out, at);
    }
  };
  return {
    nothing: noBytes,
    encode(bytes, from, to, out, at) {
      readMoment(bytes, from, to, type);
      return write(out, at);
    },
  };
}

/** The wire counts in UTC and keeps the offset beside it. */
function writeOffsetMoment(
  days: number,
  ticks: number,
  offsetMinutes: number,
  place: { readonly out: Buffer; readonly at: number; readonly timeBytes: number; readonly step: number },
): number {
  const { out, at, timeBytes, step } = place;
  const utc = ticks - offsetMinutes * 60 * TICKS_A_SECOND;
  const shift = Math.floor(utc / TICKS_A_DAY);
  out[at] = timeBytes + 5;
  const behindTime = writeUnsigned(Math.floor((utc - shift * TICKS_A_DAY) / step), out, at + 1, timeBytes);
  return out.writeInt16LE(offsetMinutes, writeUnsigned(days + shift, out, behindTime, 3));
}

/** Days since 1900 and steps of 1/300 s. */
function writeDateTime(days: number, ticks: number, out: Buffer, at: number): number {
  const steps = Math.round((ticks * 300) / TICKS_A_SECOND);
  const isNextDay = steps === 86_400 * 300;
  out[at] = 8;
  out.writeInt32LE(days - DAYS_TO_1900 + (isNextDay ? 1 : 0), at + 1);
  return out.writeUInt32LE(isNextDay ? 0 : steps, at + 5);
}

/** Days since 1900 and minutes, in 16 bits each. */
function writeSmallDateTime(days: number, ticks: number, out: Buffer, at: number): number {
  const minutes = Math.round(ticks / (60 * TICKS_A_SECOND));
  const since1900 = days - DAYS_TO_1900 + Math.floor(minutes / MINUTES_A_DAY);
  if (since1900 < 0 || since1900 > 0xffff) throw new UnloadableValueError('smalldatetime');
  out[at] = 4;
  out.writeUInt16LE(since1900, at + 1);
  return out.writeUInt16LE(minutes % MINUTES_A_DAY, at + 3);
}

function writeUnsigned(value: number, out: Buffer, at: number, size: number): number {
  const high = Math.floor(value / TWO_TO_32);
  let low = value - high * TWO_TO_32;
  for (let i = 0; i < Math.min(size, 4); i++, low = Math.floor(low / 256)) out[at + i] = low & 0xff;
  if (size === 5) out[at + 4] = high;
  return at + size;
}

/**
 * Reads `2026-01-02 03:04:05.1234567 +02:00`, or as much of it as the type has, into `moment`. A date
 * alone is midnight; a time alone is of 1900-01-01, as SQL Server has it.
 */
function readMoment(bytes: Buffer, from: number, to: number, type: MomentType): void {
  moment.days = DAYS_TO_1900;
  moment.ticks = 0;
  moment.offsetMinutes = 0;
  let at = from;
  if (bytes[from + 4] === HYPHEN) {
    moment.days = readDate(bytes, from, to, type);
    at = from + 10;
    if (at < to && (bytes[at] === SPACE || bytes[at] === 0x54)) at++;
  } else if (type === 'date') throw new UnloadableValueError(type);
  if (at < to) at = readTime(bytes, at, to, type);
  if (at < to) at = readOffset(bytes, at, to, type);
  if (at !== to || from === to) throw new UnloadableValueError(type);
}

function readDate(bytes: Buffer, at: number, to: number, type: MomentType): number {
  const year = digits(bytes, at, at + 4, to);
  const month = digits(bytes, at + 5, at + 7, to);
  const day = digits(bytes, at + 8, at + 10, to);
  const isDate = bytes[at + 7] === HYPHEN && year > 0 && month >= 1 && month <= 12 && day >= 1;
  if (!isDate || day > daysOfMonth(year, month)) throw new UnloadableValueError(type);
  return daysSinceYearOne(year, month, day);
}

/** `03:04`, `03:04:05`, `03:04:05.1234567`. */
function readTime(bytes: Buffer, from: number, to: number, type: MomentType): number {
  const hours = digits(bytes, from, from + 2, to);
  const minutes = bytes[from + 2] === COLON ? digits(bytes, from + 3, from + 5, to) : -1;
  let at = from + 5;
  let seconds = 0;
  let ticks = 0;
  if (at < to && bytes[at] === COLON) {
    seconds = digits(bytes, at + 1, at + 3, to);
    at += 3;
    if (at < to && bytes[at] === POINT) {
      const start = ++at;
      for (; at < to && bytes[at] >= ZERO && bytes[at] <= ZERO + 9; at++)
        if (at - start < 7) ticks = ticks * 10 + bytes[at] - ZERO;
      if (at === start) throw new UnloadableValueError(type);
      ticks *= 10 ** Math.max(0, 7 - (at - start));
    }
  }
  const isTime = hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60;
  if (!isTime) throw new UnloadableValueError(type);
  moment.ticks = ((hours * 60 + minutes) * 60 + seconds) * TICKS_A_SECOND + ticks;
  return at;
}

/** `Z`, `+02`, `+02:00`, ` -0330`; only a datetimeoffset keeps it. */
function readOffset(bytes: Buffer, from: number, to: number, type: MomentType): number {
  const at = bytes[from] === SPACE ? from + 1 : from;
  if (bytes[at] === 0x5a) return at + 1;
  const isWest = bytes[at] === HYPHEN;
  if (!isWest && bytes[at] !== PLUS) throw new UnloadableValueError(type);
  const hours = digits(bytes, at + 1, at + 3, to);
  let end = at + 3;
  let minutes = 0;
  if (end < to) {
    if (bytes[end] === COLON) end++;
    minutes = digits(bytes, end, end + 2, to);
    end += 2;
  }
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) throw new UnloadableValueError(type);
  moment.offsetMinutes = (isWest ? -1 : 1) * (hours * 60 + minutes);
  return end;
}

/** A number of digits, or -1 where something else stands or the field ends. */
function digits(bytes: Buffer, from: number, until: number, to: number): number {
  if (until > to) return -1;
  let value = 0;
  for (let i = from; i < until; i++) {
    const digit = bytes[i] - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Years that begin in March have their leap day at the end, so that months before it never shift. */
function daysSinceYearOne(year: number, month: number, day: number): number {
  const fromMarch = month > 2 ? year : year - 1;
  const months = (month + 9) % 12;
  const leaps = Math.floor(fromMarch / 4) - Math.floor(fromMarch / 100) + Math.floor(fromMarch / 400);
  return fromMarch * 365 + leaps + Math.floor((months * 153 + 2) / 5) + day - 307;
}
