// The spellings of values that are ASCII brought to one form, as the normalisers of the host do it: each
// function is named for the one it stands for, and a test holds the two against each other.
//
// Values lie at `base + starts[i] … base + ends[i]`. Their new forms are written from `to` on, and starts and
// ends set to where they are. A value that is not ASCII stays what it was, and its number is written to
// `left`: the host sees to it.

const NULL_VALUE: u32 = 0xffffffff;
const SPACE: u8 = 0x20;
const DIGIT_0: u8 = 0x30;

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
@inline
function isBlank(byte: u8): bool {
  return byte == SPACE || byte - 9 < 5;
}

@inline
function isAscii(from: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 16 <= length; i += 16) if (i8x16.bitmask(v128.load(from + i)) != 0) return false;
  return i == length || (i8x16.bitmask(v128.load(from + i)) & ((1 << i32(length - i)) - 1)) == 0;
}

/** Sixteen bytes with A–Z in lower case. */
@inline
function lowered(bytes: v128): v128 {
  const isUpper = v128.and(i8x16.ge_u(bytes, i8x16.splat(0x41)), i8x16.le_u(bytes, i8x16.splat(0x5a)));
  return v128.or(bytes, v128.and(isUpper, i8x16.splat(0x20)));
}

/** Values as they are. */
export function exact(base: usize, starts: usize, ends: usize, count: usize, to: usize, left: usize): usize {
  return 0;
}

/** @returns how many values were left */
export function caseFolded(base: usize, starts: usize, ends: usize, count: usize, to: usize, left: usize): usize {
  let leftCount: usize = 0;
  let at = to;
  for (let i: usize = 0; i < count; i++) {
    if (load<u32>(starts + (i << 2)) == NULL_VALUE) continue;
    let from = base + <usize>load<u32>(starts + (i << 2));
    let end = base + <usize>load<u32>(ends + (i << 2));
    if (!isAscii(from, end - from)) {
      store<u32>(left + (leftCount++ << 2), u32(i));
      continue;
    }
    while (from < end && isBlank(load<u8>(from))) from++;
    while (end > from && isBlank(load<u8>(end - 1))) end--;
    const length = end - from;
    for (let j: usize = 0; j < length; j += 16) v128.store(at + j, lowered(v128.load(from + j)));
    store<u32>(starts + (i << 2), u32(at - base));
    at += length;
    store<u32>(ends + (i << 2), u32(at - base));
  }
  return leftCount;
}

/** @returns how many values were left */
export function foldedWords(base: usize, starts: usize, ends: usize, count: usize, to: usize, left: usize): usize {
  let leftCount: usize = 0;
  let at = to;
  for (let i: usize = 0; i < count; i++) {
    if (load<u32>(starts + (i << 2)) == NULL_VALUE) continue;
    const from = base + <usize>load<u32>(starts + (i << 2));
    const end = base + <usize>load<u32>(ends + (i << 2));
    if (!isAscii(from, end - from)) {
      store<u32>(left + (leftCount++ << 2), u32(i));
      continue;
    }
    const start = at;
    let blank = false;
    for (let j = from; j < end; j++) {
      const byte = load<u8>(j);
      if (isBlank(byte)) {
        blank = at > start;
        continue;
      }
      if (blank) store<u8>(at++, SPACE);
      blank = false;
      store<u8>(at++, byte - 0x41 < 26 ? byte + 32 : byte);
    }
    store<u32>(starts + (i << 2), u32(start - base));
    store<u32>(ends + (i << 2), u32(at - base));
  }
  return leftCount;
}

/** @returns 0: bytes beyond ASCII are no digits */
export function digitsOnly(base: usize, starts: usize, ends: usize, count: usize, to: usize, left: usize): usize {
  let at = to;
  for (let i: usize = 0; i < count; i++) {
    if (load<u32>(starts + (i << 2)) == NULL_VALUE) continue;
    const from = base + <usize>load<u32>(starts + (i << 2));
    const end = base + <usize>load<u32>(ends + (i << 2));
    let start = at;
    for (let j = from; j < end; j++) {
      const byte = load<u8>(j);
      store<u8>(at, byte);
      at += byte - DIGIT_0 < 10 ? 1 : 0;
    }
    if (at - start >= 2 && load<u8>(start) == DIGIT_0 && load<u8>(start, 1) == DIGIT_0) start += 2;
    store<u32>(starts + (i << 2), u32(start - base));
    store<u32>(ends + (i << 2), u32(at - base));
  }
  return 0;
}
