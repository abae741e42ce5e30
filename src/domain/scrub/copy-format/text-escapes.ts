import { NULL_VALUE, type ValueBatchWriter } from '../../masking/value-batch.js';

const BACKSLASH = 0x5c;

/** The byte behind the backslash for each byte that the text format escapes, else 0. */
const escapeOf = new Uint8Array(256);
/** The byte that an escape's letter means; any other stands for itself. */
const meaningOf = Uint8Array.from({ length: 256 }, (_, byte) => byte);
for (const [byte, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [BACKSLASH, '\\'],
] as const) {
  escapeOf[byte] = letter.charCodeAt(0);
  meaningOf[letter.charCodeAt(0)] = byte;
}

/** True when a field between `from` and `to` is not its own value. */
export function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/**
 * Writes the value that `source[from … to)` is the text form of to `target` at `at`; it is never longer.
 * @returns the offset behind it
 */
export function unescapeInto(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number,
  to: number,
): number {
  for (let i = from; i < to; i++) {
    const byte = source[i];
    target[at++] = byte === BACKSLASH && i + 1 < to ? meaningOf[source[++i]] : byte;
  }
  return at;
}

/**
 * Values as the text format writes them. Most values have nothing to escape: then the batch itself comes
 * back.
 * @param scratch written only when there is something to escape
 */
export function escaped(values: ValueBatchWriter, scratch: ValueBatchWriter): ValueBatchWriter {
  if (!needsEscapes(values.bytes, values.position)) return values;
  scratch.clear();
  const { bytes, starts, ends, count } = values;
  for (let i = 0; i < count; i++) {
    if (starts[i] === NULL_VALUE) {
      scratch.appendNull();
      continue;
    }
    let at = scratch.reserve((ends[i] - starts[i]) * 2);
    const target = scratch.bytes;
    for (let j = starts[i]; j < ends[i]; j++) {
      const escape = escapeOf[bytes[j]];
      if (escape !== 0) {
        target[at++] = BACKSLASH;
        target[at++] = escape;
      } else {
        target[at++] = bytes[j];
      }
    }
    scratch.finish(at);
  }
  return scratch;
}

function needsEscapes(bytes: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (escapeOf[bytes[i]] !== 0) return true;
  return false;
}
