import { type FieldEncoder, noBytes, UnloadableValueError } from './field-encoder.js';

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;

/** Digits that a JavaScript number holds exactly. */
const EXACT_DIGITS = 15;

const TWO_TO_32 = 2 ** 32;

/** tinyint, smallint and int, little-endian. */
export function encodeInteger(type: 'tinyint' | 'smallint' | 'int'): FieldEncoder {
  const size = { tinyint: 1, smallint: 2, int: 4 }[type];
  const [least, most] = size === 1 ? [0, 255] : [-(2 ** (8 * size - 1)), 2 ** (8 * size - 1) - 1];
  return {
    nothing: noBytes,
    encode(bytes, from, to, out, at) {
      const value = smallInteger(bytes, from, to);
      if (!(value >= least && value <= most)) throw new UnloadableValueError(type);
      out[at] = size;
      for (let i = 1, rest = value; i <= size; i++, rest >>= 8) out[at + i] = rest;
      return at + 1 + size;
    },
  };
}

export const encodeBigInt: FieldEncoder = {
  nothing: noBytes,
  encode(bytes, from, to, out, at) {
    out[at] = 8;
    const value = smallInteger(bytes, from, to);
    if (Number.isNaN(value)) {
      const exact = wholeNumber(bytes, from, to, 'bigint');
      if (exact !== BigInt.asIntN(64, exact)) throw new UnloadableValueError('bigint');
      out.writeBigInt64LE(exact, at + 1);
    } else {
      const high = Math.floor(value / TWO_TO_32);
      out.writeUInt32LE(value - high * TWO_TO_32, at + 1);
      out.writeInt32LE(high, at + 5);
    }
    return at + 9;
  },
};

/** A number of up to 15 digits, exactly; NaN for anything else. */
function smallInteger(bytes: Buffer, from: number, to: number): number {
  const isNegative = bytes[from] === MINUS;
  const start = isNegative ? from + 1 : from;
  if (to === start || to - start > EXACT_DIGITS) return NaN;
  let value = 0;
  for (let i = start; i < to; i++) {
    const digit = bytes[i] - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}

function wholeNumber(bytes: Buffer, from: number, to: number, type: string): bigint {
  const text = bytes.toString('latin1', from, to);
  if (!/^-?\d{1,40}$/.test(text)) throw new UnloadableValueError(type);
  return BigInt(text);
}

/**
 * A sign, and the digits as one number of `size` bytes, whatever its scale.
 * @param declared precision that the wire was told of, where it is not the column's: the bytes go by it
 */
export function encodeDecimal(
  precision: number,
  scale: number,
  type: string,
  declared = precision,
): FieldEncoder {
  const size = declared <= 9 ? 4 : declared <= 19 ? 8 : declared <= 28 ? 12 : 16;
  const limit = 10n ** BigInt(precision);
  return {
    nothing: noBytes,
    encode(bytes, from, to, out, at) {
      const isNegative = bytes[from] === MINUS;
      const value = unscaled(bytes, from, to, scale, type);
      out[at] = 1 + size;
      out[at + 1] = isNegative ? 0 : 1;
      if (typeof value === 'number') {
        if (value >= Number(limit)) throw new UnloadableValueError(type);
        writeWhole(value, out, at + 2, size);
      } else {
        if (value >= limit) throw new UnloadableValueError(type);
        writeBig(value, out, at + 2, size);
      }
      return at + 2 + size;
    },
  };
}

/** Ten-thousandths: 64 bits with the higher half first, or 32. */
export function encodeMoney(type: 'money' | 'smallmoney'): FieldEncoder {
  const bits = type === 'money' ? 64 : 32;
  return {
    nothing: noBytes,
    encode(bytes, from, to, out, at) {
      const magnitude = BigInt(unscaled(bytes, from, to, 4, type));
      const value = bytes[from] === MINUS ? -magnitude : magnitude;
      if (value !== BigInt.asIntN(bits, value)) throw new UnloadableValueError(type);
      out[at] = bits / 8;
      if (bits === 64) out.writeInt32LE(Number(value >> 32n), at + 1);
      out.writeInt32LE(Number(BigInt.asIntN(32, value)), at + bits / 8 - 3);
      return at + 1 + bits / 8;
    },
  };
}

/** The digits of 12.5 with two places as 1250; as a number where that is exact. */
function unscaled(bytes: Buffer, from: number, to: number, scale: number, type: string): number | bigint {
  let i = bytes[from] === MINUS || bytes[from] === PLUS ? from + 1 : from;
  const start = i;
  let digits = 0;
  let places = -1;
  let value = 0;
  for (; i < to; i++) {
    const byte = bytes[i];
    if (byte === POINT && places < 0) {
      places = 0;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9) throw new UnloadableValueError(type);
    if (places >= scale) {
      // Further places may only be zeros: a column never rounds here.
      if (digit !== 0) throw new UnloadableValueError(type);
      continue;
    }
    if (places >= 0) places++;
    digits++;
    value = value * 10 + digit;
  }
  if (digits === 0) throw new UnloadableValueError(type);
  const missing = scale - Math.max(places, 0);
  if (digits + missing <= EXACT_DIGITS) return value * 10 ** missing;
  return unscaledBig(bytes.toString('latin1', start, to), scale);
}

function unscaledBig(text: string, scale: number): bigint {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
}

function writeWhole(value: number, out: Buffer, at: number, size: number): void {
  const high = Math.floor(value / TWO_TO_32);
  out.writeUInt32LE(value - high * TWO_TO_32, at);
  if (size >= 8) out.writeUInt32LE(high, at + 4);
  for (let i = 8; i < size; i++) out[at + i] = 0;
}

function writeBig(value: bigint, out: Buffer, at: number, size: number): void {
  for (let i = 0, rest = value; i < size; i += 4, rest >>= 32n)
    out.writeUInt32LE(Number(rest & 0xffff_ffffn), at + i);
}

export function encodeFloat(type: 'real' | 'float'): FieldEncoder {
  return {
    nothing: noBytes,
    encode(bytes, from, to, out, at) {
      const text = bytes.toString('latin1', from, to);
      const value = Number(text);
      if (text.trim() === '' || !Number.isFinite(value)) throw new UnloadableValueError(type);
      out[at] = type === 'real' ? 4 : 8;
      return type === 'real' ? out.writeFloatLE(value, at + 1) : out.writeDoubleLE(value, at + 1);
    },
  };
}

/** `t`, `f` and what means the same. */
export const encodeBit: FieldEncoder = {
  nothing: noBytes,
  encode(bytes, from, to, out, at) {
    const text = bytes.toString('latin1', from, to);
    const truth = text === 't' || text === '1' || text === 'true';
    if (!truth && text !== 'f' && text !== '0' && text !== 'false') throw new UnloadableValueError('bit');
    out[at] = 1;
    out[at + 1] = truth ? 1 : 0;
    return at + 2;
  },
};
