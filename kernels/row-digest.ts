// Digests of rows that kernels/copy-rows.ts has found, whatever their order: sums of keyed hashes.

/** In place of an offset, for NULL. */
const NULL_VALUE: u32 = 0xffffffff;

let firstDigest: u64 = 0;
let secondDigest: u64 = 0;

/** MurmurHash3's last step for 64 bits (Appleby, public domain). */
@inline
function mixed(hash: u64): u64 {
  hash ^= hash >>> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >>> 33;
  hash *= 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >>> 33);
}

/** Takes eight bytes in, as MurmurHash2 does for 64 bits. */
@inline
function taken(hash: u64, bytes: u64): u64 {
  bytes *= 0xc6a4a7935bd1e995;
  bytes ^= bytes >>> 47;
  return (hash ^ (bytes * 0xc6a4a7935bd1e995)) * 0xc6a4a7935bd1e995;
}

/**
 * Adds up two hashes of each row's touched fields, under two keys.
 * @param padded by touched field: not 0 where blanks at the end say nothing
 */
export function digest(
  places: usize,
  capacity: u32,
  count: u32,
  columns: u32,
  padded: usize,
  firstKey: u64,
  secondKey: u64,
): void {
  firstDigest = 0;
  secondDigest = 0;
  const stride = usize(capacity) << 2;
  for (let row: u32 = 0; row < count; row++) {
    let one = firstKey;
    let other = secondKey;
    for (let column: u32 = 0; column < columns; column++) {
      const place = places + usize(column) * 4 * stride + (usize(row) << 2);
      const start = load<u32>(place + 2 * stride);
      if (start == NULL_VALUE) {
        one = mixed(one ^ 0xff);
        other = mixed(other ^ 0xff);
        continue;
      }
      let at: usize = start;
      let end: usize = load<u32>(place + 3 * stride);
      if (load<u8>(padded + column) != 0) while (end > at && load<u8>(end - 1) == 0x20) end--;
      // The length tells where one value ends and the next begins.
      const length = u64(end - at) << 8;
      for (; at + 8 <= end; at += 8) {
        const bytes = load<u64>(at);
        one = taken(one, bytes);
        other = taken(other, bytes);
      }
      if (at < end) {
        const rest = load<u64>(at) & ((u64(1) << (u64(end - at) << 3)) - 1);
        one = taken(one, rest);
        other = taken(other, rest);
      }
      one = mixed(one ^ length);
      other = mixed(other ^ length);
    }
    firstDigest += one;
    secondDigest += mixed(other);
  }
}

/** Of the rows that were last digested. */
export function digestUnderFirstKey(): u64 {
  return firstDigest;
}

export function digestUnderSecondKey(): u64 {
  return secondDigest;
}
