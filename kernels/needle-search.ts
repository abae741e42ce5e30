// Texts that are looked for in COPY data of the text format, known by keyed fingerprints of their words or digits.
//
// A text is folded to lower case byte by byte, white space between its words to one space; a number is its
// digits, whatever stands between them. Behind every text lies a line's end, at which all loops stop. The
// host lays out memory from `heap()` on and passes addresses.

const TAB: u8 = 0x09;
const NEWLINE: u8 = 0x0a;
const SPACE: u8 = 0x20;
const AT: u8 = 0x40;
const BACKSLASH: u8 = 0x5c;
const PERCENT: u8 = 0x25;

/** Words of a needle that count; what begins with as many of them is the needle. */
const MOST_WORDS: u32 = 12;
/** Beginnings of so many words are known, so that a text is given up early. */
const KNOWN_BEGINNING: u32 = 3;
const FEWEST_DIGITS: u32 = 7;
const MOST_DIGITS: u32 = 40;
/** Bytes between two words of one needle. */
const WIDEST_GAP: usize = 8;
/** Bytes of a needle; twice as many in a text, with what stands between its words. */
const MOST_BYTES: usize = 480;
/** More than one start can find: its words, and the lengths that a number may have. */
const MOST_FINDS: u32 = 64;

/** What a fingerprint is taken of; the same bytes of two kinds have different ones. */
const WORDS: u64 = 1;
const WORDS_BEGIN: u64 = 2;
const DIGITS: u64 = 3;
const DIGITS_BEGIN: u64 = 4;

/** Classes of bytes. */
const IS_WORD: u8 = 1;
const IS_DIGIT: u8 = 2;
/** What people write between the digits of one number. */
const SEPARATES_DIGITS: u8 = 4;
/** Letters that stand for a control character behind a backslash. */
const IS_ESCAPE: u8 = 8;
/** What stands inside the first part of a mail address besides letters and digits. */
const JOINS_ADDRESS: u8 = 16;
const classes = memory.data(256);

let firstKey: u64 = 0;
let lastKey: u64 = 0;
/** A Bloom filter (Bloom 1970) of a power of two bits. */
let filter: usize = 0;
let filterMask: u32 = 0;
/** The fingerprint of the needle that was added last. */
let added: u64 = 0;
let findCount: u32 = 0;
let column: u32 = 0;
/** Whether the gap that was added last has an `@`. */
let gapHasAt: bool = false;

export function heap(): usize {
  return (__heap_base + 15) & ~15;
}

/**
 * @param a,b,c,d the words of the key
 * @param mask bits of the filter at `bits`, less one
 */
export function setUp(a: u32, b: u32, c: u32, d: u32, bits: usize, mask: u32): void {
  firstKey = ((<u64>a) << 32) | <u64>b;
  lastKey = ((<u64>c) << 32) | <u64>d;
  filter = bits;
  filterMask = mask;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const isDigit = byte - 0x30 < 10;
    // Letters and digits; every byte of a letter beyond ASCII counts as one.
    const isWord = isDigit || (byte | 32) - 0x61 < 26 || byte >= 0x80;
    store<u8>(classes + byte, u8((isWord ? IS_WORD : 0) | (isDigit ? IS_DIGIT : 0)));
  }
  mark(' -./()', SEPARATES_DIGITS);
  mark('bfnrtv', IS_ESCAPE);
  mark('.-_+', JOINS_ADDRESS);
}

function mark(characters: string, what: u8): void {
  for (let i = 0; i < characters.length; i++) {
    const at = classes + <usize>characters.charCodeAt(i);
    store<u8>(at, load<u8>(at) | what);
  }
}

@inline
function is(byte: u8, what: u8): bool {
  return (load<u8>(classes + <usize>byte) & what) != 0;
}

/** Adds up to eight bytes: a product's low bits know nothing of its factors' high ones, so those are folded in. */
@inline
function add(state: u64, bytes: u64): u64 {
  const product = (state ^ bytes) * 0x9e3779b97f4a7c15;
  return product ^ (product >> 32);
}

/** The fingerprint of what was added so far; ends as MurmurHash3 does (Appleby, public domain). */
@inline
function take(state: u64, kind: u64): u64 {
  let h = state ^ lastKey ^ (kind << 56);
  h *= 0xff51afd7ed558ccd;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

/** Of sixteen bytes a bit each: whether it is part of a word. */
@inline
function wordBits(bytes: v128): u32 {
  const letter = i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61));
  const digit = i8x16.sub(bytes, i8x16.splat(0x30));
  const isAscii = v128.or(i8x16.lt_u(letter, i8x16.splat(26)), i8x16.lt_u(digit, i8x16.splat(10)));
  // What is beyond ASCII has the bit that is taken already.
  return <u32>i8x16.bitmask(v128.or(isAscii, bytes));
}

