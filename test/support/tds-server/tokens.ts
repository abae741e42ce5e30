/** Tokens of a response: MS-TDS 2.2.7. Only what tests need: a few types, errors, and ends. */

import { encodeText } from '../../../src/engines/sqlserver/bulk-load/encode-bytes.js';
import { encodeMoment } from '../../../src/engines/sqlserver/bulk-load/encode-moments.js';
import { encodeDecimal } from '../../../src/engines/sqlserver/bulk-load/encode-numbers.js';
import { type FieldEncoder, roomFor } from '../../../src/engines/sqlserver/bulk-load/field-encoder.js';

export type Cell = string | number | bigint | boolean | Date | Buffer | null;

/** What a column holds; all are nullable. Values of the last three are given as text. */
export type CellKind =
  | 'text'
  | 'short-text'
  | 'int'
  | 'bigint'
  | 'bit'
  | 'datetime'
  | 'binary'
  | 'date'
  | { readonly decimal: readonly [precision: number, scale: number] }
  | { readonly datetime2: number };

export interface ResultColumn {
  readonly name: string;
  readonly kind: CellKind;
}

/** An error as SQL Server reports it: its number is what counts, its text may quote rows. */
export interface ServerError {
  readonly number: number;
  readonly message: string;
}

const PLP_NULL = Buffer.alloc(8, 0xff);

export function columnMetadata(columns: readonly ResultColumn[]): Buffer {
  const count = Buffer.alloc(3);
  count[0] = 0x81;
  count.writeUInt16LE(columns.length, 1);
  return Buffer.concat([
    count,
    ...columns.map(({ name, kind }) =>
      Buffer.concat([Buffer.from([0, 0, 0, 0, 0x09, 0x00]), typeInfo(kind), shortText(name)]),
    ),
  ]);
}

export function row(columns: readonly ResultColumn[], cells: readonly Cell[]): Buffer {
  return Buffer.concat([Buffer.from([0xd1]), ...columns.map(({ kind }, i) => cell(kind, cells[i] ?? null))]);
}

/** @param more whether another result follows */
export function done(rows: number, { more = false, attention = false } = {}): Buffer {
  const token = Buffer.alloc(13);
  token[0] = 0xfd;
  token.writeUInt16LE(0x10 | (more ? 0x01 : 0) | (attention ? 0x20 : 0), 1);
  token.writeBigUInt64LE(BigInt(rows), 5);
  return token;
}

export function error({ number, message }: ServerError): Buffer {
  const body = Buffer.concat([
    int32(number),
    Buffer.from([1, 16]),
    longText(message),
    shortText('tds-server'),
    shortText(''),
    int32(1),
  ]);
  return tokenWithLength(0xaa, body);
}

export function loginAcknowledged(): Buffer {
  const body = Buffer.concat([
    Buffer.from([1, 0x74, 0x00, 0x00, 0x04]),
    shortText('Microsoft SQL Server'),
    Buffer.from([16, 0, 0x10, 0x00]),
  ]);
  return tokenWithLength(0xad, body);
}

export function packetSizeChanged(size: number): Buffer {
  return tokenWithLength(0xe3, Buffer.concat([Buffer.from([4]), shortText(String(size)), shortText('4096')]));
}

export function databaseChanged(name: string): Buffer {
  return tokenWithLength(0xe3, Buffer.concat([Buffer.from([1]), shortText(name), shortText('master')]));
}

function tokenWithLength(token: number, body: Buffer): Buffer {
  const head = Buffer.alloc(3);
  head[0] = token;
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** Latin1_General, code page 1252, ignoring case. */
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

function typeInfo(kind: CellKind): Buffer {
  if (typeof kind === 'object') {
    if ('datetime2' in kind) return Buffer.from([0x2a, kind.datetime2]);
    const [precision, scale] = kind.decimal;
    return Buffer.from([0x6a, 17, precision, scale]);
  }
  switch (kind) {
    case 'short-text':
      return Buffer.concat([Buffer.from([0xe7, 0x40, 0x1f]), collation]);
    case 'date':
      return Buffer.from([0x28]);
    case 'text':
      return Buffer.concat([Buffer.from([0xe7, 0xff, 0xff]), collation]);
    case 'int':
      return Buffer.from([0x26, 4]);
    case 'bigint':
      return Buffer.from([0x26, 8]);
    case 'bit':
      return Buffer.from([0x68, 1]);
    case 'datetime':
      return Buffer.from([0x6f, 8]);
    case 'binary':
      return Buffer.from([0xa5, 0xff, 0xff]);
  }
}

/** A value as the client itself would write it in a bulk load, where the wire has it alike both ways. */
function encoded(encoder: FieldEncoder, value: Cell): Buffer {
  if (value === null) return encoder.nothing;
  const text = Buffer.from(String(value));
  const out = Buffer.alloc(roomFor(text.length));
  return out.subarray(0, encoder.encode(text, 0, text.length, out, 0));
}

function cell(kind: CellKind, value: Cell): Buffer {
  if (typeof kind === 'object') {
    const encoder =
      'decimal' in kind
        ? encodeDecimal(...kind.decimal, 'decimal')
        : encodeMoment('datetime2', kind.datetime2);
    return encoded(encoder, value);
  }
  switch (kind) {
    case 'short-text':
      return encoded(encodeText(4000), value);
    case 'date':
      return encoded(encodeMoment('date', 0), value);
    case 'text':
      return value === null ? PLP_NULL : chunked(Buffer.from(String(value), 'utf16le'));
    case 'binary':
      return value === null ? PLP_NULL : chunked(value as Buffer);
    case 'int':
      return value === null ? Buffer.from([0]) : Buffer.concat([Buffer.from([4]), int32(Number(value))]);
    case 'bigint': {
      if (value === null) return Buffer.from([0]);
      const bytes = Buffer.alloc(9);
      bytes[0] = 8;
      bytes.writeBigInt64LE(BigInt(value as bigint | number), 1);
      return bytes;
    }
    case 'bit':
      return value === null ? Buffer.from([0]) : Buffer.from([1, value ? 1 : 0]);
    case 'datetime': {
      if (value === null) return Buffer.from([0]);
      // Days since 1900, and three hundredths of a second of the day.
      const sinceMs = (value as Date).getTime() - Date.UTC(1900, 0, 1);
      const days = Math.floor(sinceMs / 86_400_000);
      const ticks = Math.round(((sinceMs - days * 86_400_000) * 3) / 10);
      return Buffer.concat([Buffer.from([8]), int32(days), int32(ticks)]);
    }
  }
}

/** A value of the `max` types: its length, one chunk, an end. */
function chunked(bytes: Buffer): Buffer {
  const total = Buffer.alloc(8);
  total.writeBigUInt64LE(BigInt(bytes.length));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return bytes.length === 0
    ? Buffer.concat([total, Buffer.alloc(4)])
    : Buffer.concat([total, length, bytes, Buffer.alloc(4)]);
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}

function longText(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'utf16le')]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
