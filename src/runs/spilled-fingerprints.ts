import { mkdtempSync, openSync, closeSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fingerprint } from '../domain/scrub/verification/fingerprint.js';
import {
  type FingerprintRecords,
  type FingerprintStore,
  RECORD_WORDS,
} from '../domain/scrub/verification/fingerprint-store.js';

const PARTS = 256;
const BLOCK_RECORDS = 1024;

interface Part {
  words: Int32Array;
  count: number;
  /** Offsets of its blocks in the file. */
  readonly blocks: number[];
}

/**
 * Fingerprints in a file of the temporary directory that only this process can read, in parts by their first
 * bits: 3 MiB of memory for as many as the disk holds, and one part at a time when they are looked up.
 */
export class SpilledFingerprints implements FingerprintStore {
  readonly parts = PARTS;
  readonly #parts: Part[] = Array.from({ length: PARTS }, () => ({
    words: new Int32Array(0),
    count: 0,
    blocks: [],
  }));
  readonly #blockWords: number;
  #file: { readonly descriptor: number; readonly folder: string } | undefined;
  #written = 0;
  /** What was read last; used again, since the collector lets go of large buffers only long after they pile up. */
  #read = new Int32Array(0);

  /** @param blockRecords records of a part that are written together */
  constructor(blockRecords = BLOCK_RECORDS) {
    this.#blockWords = blockRecords * RECORD_WORDS;
  }

  add({ high, low }: Fingerprint, number: number): void {
    const part = this.#parts[high >>> 24];
    if (part.words.length === 0) part.words = new Int32Array(this.#blockWords);
    const at = part.count * RECORD_WORDS;
    part.words[at] = high;
    part.words[at + 1] = low;
    part.words[at + 2] = number;
    if (++part.count * RECORD_WORDS === this.#blockWords) this.#write(part);
  }

  read(number: number): FingerprintRecords {
    const part = this.#parts[number];
    const length = part.blocks.length * this.#blockWords + part.count * RECORD_WORDS;
    if (length > this.#read.length) this.#read = new Int32Array(Math.ceil(length * 1.25));
    const words = this.#read;
    part.blocks.forEach((offset, i) => {
      const block = new Uint8Array(words.buffer, i * this.#blockWords * 4, this.#blockWords * 4);
      readSync(this.#file!.descriptor, block, 0, block.length, offset);
    });
    words.set(part.words.subarray(0, part.count * RECORD_WORDS), part.blocks.length * this.#blockWords);
    return { count: length / RECORD_WORDS, words };
  }

  close(): void {
    if (!this.#file) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = undefined;
  }

  /** Synchronous, since it stands in the way of no answer: reading waits for it anyway. */
  #write(part: Part): void {
    this.#file ??= openFile();
    const bytes = new Uint8Array(part.words.buffer);
    writeSync(this.#file.descriptor, bytes, 0, bytes.length, this.#written);
    part.blocks.push(this.#written);
    this.#written += bytes.length;
    part.count = 0;
  }
}

function openFile(): { descriptor: number; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'scrubjay-hunt-'));
  return { descriptor: openSync(join(folder, 'fingerprints'), 'w+', 0o600), folder };
}
