import type { Fingerprint } from './fingerprint.js';

/** Fingerprints that are looked up against one another, each with a small number that says what of. */
export interface FingerprintRecords {
  readonly count: number;
  /** `high`, `low` and number, one after the other. */
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

/** Groups of records that have one fingerprint; of a group and number only one is kept. */
export class FingerprintGroups {
  readonly #words: Int32Array;
  readonly #slots: Int32Array;
  /** By record: the next of its group; -1 behind the last. */
  readonly #next: Int32Array;
  readonly #heads: number[] = [];

  constructor({ count, words }: FingerprintRecords) {
    this.#words = words;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(count * 2 + 2))).fill(-1);
    this.#next = new Int32Array(count).fill(-1);
    for (let record = 0; record < count; record++) this.#add(record);
  }

  /** The first records of all groups. */
  get heads(): readonly number[] {
    return this.#heads;
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
      this.#heads.push(record);
      return;
    }
    for (let known = head; known >= 0; known = this.#next[known])
      if (this.#words[known * RECORD_WORDS + 2] === this.#words[at + 2]) return;
    this.#next[record] = this.#next[head];
    this.#next[head] = record;
  }

  /** Where the fingerprint's group is, or belongs. */
  #slotOf(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const record = this.#slots[slot];
      if (record < 0) return slot;
      const at = record * RECORD_WORDS;
      if (this.#words[at] === high && this.#words[at + 1] === low) return slot;
    }
  }
}
