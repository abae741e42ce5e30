// HMAC-SHA-256 (FIPS 198-1 over FIPS 180-4), four messages at a time: lane i of every vector belongs to
// message i. A message is `prefix || value`, where the prefix is shared by the batch. Lanes whose
// messages have fewer blocks than their neighbours' keep their state while the others go on.
//
// Memory: the fixed areas below, then whatever the host lays out from HEAP on. The host leaves 16 bytes
// after the last value, since copies go sixteen bytes at a time.

// prettier-ignore
const K: StaticArray<u32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/** Round constants, each in all four lanes. */
const ROUND_CONSTANTS = memory.data(64 * 16, 16);
/** The message schedule: 64 words of four lanes. */
const SCHEDULE = memory.data(64 * 16, 16);
/** One block a lane, with room for copies that run over. */
const STAGING_STRIDE: usize = 96;
const STAGING = memory.data(4 * 96, 16);
const STATE = memory.data(8 * 16, 16);
/** The state before a block that not every lane takes part in, and which lanes do. */
const SAVED = memory.data(8 * 16, 16);
const LIVE = memory.data(16, 16);
const INNER_KEY = memory.data(8 * 16, 16);
const OUTER_KEY = memory.data(8 * 16, 16);
const KEY_BLOCK = memory.data(64, 16);
/** The shared prefix of the batch's messages, with room for copies that run over. */
const PREFIX = memory.data(128, 16);

export function keyBlock(): usize {
  return KEY_BLOCK;
}

export function prefix(): usize {
  return PREFIX;
}

export function heap(): usize {
  return (__heap_base + 15) & ~15;
}

@inline
function rotr(x: v128, n: i32): v128 {
  return v128.or(v128.shr<u32>(x, n), v128.shl<u32>(x, 32 - n));
}

