import type { ByteCursor } from './byte-cursor.js';

/** How a column's values stand on the wire: MS-TDS 2.2.5.5. */
export interface WireType {
  /** The bytes of one value, without their length; null is NULL. */
  readonly take: (cursor: ByteCursor) => Buffer | null;
  readonly skip: (cursor: ByteCursor) => void;
  /** The value as SQL Server would print it. */
  readonly text: (bytes: Buffer) => string;
}

const NULL_LENGTH = 0xffff;
const MS_A_DAY = 86_400_000;
const YEAR_ONE_MS = -62_135_596_800_000;
const YEAR_1900_MS = -2_208_988_800_000;

/** Reads a type's description, which says how its values are read. */
export function readTypeOf(cursor: ByteCursor): WireType {
  const type = cursor.byte();
  switch (type) {
    case 0x26:
      cursor.skip(1);
      return short(integer);
    case 0x68:
      cursor.skip(1);
      return short((bytes) => bytes[0].toString());
    case 0x6d:
      cursor.skip(1);
      return short((bytes) => String(bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE()));
    case 0x6e:
      cursor.skip(1);
      return short((bytes) => scaled(money(bytes), 4));
    case 0x6a:
    case 0x6c: {
      cursor.skip(2);
      const scale = cursor.byte();
      return short((bytes) => scaled(signed(bytes), scale));
    }
    case 0x28:
      return short((bytes) => dateOf(bytes.readUIntLE(0, 3)));
    case 0x29: {
      const scale = cursor.byte();
      return short((bytes) => timeOf(bytes, scale));
    }
    case 0x2a: {
      const scale = cursor.byte();
      return short((bytes) => {
        const days = bytes.readUIntLE(bytes.length - 3, 3);
        return `${dateOf(days)} ${timeOf(bytes.subarray(0, -3), scale)}`;
      });
    }
    case 0x2b: {
      const scale = cursor.byte();
      return short((bytes) => offsetMoment(bytes, scale));
    }
    case 0x6f:
      cursor.skip(1);
      return short(dateTime);
    case 0x24:
      cursor.skip(1);
      return short(guid);
    case 0xe7: {
      const longest = cursor.uint16();
      cursor.skip(5);
      return long(longest, 'utf16le');
    }
    case 0xa5:
      return long(cursor.uint16(), 'hex');
    default:
      throw new Error(`the test server reads no type 0x${type.toString(16)}`);
  }
}

/** One byte of length, of which none is NULL. */
function short(text: WireType['text']): WireType {
  return {
    take: (cursor) => {
      const length = cursor.byte();
      return length === 0 ? null : cursor.take(length);
    },
    skip: (cursor) => cursor.skip(cursor.byte()),
    text,
  };
}

/** Two bytes of length; or, where there is no limit, chunks until an empty one. */
function long(longest: number, encoding: 'utf16le' | 'hex'): WireType {
  const text = (bytes: Buffer) => bytes.toString(encoding);
  if (longest === NULL_LENGTH) return { take: takeChunks, skip: (cursor) => void takeChunks(cursor), text };
  const take = (cursor: ByteCursor) => {
    const length = cursor.uint16();
    return length === NULL_LENGTH ? null : cursor.take(length);
  };
  return { take, skip: (cursor) => void take(cursor), text };
}

function takeChunks(cursor: ByteCursor): Buffer | null {
  if (cursor.take(8).every((byte) => byte === 0xff)) return null;
  const chunks: Buffer[] = [];
  for (let length = cursor.uint32(); length > 0; length = cursor.uint32()) chunks.push(cursor.take(length));
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

function integer(bytes: Buffer): string {
  if (bytes.length === 8) return bytes.readBigInt64LE().toString();
  return String(bytes.length === 1 ? bytes[0] : bytes.readIntLE(0, bytes.length));
}

function money(bytes: Buffer): bigint {
  if (bytes.length === 4) return BigInt(bytes.readInt32LE());
  return BigInt.asIntN(64, (BigInt(bytes.readInt32LE()) << 32n) | BigInt(bytes.readUInt32LE(4)));
}

/** A sign, and digits from the lowest. */
function signed(bytes: Buffer): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i > 0; i--) value = value * 256n + BigInt(bytes[i]);
  return bytes[0] === 1 ? value : -value;
}

function scaled(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Days since 0001-01-01. */
function dateOf(days: number): string {
  return new Date(days * MS_A_DAY + YEAR_ONE_MS).toISOString().slice(0, 10);
}

function timeOf(bytes: Buffer, scale: number): string {
  const steps = bytes.readUIntLE(0, bytes.length);
  const seconds = Math.floor(steps / 10 ** scale);
  const fraction = scale === 0 ? '' : `.${String(steps % 10 ** scale).padStart(scale, '0')}`;
  return new Date(seconds * 1000).toISOString().slice(11, 19) + fraction;
}

/** In its own offset, though the wire has it in UTC. */
function offsetMoment(bytes: Buffer, scale: number): string {
  const offset = bytes.readInt16LE(bytes.length - 2);
  const days = bytes.readUIntLE(bytes.length - 5, 3);
  const time = timeOf(bytes.subarray(0, -5), scale);
  const utc = new Date(days * MS_A_DAY + YEAR_ONE_MS + Date.parse(`1970-01-01T${time.slice(0, 8)}Z`));
  const local = new Date(utc.getTime() + offset * 60_000).toISOString();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const east = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)}${time.slice(8)} ${east}`;
}

/** Days since 1900, and 1/300 s or minutes. */
function dateTime(bytes: Buffer): string {
  const ms =
    bytes.length === 8
      ? bytes.readInt32LE() * MS_A_DAY + Math.round((bytes.readUInt32LE(4) * 1000) / 300)
      : bytes.readUInt16LE() * MS_A_DAY + bytes.readUInt16LE(2) * 60_000;
  return new Date(ms + YEAR_1900_MS).toISOString().replace('T', ' ').replace('Z', '');
}

function guid(bytes: Buffer): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = Buffer.from(order.map((i) => bytes[i])).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
