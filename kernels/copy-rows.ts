// Rows of PostgreSQL's COPY formats (its documentation, COPY, "File Formats"): where their fields are, which
// of their values have come before, and rows with other values in place of some.
//
// The host lays out memory from `heap()` on and passes addresses. Values are read and written sixteen bytes
// at a time, so every area that holds some has PADDING bytes behind it.

export { digest, digestUnderFirstKey, digestUnderSecondKey } from './row-digest';

const TAB: u8 = 0x09;
const LINE_FEED: u8 = 0x0a;
const BACKSLASH: u8 = 0x5c;
const UPPER_N: u8 = 0x4e;
/** In place of a field count, behind the last row of the binary format. */
const TRAILER: u32 = 0xffff;
/** In place of an offset, for NULL. */
const NULL_VALUE: u32 = 0xffffffff;

/**
 * An original and its stand-in in one line of the cache: 24 and 36 bytes, the first padded with zeros, then
 * the length of each, the first plus one, so that 0 is an empty entry.
 */
const ENTRY: usize = 64;
const LONGEST_ORIGINAL: u32 = 24;
const LONGEST_STAND_IN: u32 = 36;
const STAND_IN: usize = 24;
const ORIGINAL_LENGTH: usize = 60;
const STAND_IN_LENGTH: usize = 61;

let rowCount: u32 = 0;
let isMalformed: bool = false;

export function heap(): usize {
  return (__heap_base + 15) & ~15;
}

/** Complete rows that the last scan found. */
export function rows(): u32 {
  return rowCount;
}

/** True when the last scan met a row with another number of fields than there are columns. */
export function malformed(): bool {
  return isMalformed;
}

/**
 * Places are four areas of `capacity` numbers for each touched field: where it begins and ends on the wire
 * (what replacing it replaces), and where its value does. This notes those of one field of one row; `place`
 * is the first of them.
 */
@inline
function note(place: usize, stride: usize, wireStart: usize, start: usize, end: usize, isNull: bool): void {
  store<u32>(place, u32(wireStart));
  store<u32>(place + stride, u32(end));
  store<u32>(place + 2 * stride, isNull ? NULL_VALUE : u32(start));
  store<u32>(place + 3 * stride, isNull ? NULL_VALUE : u32(end));
}

/**
 * Finds the touched fields of the complete rows between `from` and `to`, of at most `capacity` of them.
 * @param positions of the touched columns, ascending, and a number above all of them
 * @returns the address behind the last complete row
 */
export function scanBinary(
  from: usize,
  to: usize,
  columns: u32,
  positions: usize,
  places: usize,
  capacity: u32,
): usize {
  const stride: usize = (<usize>capacity) << 2;
  let rowStart = from;
  let row: u32 = 0;
  isMalformed = false;
  while (rowStart + 2 <= to && row < capacity) {
    const count = (<u32>load<u8>(rowStart) << 8) | load<u8>(rowStart, 1);
    if (count == TRAILER) break;
    if (count != columns) {
      isMalformed = true;
      break;
    }
    let at = rowStart + 2;
    let next = positions;
    let wanted = load<u32>(next);
    let place = places + ((<usize>row) << 2);
    let position: u32 = 0;
    for (; position < columns; position++) {
      if (at + 4 > to) break;
      const length = <i32>bswap<u32>(load<u32>(at));
      const start = at + 4;
      if (length > 0 && <usize>length > to - start) break;
      const end = length > 0 ? start + length : start;
      if (position == wanted) {
        note(place, stride, at, start, end, length < 0);
        place += 4 * stride;
        next += 4;
        wanted = load<u32>(next);
      }
      at = end;
    }
    if (position < columns) break;
    row++;
    rowStart = at;
  }
  rowCount = row;
  return rowStart;
}

