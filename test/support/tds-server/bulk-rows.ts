/**
 * Reads the rows of a bulk load as they come (MS-TDS 2.2.6.1: COLMETADATA, then ROW tokens, then DONE), of
 * the types that Scrubjay loads. Values come back as text, or null.
 */
export class BulkRows {
  #pending: Buffer = Buffer.alloc(0);
  #columns: readonly { readonly read: Reader }[] | undefined;

  /** Rows that are complete with these bytes. */
  push(bytes: Buffer): (string | null)[][] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes]);
    const cursor = new Cursor(this.#pending);
    const rows: (string | null)[][] = [];
    try {
      this.#columns ??= readColumns(cursor);
      let from = cursor.at;
      for (;;) {
        if (cursor.left === 0 || cursor.peek() !== 0xd1) break;
        cursor.byte();
        const row = this.#columns.map(({ read }) => read(cursor));
        rows.push(row);
        from = cursor.at;
      }
      this.#pending = this.#pending.subarray(from);
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      if (rows.length > 0) this.#pending = this.#pending.subarray(cursor.lastRow);
    }
    return rows;
  }
}

type Reader = (cursor: Cursor) => string | null;

/** The bytes end before the value does: the rest is on its way. */
class OutOfBytes extends Error {}

class Cursor {
  readonly bytes: Buffer;
  at = 0;
  /** Where the row under way began. */
  lastRow = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  peek(): number {
    this.lastRow = this.at;
    return this.bytes[this.at];
  }

  byte(): number {
    return this.take(1)[0];
  }

  take(length: number): Buffer {
    if (this.left < length) throw new OutOfBytes();
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }
}

function readColumns(cursor: Cursor): { readonly read: Reader }[] {
  if (cursor.byte() !== 0x81) throw new Error('a bulk load begins with COLMETADATA');
  const count = cursor.take(2).readUInt16LE();
  return Array.from({ length: count }, () => {
    cursor.take(6);
    const read = readerOf(cursor);
    cursor.take(2 * cursor.byte());
    return { read };
  });
}

function readerOf(cursor: Cursor): Reader {
  const type = cursor.byte();
  switch (type) {
    case 0x26: // INTN
      cursor.byte();
      return (c) => integer(sized(c));
    case 0x68: // BITN
      cursor.byte();
      return (c) => sized(c)?.[0].toString() ?? null;
    case 0x6d: // FLTN
      cursor.byte();
      return (c) => float(sized(c));
    case 0x6a: // DECIMALN
    case 0x6c: {
      cursor.byte();
      cursor.byte();
      const scale = cursor.byte();
      return (c) => decimal(sized(c), scale);
    }
    case 0x28: // DATEN
      return (c) => date(sized(c));
    case 0x24: // GUID
      cursor.byte();
      return (c) => sized(c)?.toString('hex') ?? null;
    case 0xe7: // NVARCHAR
      return text(cursor, 'utf16le', true);
    case 0xa5: // VARBINARY
      return text(cursor, 'hex', false);
    default:
      throw new Error(`the test server reads no type 0x${type.toString(16)}`);
  }
}

function sized(cursor: Cursor): Buffer | undefined {
  const length = cursor.byte();
  return length === 0 ? undefined : cursor.take(length);
}

function integer(bytes: Buffer | undefined): string | null {
  if (!bytes) return null;
  if (bytes.length === 8) return bytes.readBigInt64LE().toString();
  return String(bytes.length === 1 ? bytes[0] : bytes.readIntLE(0, bytes.length));
}

function float(bytes: Buffer | undefined): string | null {
  if (!bytes) return null;
  return String(bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE());
}

function decimal(bytes: Buffer | undefined, scale: number): string | null {
  if (!bytes) return null;
  let value = 0n;
  for (let i = bytes.length - 1; i > 0; i--) value = value * 256n + BigInt(bytes[i]);
  const digits = value.toString().padStart(scale + 1, '0');
  const sign = bytes[0] === 1 ? '' : '-';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Days since 0001-01-01. */
function date(bytes: Buffer | undefined): string | null {
  if (!bytes) return null;
  return new Date(bytes.readUIntLE(0, 3) * 86_400_000 - 62_135_596_800_000).toISOString().slice(0, 10);
}

/** A length below 0xFFFF counts bytes; 0xFFFF means chunks until an empty one. */
function text(cursor: Cursor, encoding: 'utf16le' | 'hex', collated: boolean): Reader {
  const longest = cursor.take(2).readUInt16LE();
  if (collated) cursor.take(5);
  if (longest !== 0xffff) {
    return (c) => {
      const length = c.take(2).readUInt16LE();
      return length === 0xffff ? null : c.take(length).toString(encoding);
    };
  }
  return (c) => {
    const total = c.take(8);
    if (total.every((byte) => byte === 0xff)) return null;
    const chunks: Buffer[] = [];
    for (let length = c.take(4).readUInt32LE(); length > 0; length = c.take(4).readUInt32LE())
      chunks.push(c.take(length));
    return Buffer.concat(chunks).toString(encoding);
  };
}
