import type { Fingerprint } from './fingerprint.js';

/** Fingerprints that are looked up against one another, each with a small number that says what of. */
export interface FingerprintRecords {
  readonly count: number;
  /** `high`, `low` and number, one after the other; there may be more words behind the records. */
  readonly words: Int32Array;
}

/** Keeps fingerprints in parts: equal ones are always in the same part. */
export interface FingerprintStore {
  add(fingerprint: Fingerprint, number: number): void;
  readonly parts: number;
  /** One part, as a whole; the next call may overwrite it. */
  read(part: number): FingerprintRecords;
  close(): void;
}

/** Words of a record. */
export const RECORD_WORDS = 3;

/** All of it in memory, for samples and tests. */
export class FingerprintsInMemory implements FingerprintStore {
  readonly parts = 1;
  #words = new Int32Array(RECORD_WORDS * 1024);
  #count = 0;

  add({ high, low }: Fingerprint, number: number): void {
    const at = this.#count++ * RECORD_WORDS;
    if (at === this.#words.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[at] = high;
    this.#words[at + 1] = low;
    this.#words[at + 2] = number;
  }

  read(): FingerprintRecords {
    return { count: this.#count, words: this.#words };
  }

  close(): void {
    this.#words = new Int32Array(0);
  }
}

/**
 * Groups of records that have one fingerprint; of a group and number only one is kept. One part after the other
 * is grouped in the same memory.
 */
export class FingerprintGroups {
  #words: Int32Array = new Int32Array(0);
  #slots = new Int32Array(0);
  /** Slots in use, a power of two, less one. */
  #mask = 0;
  /** By record: the next of its group; -1 behind the last. */
  #next = new Int32Array(0);
  #headsFound = new Int32Array(0);
  #groups = 0;

  /** Groups these records in place of those before, which must stay as they are until the next. */
  take({ count, words }: FingerprintRecords): void {
    const slots = 2 ** Math.ceil(Math.log2(count * 2 + 2));
    if (slots > this.#slots.length) this.#slots = new Int32Array(slots);
    if (count > this.#next.length) {
      this.#next = new Int32Array(Math.ceil(count * 1.25));
      this.#headsFound = new Int32Array(this.#next.length);
    }
    this.#words = words;
    this.#mask = slots - 1;
    this.#slots.fill(-1, 0, slots);
    this.#next.fill(-1, 0, count);
    this.#groups = 0;
    for (let record = 0; record < count; record++) this.#add(record);
  }

  /** The first records of all groups; the next `take` overwrites them. */
  get heads(): Int32Array {
    return this.#headsFound.subarray(0, this.#groups);
  }

  /** The first record of the group with this fingerprint, or -1. */
  find(high: number, low: number): number {
    return this.#slots[this.#slotOf(high, low)];
  }

  /** The numbers of a group. */
  numbersOf(head: number): readonly number[] {
    const numbers: number[] = [];
    for (let record = head; record >= 0; record = this.#next[record])
      numbers.push(this.#words[record * RECORD_WORDS + 2]);
    return numbers;
  }

  #add(record: number): void {
    const at = record * RECORD_WORDS;
    const slot = this.#slotOf(this.#words[at], this.#words[at + 1]);
    const head = this.#slots[slot];
    if (head < 0) {
      this.#slots[slot] = record;
      this.#headsFound[this.#groups++] = record;
      return;
    }
    for (let known = head; known >= 0; known = this.#next[known])
      if (this.#words[known * RECORD_WORDS + 2] === this.#words[at + 2]) return;
    this.#next[record] = this.#next[head];
    this.#next[head] = record;
  }

  /** Where the fingerprint's group is, or belongs. */
  #slotOf(high: number, low: number): number {
    const mask = this.#mask;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const record = this.#slots[slot];
      if (record < 0) return slot;
      const at = record * RECORD_WORDS;
      if (this.#words[at] === high && this.#words[at + 1] === low) return slot;
    }
  }
}