/** The same for text. As the server writes it, tab and line feed are never part of a value. */
export function scanText(
  from: usize,
  to: usize,
  columns: u32,
  positions: usize,
  places: usize,
  capacity: u32,
): usize {
  const stride: usize = (<usize>capacity) << 2;
  let rowStart = from;
  let row: u32 = 0;
  let start = from;
  let position: u32 = 0;
  let next = positions;
  let wanted = load<u32>(next);
  let place = places;
  isMalformed = false;
  rowCount = 0;
  if (capacity == 0) return from;
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    let ends = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(TAB)), i8x16.eq(bytes, i8x16.splat(LINE_FEED))),
    );
    if (to - at < 16) ends &= (1 << i32(to - at)) - 1;
    for (; ends != 0; ends &= ends - 1) {
      const end = at + ctz(ends);
      if (position == wanted) {
        const isNull = end - start == 2 && load<u8>(start) == BACKSLASH && load<u8>(start, 1) == UPPER_N;
        note(place, stride, start, start, end, isNull);
        place += 4 * stride;
        next += 4;
        wanted = load<u32>(next);
      }
      start = end + 1;
      position++;
      if (load<u8>(end) == TAB) continue;
      if (position != columns) {
        isMalformed = true;
        rowCount = row;
        return rowStart;
      }
      row++;
      rowStart = start;
      if (row == capacity) {
        rowCount = row;
        return rowStart;
      }
      position = 0;
      next = positions;
      wanted = load<u32>(next);
      place = places + ((<usize>row) << 2);
    }
  }
  rowCount = row;
  return rowStart;
}