@inline
function swapBytes(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

@inline
function schedule(i: usize): v128 {
  return v128.load(SCHEDULE + (i << 4));
}

@inline
function initialise(state: usize): void {
  v128.store(state, i32x4.splat(0x6a09e667));
  v128.store(state, i32x4.splat(0xbb67ae85), 16);
  v128.store(state, i32x4.splat(0x3c6ef372), 32);
  v128.store(state, i32x4.splat(0xa54ff53a), 48);
  v128.store(state, i32x4.splat(0x510e527f), 64);
  v128.store(state, i32x4.splat(0x9b05688c), 80);
  v128.store(state, i32x4.splat(0x1f83d9ab), 96);
  v128.store(state, i32x4.splat(0x5be0cd19), 112);
}

/** One compression of all lanes: the block in SCHEDULE[0…15] into `state`. */
function compress(state: usize): void {
  for (let i: usize = 16; i < 64; i++) {
    const w15 = schedule(i - 15);
    const w2 = schedule(i - 2);
    const s0 = v128.xor(v128.xor(rotr(w15, 7), rotr(w15, 18)), v128.shr<u32>(w15, 3));
    const s1 = v128.xor(v128.xor(rotr(w2, 17), rotr(w2, 19)), v128.shr<u32>(w2, 10));
    const sum = v128.add<u32>(v128.add<u32>(schedule(i - 16), s0), v128.add<u32>(schedule(i - 7), s1));
    v128.store(SCHEDULE + (i << 4), sum);
  }
  let a = v128.load(state);
  let b = v128.load(state, 16);
  let c = v128.load(state, 32);
  let d = v128.load(state, 48);
  let e = v128.load(state, 64);
  let f = v128.load(state, 80);
  let g = v128.load(state, 96);
  let h = v128.load(state, 112);
  for (let i: usize = 0; i < 1024; i += 16) {
    const s1 = v128.xor(v128.xor(rotr(e, 6), rotr(e, 11)), rotr(e, 25));
    const choice = v128.bitselect(f, g, e);
    const t1 = v128.add<u32>(
      v128.add<u32>(v128.add<u32>(h, s1), choice),
      v128.add<u32>(v128.load(ROUND_CONSTANTS + i), v128.load(SCHEDULE + i)),
    );
    const s0 = v128.xor(v128.xor(rotr(a, 2), rotr(a, 13)), rotr(a, 22));
    // Where a and b agree they are the majority; elsewhere c decides.
    const majority = v128.bitselect(c, a, v128.xor(a, b));
    const t2 = v128.add<u32>(s0, majority);
    h = g;
    g = f;
    f = e;
    e = v128.add<u32>(d, t1);
    d = c;
    c = b;
    b = a;
    a = v128.add<u32>(t1, t2);
  }
  v128.store(state, v128.add<u32>(v128.load(state), a));
  v128.store(state, v128.add<u32>(v128.load(state, 16), b), 16);
  v128.store(state, v128.add<u32>(v128.load(state, 32), c), 32);
  v128.store(state, v128.add<u32>(v128.load(state, 48), d), 48);
  v128.store(state, v128.add<u32>(v128.load(state, 64), e), 64);
  v128.store(state, v128.add<u32>(v128.load(state, 80), f), 80);
  v128.store(state, v128.add<u32>(v128.load(state, 96), g), 96);
  v128.store(state, v128.add<u32>(v128.load(state, 112), h), 112);
}

/** Compresses only the lanes whose LIVE word is all ones. */
function compressLive(): void {
  memory.copy(SAVED, STATE, 128);
  compress(STATE);
  const live = v128.load(LIVE);
  for (let i: usize = 0; i < 128; i += 16) {
    v128.store(STATE + i, v128.bitselect(v128.load(STATE + i), v128.load(SAVED + i), live));
  }
}

function absorbKey(state: usize, pad: u32): void {
  initialise(state);
  for (let i: usize = 0; i < 16; i++) {
    const word = bswap<u32>(load<u32>(KEY_BLOCK + (i << 2))) ^ pad;
    v128.store(SCHEDULE + (i << 4), i32x4.splat(word));
  }
  compress(state);
}

/** Takes the key: 64 bytes at `keyBlock()`, padded with zeros; longer keys are hashed before. */
export function setKey(): void {
  for (let i: usize = 0; i < 64; i++) v128.store(ROUND_CONSTANTS + (i << 4), i32x4.splat(K[i32(i)]));
  absorbKey(INNER_KEY, 0x36363636);
  absorbKey(OUTER_KEY, 0x5c5c5c5c);
}

/** Copies `length` bytes and up to 15 more. */
@inline
function copy(to: usize, from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Writes block `block` of the padded message `prefix || value` to `to`. */
function stage(to: usize, block: usize, blocks: usize, prefixLength: usize, value: usize, length: usize): void {
  const from = block << 6;
  const total = prefixLength + length;
  let filled: usize = 0;
  if (from < prefixLength) {
    filled = min<usize>(64, prefixLength - from);
    copy(to, PREFIX + from, filled);
  }
  if (filled < 64 && from + filled < total) {
    const offset = from + filled - prefixLength;
    const part = min<usize>(64 - filled, length - offset);
    copy(to + filled, value + offset, part);
    filled += part;
  }
  for (let i = filled; i < 64; i += 16) v128.store(to + i, i64x2.splat(0));
  if (total >= from && total < from + 64) store<u8>(to + (total - from), 0x80);
  // The inner hash has absorbed one block of key before the message.
  if (block == blocks - 1) store<u64>(to, bswap<u64>(u64(total + 64) << 3), 56);
}

/** Transposes the four staged blocks into SCHEDULE[0…15]. */
function gather(): void {
  for (let i: usize = 0; i < 64; i += 16) {
    const r0 = swapBytes(v128.load(STAGING + i));
    const r1 = swapBytes(v128.load(STAGING + STAGING_STRIDE + i));
    const r2 = swapBytes(v128.load(STAGING + 2 * STAGING_STRIDE + i));
    const r3 = swapBytes(v128.load(STAGING + 3 * STAGING_STRIDE + i));
    const a = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
    const b = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
    const c = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
    const d = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
    const to = SCHEDULE + (i << 2);
    v128.store(to, v128.shuffle<u64>(a, b, 0, 2));
    v128.store(to, v128.shuffle<u64>(a, b, 1, 3), 16);
    v128.store(to, v128.shuffle<u64>(c, d, 0, 2), 32);
    v128.store(to, v128.shuffle<u64>(c, d, 1, 3), 48);
  }
}

/** Writes four digests of 32 bytes each. */
@inline
function scatter(to: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const from = STATE + (half << 6);
    const r0 = swapBytes(v128.load(from));
    const r1 = swapBytes(v128.load(from, 16));
    const r2 = swapBytes(v128.load(from, 32));
    const r3 = swapBytes(v128.load(from, 48));
    const a = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
    const b = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
    const c = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
    const d = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
    const at = to + (half << 4);
    v128.store(at, v128.shuffle<u64>(a, b, 0, 2));
    v128.store(at, v128.shuffle<u64>(a, b, 1, 3), 32);
    v128.store(at, v128.shuffle<u64>(c, d, 0, 2), 64);
    v128.store(at, v128.shuffle<u64>(c, d, 1, 3), 96);
  }
}

@inline
function blocksOf(length: usize): usize {
  return (length + 9 + 63) >> 6;
}

/** In place of a start, for NULL. */
const NULL_VALUE: u32 = 0xffffffff;

@inline
function valueStart(starts: usize, i: usize): usize {
  const start = load<u32>(starts + (i << 2));
  return start == NULL_VALUE ? 0 : <usize>start;
}

@inline
function valueLength(starts: usize, ends: usize, i: usize): usize {
  const start = load<u32>(starts + (i << 2));
  return start == NULL_VALUE ? 0 : <usize>(load<u32>(ends + (i << 2)) - start);
}

/**
 * Digests `count` values to `output` (32 bytes each; room for a multiple of four). Value i lies at
 * `values + starts[i] … values + ends[i]`; a NULL is digested as if it were empty.
 */
export function digest(
  prefixLength: usize,
  values: usize,
  starts: usize,
  ends: usize,
  count: usize,
  output: usize,
): void {
  for (let first: usize = 0; first < count; first += 4) {
    // Lanes past the last value repeat it.
    const i1 = min(first + 1, count - 1);
    const i2 = min(first + 2, count - 1);
    const i3 = min(first + 3, count - 1);
    const v0 = values + valueStart(starts, first);
    const v1 = values + valueStart(starts, i1);
    const v2 = values + valueStart(starts, i2);
    const v3 = values + valueStart(starts, i3);
    const l0 = valueLength(starts, ends, first);
    const l1 = valueLength(starts, ends, i1);
    const l2 = valueLength(starts, ends, i2);
    const l3 = valueLength(starts, ends, i3);
    const b0 = blocksOf(prefixLength + l0);
    const b1 = blocksOf(prefixLength + l1);
    const b2 = blocksOf(prefixLength + l2);
    const b3 = blocksOf(prefixLength + l3);
    const most = max(max(b0, b1), max(b2, b3));
    const least = min(min(b0, b1), min(b2, b3));
    memory.copy(STATE, INNER_KEY, 128);
    for (let block: usize = 0; block < most; block++) {
      if (block < b0) stage(STAGING, block, b0, prefixLength, v0, l0);
      if (block < b1) stage(STAGING + STAGING_STRIDE, block, b1, prefixLength, v1, l1);
      if (block < b2) stage(STAGING + 2 * STAGING_STRIDE, block, b2, prefixLength, v2, l2);
      if (block < b3) stage(STAGING + 3 * STAGING_STRIDE, block, b3, prefixLength, v3, l3);
      gather();
      if (block < least) {
        compress(STATE);
        continue;
      }
      store<i32>(LIVE, block < b0 ? -1 : 0);
      store<i32>(LIVE, block < b1 ? -1 : 0, 4);
      store<i32>(LIVE, block < b2 ? -1 : 0, 8);
      store<i32>(LIVE, block < b3 ? -1 : 0, 12);
      compressLive();
    }
    for (let i: usize = 0; i < 128; i += 16) v128.store(SCHEDULE + i, v128.load(STATE + i));
    v128.store(SCHEDULE, i32x4.splat(0x80000000), 128);
    for (let i: usize = 144; i < 240; i += 16) v128.store(SCHEDULE + i, i64x2.splat(0));
    v128.store(SCHEDULE, i32x4.splat((64 + 32) * 8), 240);
    memory.copy(STATE, OUTER_KEY, 128);
    compress(STATE);
    scatter(output + (first << 5));
  }
}

export { caseFolded, digitsOnly, exact, foldedWords } from './normalise';
