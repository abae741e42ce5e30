import { isUtf8 } from 'node:buffer';

/** Encodings that text files are read in; Windows-1252 holds all of Latin-1's printable characters. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** What the bytes of a file turn out to be. */
export type Content =
  | { readonly kind: 'text'; readonly encoding: TextEncoding }
  /** @property what `a PDF document` */
  | { readonly kind: 'binary'; readonly what?: string }
  /** Text, but in none of the encodings. */
  | { readonly kind: 'unknown-encoding'; readonly what?: string };

const marks: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive or an Office document'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Office document'],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], 'an SQLite database'],
  [[0x89, 0x50, 0x4e, 0x47], 'an image'],
  [[0xff, 0xd8, 0xff], 'an image'],
  [[0x42, 0x5a, 0x68], 'packed with bzip2'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'packed with xz'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive'],
];

/** Bytes that are looked at one by one. */
const LOOKED_AT = 256 * 1024;

/** Of all bytes, at most this share is outside ASCII in Latin script: Vietnamese, the richest in marks, has a fifth. */
const MOST_HIGH_BYTES = 0.35;

/** Of the bytes outside ASCII, this share may break UTF-8 in a text that is damaged rather than otherwise encoded. */
const DAMAGED_SHARE = 0.05;

/**
 * Finds out what the bytes of a file are.
 * @param chunks the file, or parts of it, the first from its start; parts may begin and end within a character
 */
export function detectContent(chunks: readonly Buffer[], { whole }: { readonly whole: boolean }): Content {
  const [first] = chunks;
  const complete = whole ? (chunk: Buffer) => chunk : wholeCharacters;
  const mark = marks.find(([bytes]) => startsWith(first, bytes));
  if (mark) return { kind: 'binary', what: mark[1] };
  if (startsWith(first, [0xff, 0xfe, 0, 0]) || startsWith(first, [0, 0, 0xfe, 0xff]))
    return { kind: 'unknown-encoding', what: 'UTF-32' };
  if (startsWith(first, [0xff, 0xfe])) return { kind: 'text', encoding: 'utf-16le' };
  if (startsWith(first, [0xfe, 0xff])) return { kind: 'text', encoding: 'utf-16be' };
  const looked = first.subarray(0, LOOKED_AT);
  const wide = utf16WithoutMark(looked);
  if (wide) return { kind: 'text', encoding: wide };
  if (hasControls(looked)) return { kind: 'binary' };
  if (chunks.every((chunk) => isUtf8(complete(chunk)))) return { kind: 'text', encoding: 'utf-8' };
  return eightBit(chunks.map(complete));
}

/** UTF-16 of mostly Latin text: every other byte is zero. */
function utf16WithoutMark(bytes: Buffer): TextEncoding | undefined {
  const zeros = [0, 0];
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) zeros[i % 2]++;
  const half = bytes.length / 2;
  if (half < 2) return undefined;
  if (zeros[1] > 0.4 * half && zeros[0] < 0.05 * half) return 'utf-16le';
  if (zeros[0] > 0.4 * half && zeros[1] < 0.05 * half) return 'utf-16be';
  return undefined;
}

/** True with a zero byte, or with more control characters than a text or its delimiters could have. */
function hasControls(bytes: Buffer): boolean {
  let controls = 0;
  for (const byte of bytes) {
    if (byte === 0) return true;
    // Hive and mainframes delimit with 0x01, 0x02 and 0x1c to 0x1f.
    if (byte < 0x1c && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x01 && byte !== 0x02) controls++;
  }
  return controls > 0.01 * bytes.length;
}

function eightBit(chunks: readonly Buffer[]): Content {
  let high = 0;
  let undefinedBytes = 0;
  let total = 0;
  let broken = 0;
  for (const chunk of chunks) {
    const looked = chunk.length > LOOKED_AT ? wholeCharacters(chunkAroundFault(chunk)) : chunk;
    total += looked.length;
    for (const byte of looked) {
      if (byte >= 0x80) high++;
      if (byte === 0x81 || byte === 0x8d || byte === 0x8f || byte === 0x90 || byte === 0x9d) undefinedBytes++;
    }
    for (const character of new TextDecoder('utf-8').decode(looked)) if (character === '\ufffd') broken++;
  }
  if (broken <= DAMAGED_SHARE * high) return { kind: 'text', encoding: 'utf-8' };
  if (startsWith(chunks[0], [0xef, 0xbb, 0xbf]))
    return { kind: 'unknown-encoding', what: 'UTF-8 by its mark, yet not by its bytes' };
  if (high > MOST_HIGH_BYTES * total || undefinedBytes > DAMAGED_SHARE * high)
    return { kind: 'unknown-encoding' };
  return { kind: 'text', encoding: 'windows-1252' };
}

/** Bytes with the first fault in them: what stands before is good UTF-8, or plain ASCII. */
function chunkAroundFault(chunk: Buffer): Buffer {
  for (let start = 0; start < chunk.length; start += LOOKED_AT) {
    const part = chunk.subarray(start, start + LOOKED_AT);
    if (!isUtf8(wholeCharacters(part))) return part;
  }
  return chunk.subarray(0, LOOKED_AT);
}

/** Without the rest of a character at the start and the beginning of one at the end. */
function wholeCharacters(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && start < bytes.length && (bytes[start] & 0xc0) === 0x80) start++;
  let end = bytes.length;
  for (let back = 1; back <= 3 && back <= bytes.length - start; back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (length > back) end = bytes.length - back;
    break;
  }
  return bytes.subarray(start, end);
}

function startsWith(bytes: Buffer, wanted: readonly number[]): boolean {
  return wanted.every((byte, i) => bytes[i] === byte);
}