/** Copies `length` bytes and up to 15 more. */
@inline
function copy(to: usize, from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

/**
 * Writes the rows with new values in the masked columns; all other bytes are copied as they stand.
 * @param from where the rows begin, what stands before the first row included
 * @param columns four numbers for each masked column: its place among the touched ones, what to add to the
 *   offsets of its values, and the areas of their starts and ends
 * @returns the address behind the last byte written
 */
export function weave(
  from: usize,
  to: usize,
  count: u32,
  places: usize,
  capacity: u32,
  columns: usize,
  masked: u32,
  isText: bool,
  output: usize,
): usize {
  const stride: usize = (<usize>capacity) << 2;
  const columnsEnd = columns + ((<usize>masked) << 4);
  let at = output;
  let copied = from;
  for (let row: usize = 0; row < <usize>count << 2; row += 4) {
    for (let column = columns; column < columnsEnd; column += 16) {
      const place = places + <usize>load<u32>(column) * 4 * stride + row;
      const wireStart = <usize>load<u32>(place);
      copy(at, copied, wireStart - copied);
      at += wireStart - copied;
      copied = <usize>load<u32>(place + stride);
      const start = load<u32>(<usize>load<u32>(column, 8) + row);
      const isNull = start == NULL_VALUE;
      const length: u32 = isNull ? 0 : load<u32>(<usize>load<u32>(column, 12) + row) - start;
      if (!isText) {
        store<u32>(at, bswap<u32>(isNull ? NULL_VALUE : length));
        at += 4;
      } else if (isNull) {
        store<u8>(at, BACKSLASH);
        store<u8>(at, UPPER_N, 1);
        at += 2;
      }
      copy(at, <usize>load<u32>(column, 4) + start, length);
      at += length;
    }
  }
  memory.copy(at, copied, to - copied);
  return at + (to - copied);
}

/** The eight bytes at `at` of which `left` belong to the value; the others are 0. */
@inline
function word(at: usize, left: u32): u64 {
  const bytes = load<u64>(at);
  return left >= 8 ? bytes : bytes & ((1 << (<u64>left << 3)) - 1);
}

@inline
function entryOf(table: usize, mask: u32, start: usize, length: u32): usize {
  let hash: u64 = 0x9e3779b97f4a7c15 + length;
  for (let i: u32 = 0; i < length; i += 8) {
    hash ^= word(start + i, length - i);
    // Folded before as well: a product's low bits know nothing of its factors' high ones.
    hash = (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return table + (<usize>(<u32>hash & mask)) * ENTRY;
}

@inline
function holds(entry: usize, start: usize, length: u32): bool {
  if (load<u8>(entry, ORIGINAL_LENGTH) != length + 1) return false;
  for (let i: u32 = 0; i < length; i += 8) {
    if (load<u64>(entry + i) != word(start + i, length - i)) return false;
  }
  return true;
}

/**
 * Looks values up in a table of `mask + 1` entries: a value has one place, and takes it from whichever
 * value was there.
 * @param found for each value the entry that holds it, or 0
 * @param restStarts,restEnds of the values that no entry holds, NULLs among them
 * @param seats for each of those the entry that it takes, or 0
 * @returns how many those are
 */
export function lookUp(
  table: usize,
  mask: u32,
  starts: usize,
  ends: usize,
  count: u32,
  found: usize,
  restStarts: usize,
  restEnds: usize,
  seats: usize,
): u32 {
  let missing: usize = 0;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const start = load<u32>(starts + i);
    const end = load<u32>(ends + i);
    const isKept = start != NULL_VALUE && end - start <= LONGEST_ORIGINAL;
    const entry: usize = isKept ? entryOf(table, mask, start, end - start) : 0;
    if (isKept && holds(entry, start, end - start)) {
      store<u32>(found + i, u32(entry));
      continue;
    }
    store<u32>(found + i, 0);
    store<u32>(restStarts + missing, start);
    store<u32>(restEnds + missing, end);
    store<u32>(seats + missing, u32(entry));
    missing += 4;
  }
  return u32(missing >> 2);
}

/**
 * Where each value's stand-in is: in its entry, or among the fresh ones.
 * @param fresh address that the offsets of the fresh stand-ins count from
 */
export function resolve(
  found: usize,
  count: u32,
  fresh: u32,
  freshStarts: usize,
  freshEnds: usize,
  starts: usize,
  ends: usize,
): void {
  let next: usize = 0;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const entry = load<u32>(found + i);
    if (entry != 0) {
      store<u32>(starts + i, entry + u32(STAND_IN));
      store<u32>(ends + i, entry + u32(STAND_IN) + load<u8>(entry, STAND_IN_LENGTH));
      continue;
    }
    const start = load<u32>(freshStarts + next);
    store<u32>(starts + i, start == NULL_VALUE ? NULL_VALUE : fresh + start);
    store<u32>(ends + i, fresh + load<u32>(freshEnds + next));
    next += 4;
  }
}

/** Copies `length` bytes and none more. */
@inline
function copyExactly(to: usize, from: usize, length: u32): void {
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) store<u64>(to + i, load<u64>(from + i));
  for (; i < length; i++) store<u8>(to + i, load<u8>(from + i));
}

/** Gives the values that were not found their entries, once the block is woven: entries may change hands. */
export function keep(
  seats: usize,
  restStarts: usize,
  restEnds: usize,
  missing: u32,
  fresh: usize,
  freshStarts: usize,
  freshEnds: usize,
): void {
  for (let i: usize = 0; i < <usize>missing << 2; i += 4) {
    const entry = <usize>load<u32>(seats + i);
    const standIn = load<u32>(freshStarts + i);
    if (entry == 0 || standIn == NULL_VALUE) continue;
    const length = load<u32>(freshEnds + i) - standIn;
    if (length > LONGEST_STAND_IN) continue;
    const start = <usize>load<u32>(restStarts + i);
    const originalLength = load<u32>(restEnds + i) - u32(start);
    for (let j: u32 = 0; j < originalLength; j += 8) store<u64>(entry + j, word(start + j, originalLength - j));
    copyExactly(entry + STAND_IN, fresh + standIn, length);
    store<u8>(entry, originalLength + 1, ORIGINAL_LENGTH);
    store<u8>(entry, length, STAND_IN_LENGTH);
  }
}
