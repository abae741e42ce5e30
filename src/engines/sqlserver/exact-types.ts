import { TYPES } from 'tedious';

/**
 * Types of the wire whose values JavaScript numbers and dates would round: decimals of up to 38 digits,
 * money, and moments with an offset of their own. Their values are integers counted in the smallest unit.
 * Layouts: MS-TDS 2.2.5.5.1 (fixed-length and numeric types) and 2.2.5.5.1.8 (dates and times).
 */
type DriverType = (typeof TYPES)[keyof typeof TYPES];

/** A moment: 100-nanosecond steps since midnight UTC, days since 0001-01-01, minutes east of UTC. */
export interface OffsetMoment {
  readonly ticks: bigint;
  readonly days: number;
  readonly offsetMinutes: number;
}

const FULL_SCALE = 7;

/** Unscaled integers: 12.50 as decimal(9,2) is 1250n. */
export const exactDecimal: DriverType = {
  ...TYPES.Decimal,
  validate: (value: unknown) => value,
  writeValue(buffer, { value, precision }) {
    if (typeof value !== 'bigint') {
      buffer.writeUInt8(0);
      return;
    }
    const bytes = decimalBytes(precision ?? 38);
    buffer.writeUInt8(1 + bytes);
    buffer.writeUInt8(value < 0n ? 0 : 1);
    buffer.writeBuffer(littleEndian(value < 0n ? -value : value, bytes));
  },
};

/** Ten-thousandths. */
export const exactMoney: DriverType = {
  ...TYPES.Money,
  validate: (value: unknown) => value,
  writeValue(buffer, { value }) {
    if (typeof value !== 'bigint') {
      buffer.writeUInt8(0);
      return;
    }
    buffer.writeUInt8(8);
    buffer.writeInt32LE(Number(BigInt.asIntN(32, value >> 32n)));
    buffer.writeInt32LE(Number(BigInt.asIntN(32, value)));
  },
};

/** `OffsetMoment`s; the driver's own type knows the offset of this machine alone. */
export const exactDateTimeOffset: DriverType = {
  ...TYPES.DateTimeOffset,
  validate: (value: unknown) => value,
  writeValue(buffer, { value, scale }) {
    const moment = value as OffsetMoment | null;
    if (moment === null) {
      buffer.writeUInt8(0);
      return;
    }
    const places = scale ?? FULL_SCALE;
    const timeBytes = places <= 2 ? 3 : places <= 4 ? 4 : 5;
    buffer.writeUInt8(timeBytes + 5);
    buffer.writeBuffer(littleEndian(moment.ticks / 10n ** BigInt(FULL_SCALE - places), timeBytes));
    buffer.writeBuffer(littleEndian(BigInt(moment.days), 3));
    buffer.writeInt16LE(moment.offsetMinutes);
  },
};

function decimalBytes(precision: number): number {
  if (precision <= 9) return 4;
  if (precision <= 19) return 8;
  return precision <= 28 ? 12 : 16;
}

function littleEndian(value: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let rest = value;
  for (let i = 0; i < length; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}
