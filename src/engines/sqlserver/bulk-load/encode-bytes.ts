import { type FieldEncoder, noBytes, UnloadableValueError } from './field-encoder.js';

/** Characters up to here are widened one by one; longer texts are worth a call of the runtime's own. */
const SHORT_TEXT = 96;

const NO_TEXT = Buffer.from([0xff, 0xff]);
const NO_CHUNKS = Buffer.alloc(8, 0xff);
/** Total length, left open, and the length of the only chunk. */
const CHUNK_HEAD = 12;

/** `nvarchar(n)`: two bytes of length, and UTF-16, of which `longest` units fit. */
export function encodeText(longest: number): FieldEncoder {
  return {
    nothing: NO_TEXT,
    encode(bytes, from, to, out, at) {
      const end = widen(bytes, from, to, out, at + 2);
      const length = end - at - 2;
      if (length > longest * 2) throw new UnloadableValueError(`text of at most ${longest} characters`);
      out.writeUInt16LE(length, at);
      return end;
    },
  };
}

/** `nvarchar(max)` and `xml`: UTF-16 in one chunk, and the end of chunks. */
export const encodeLongText: FieldEncoder = {
  nothing: NO_CHUNKS,
  encode(bytes, from, to, out, at) {
    return endChunk(out, at, widen(bytes, from, to, out, at + CHUNK_HEAD));
  },
};

/** `varbinary(max)` from `\x…`, as PostgreSQL writes bytes. */
export function encodeBinary(type: string): FieldEncoder {
  return {
    nothing: NO_CHUNKS,
    encode(bytes, from, to, out, at) {
      const isHex =
        to - from >= 2 && (to - from) % 2 === 0 && bytes[from] === 0x5c && bytes[from + 1] === 0x78;
      if (!isHex) throw new UnloadableValueError(type);
      const start = at + CHUNK_HEAD;
      const written = out.write(bytes.toString('latin1', from + 2, to), start, 'hex');
      // The runtime stops at what is no digit, and says no word.
      if (written !== (to - from - 2) / 2) throw new UnloadableValueError(type);
      return endChunk(out, at, start + written);
    },
  };
}

/** An empty value has no chunk: it would be the end of them. */
function endChunk(out: Buffer, at: number, end: number): number {
  out.writeUInt32LE(0xffff_fffe, at);
  out.writeUInt32LE(0xffff_ffff, at + 4);
  const length = end - at - CHUNK_HEAD;
  out.writeUInt32LE(length, at + 8);
  return length === 0 ? end : out.writeUInt32LE(0, end);
}

function widen(bytes: Buffer, from: number, to: number, out: Buffer, at: number): number {
  if (to - from <= SHORT_TEXT) {
    let i = from;
    let end = at;
    for (; i < to && bytes[i] < 0x80; i++) {
      out[end++] = bytes[i];
      out[end++] = 0;
    }
    if (i === to) return end;
  }
  return at + out.write(bytes.toString('utf8', from, to), at, 'utf16le');
}

/** The first three groups of a GUID travel with their bytes turned round. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
/** Where the two digits of each byte stand in the text. */
const guidDigits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const hyphens = [8, 13, 18, 23];

export const encodeGuid: FieldEncoder = {
  nothing: noBytes,
  encode(bytes, from, to, out, at) {
    if (to - from !== 36 || hyphens.some((place) => bytes[from + place] !== 0x2d))
      throw new UnloadableValueError('uniqueidentifier');
    out[at] = 16;
    for (let i = 0; i < 16; i++) {
      const place = from + guidDigits[i];
      const byte = hexDigit(bytes[place]) * 16 + hexDigit(bytes[place + 1]);
      if (!(byte >= 0)) throw new UnloadableValueError('uniqueidentifier');
      out[at + 1 + guidOrder[i]] = byte;
    }
    return at + 17;
  },
};

/** NaN for what is no digit. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NaN;
}