/** Where the word ends that `at` is in. */
@inline
function wordEnd(at: usize): usize {
  let end = at;
  let others = ~wordBits(v128.load(end)) & 0xffff;
  while (others == 0) {
    end += 16;
    others = ~wordBits(v128.load(end)) & 0xffff;
  }
  return end + <usize>ctz(others);
}

/** Adds a word, A–Z as a–z, eight bytes at a time and zeros behind the last: no word has one. */
@inline
function addWord(before: u64, from: usize, to: usize): u64 {
  let state = before;
  for (let at = from; at < to; at += 8) {
    const eight = v128.load64_zero(at);
    const isUpper = i8x16.lt_u(i8x16.sub(eight, i8x16.splat(0x41)), i8x16.splat(26));
    const bytes = i64x2.extract_lane(v128.or(eight, v128.and(isUpper, i8x16.splat(0x20))), 0);
    const left = to - at;
    state = add(state, left >= 8 ? bytes : bytes & ((1 << (<u64>left << 3)) - 1));
  }
  return state;
}

@inline
function learn(fingerprint: u64): void {
  for (let i: u32 = 0; i < 3; i++) {
    const bit = (<u32>(fingerprint >> 32) + i * <u32>fingerprint) & filterMask;
    const at = filter + <usize>(bit >> 3);
    store<u8>(at, load<u8>(at) | u8(1 << u8(bit & 7)));
  }
}

/** False for what was surely never learnt. */
@inline
function mayKnow(fingerprint: u64): bool {
  for (let i: u32 = 0; i < 3; i++) {
    const bit = (<u32>(fingerprint >> 32) + i * <u32>fingerprint) & filterMask;
    if (((load<u8>(filter + <usize>(bit >> 3)) >> u8(bit & 7)) & 1) == 0) return false;
  }
  return true;
}

/** `%40`: an `@` as it travels in URLs. */
@inline
function isEncodedAt(at: usize): bool {
  return load<u8>(at) == PERCENT && load<u8>(at, 1) == 0x34 && load<u8>(at, 2) == 0x30;
}

/** Where the next word of the same field begins, if it is near; else 0. */
@inline
function nextWord(from: usize): usize {
  for (let at = from; at < from + WIDEST_GAP; at++) {
    const byte = load<u8>(at);
    if (byte == TAB || byte == NEWLINE) return 0;
    if (isEncodedAt(at)) at += 2;
    else if (byte == BACKSLASH && is(load<u8>(at, 1), IS_ESCAPE)) at++;
    else if (is(byte, IS_WORD)) return at;
  }
  return 0;
}

/** Adds what stands between two words: white space of any kind and length as one space. */
@inline
function addGap(before: u64, from: usize, to: usize): u64 {
  let state = before;
  let isSpace = false;
  gapHasAt = false;
  for (let at = from; at < to; at++) {
    let byte = load<u8>(at);
    if (isEncodedAt(at)) {
      byte = AT;
      at += 2;
    } else if (byte == BACKSLASH) {
      if (is(load<u8>(at, 1), IS_ESCAPE)) at++;
      byte = SPACE;
    }
    if (byte == AT) gapHasAt = true;
    if (byte != SPACE || !isSpace) state = add(state, byte);
    isSpace = byte == SPACE;
  }
  return state;
}

/** Makes the number at `bytes` known by its digits; its fingerprint is `high()` and `low()`. */
export function addDigits(bytes: usize): void {
  let state = firstKey;
  let digits: u32 = 0;
  for (let at = bytes; load<u8>(at) != NEWLINE && digits < MOST_DIGITS; at++) {
    const byte = load<u8>(at);
    if (!is(byte, IS_DIGIT)) continue;
    state = add(state, byte);
    if (++digits == FEWEST_DIGITS) learn(take(state, DIGITS_BEGIN));
  }
  added = take(state, DIGITS);
  learn(added);
}

/** Makes the text at `bytes` known by its words; its fingerprint is `high()` and `low()`. */
export function addWords(bytes: usize): void {
  let state = firstKey;
  let at = bytes;
  for (let words: u32 = 1; ; words++) {
    const end = wordEnd(at);
    state = addWord(state, at, end);
    at = end;
    const next = nextWord(at);
    if (next == 0 || words == MOST_WORDS || next - bytes >= MOST_BYTES) break;
    if (words <= KNOWN_BEGINNING) learn(take(state, WORDS_BEGIN));
    state = addGap(state, at, next);
    at = next;
  }
  added = take(state, WORDS);
  learn(added);
}

export function high(): u32 {
  return u32(added >> 32);
}

export function low(): u32 {
  return u32(added);
}

/** Finds of the last search. */
export function found(): u32 {
  return findCount;
}

/** The column that the last search ended in. */
export function endedIn(): u32 {
  return column;
}

@inline
function report(finds: usize, fingerprint: u64): void {
  const at = finds + <usize>findCount * 12;
  findCount++;
  store<u32>(at, u32(fingerprint >> 32));
  store<u32>(at, u32(fingerprint), 4);
  store<u32>(at, column, 8);
}

function lookForWords(from: usize, finds: usize): void {
  const inAddress = is(load<u8>(from - 1), JOINS_ADDRESS);
  let isAddress = false;
  let state = firstKey;
  let at = from;
  for (let words: u32 = 1; ; words++) {
    const end = wordEnd(at);
    state = addWord(state, at, end);
    at = end;
    const whole = take(state, WORDS);
    if (mayKnow(whole) && !(isAddress && inAddress)) report(finds, whole);
    if (words == MOST_WORDS) return;
    if (words <= KNOWN_BEGINNING && !mayKnow(take(state, WORDS_BEGIN))) return;
    const next = nextWord(at);
    if (next == 0 || next - from > 2 * MOST_BYTES) return;
    state = addGap(state, at, next);
    isAddress = isAddress || gapHasAt;
    at = next;
  }
}

function lookForDigits(from: usize, finds: usize): void {
  let state = firstKey;
  let at = from;
  for (let digits: u32 = 0; digits < MOST_DIGITS; ) {
    for (; is(load<u8>(at), IS_DIGIT); at++) {
      state = add(state, load<u8>(at));
      if (++digits == FEWEST_DIGITS && !mayKnow(take(state, DIGITS_BEGIN))) return;
    }
    if (is(load<u8>(at), IS_WORD)) return;
    if (digits >= FEWEST_DIGITS) {
      const whole = take(state, DIGITS);
      if (mayKnow(whole)) report(finds, whole);
    }
    // At most two separators, as in `(030) 901`.
    for (let gap = 0; gap < 2 && is(load<u8>(at), SEPARATES_DIGITS); gap++) at++;
    if (!is(load<u8>(at), IS_DIGIT)) return;
  }
}

/**
 * Looks at every start of a word between `from` and `to`, before which there are two bytes at least, and
 * behind which lies all that a needle could have, or a line's end.
 * @param first column of the byte at `from`
 * @param finds area for `capacity` finds, each a fingerprint's two words and a column
 * @returns where it ended: before `to` when there was no room for more finds
 */
export function search(from: usize, to: usize, first: u32, finds: usize, capacity: u32): usize {
  findCount = 0;
  column = first;
  // Of the two bytes before: whether the nearer is part of a word, and which are backslashes.
  let wordBefore: u32 = is(load<u8>(from - 1), IS_WORD) ? 1 : 0;
  let escapesBefore: u32 =
    (load<u8>(from - 2) == BACKSLASH ? 1 : 0) | (load<u8>(from - 1) == BACKSLASH ? 2 : 0);
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const words = wordBits(bytes);
    const escapes = <u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    const separators = <u32>(
      i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(TAB)), i8x16.eq(bytes, i8x16.splat(NEWLINE))))
    );
    // The letter of an escape, as in \n, belongs to no word.
    const starts = words & (~((words << 1) | wordBefore) | (escapes << 2) | escapesBefore);
    wordBefore = words >> 15;
    escapesBefore = escapes >> 14;
    let events = starts | separators;
    if (to - at < 16) events &= (1 << u32(to - at)) - 1;
    for (; events != 0; events &= events - 1) {
      const next = at + <usize>ctz(events);
      const byte = load<u8>(next);
      if (byte == TAB) column++;
      else if (byte == NEWLINE) column = 0;
      else {
        if (findCount + MOST_FINDS > capacity) return next;
        lookForWords(next, finds);
        if (is(byte, IS_DIGIT)) lookForDigits(next, finds);
      }
    }
  }
  return to;
}
