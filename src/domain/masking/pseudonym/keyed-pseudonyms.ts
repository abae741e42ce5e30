import { createHash, hkdfSync } from 'node:crypto';
import { ScrubjayError } from '../../errors.js';
import { NULL_VALUE, batchOf, type ValueBatch } from '../value-batch.js';
import { hmacSha256Wasm } from './hmac-sha256.generated.js';
import { DIGEST_LENGTH, type PseudonymFunction } from './pseudonym-function.js';

/** Shortest key that is taken: the security strength SP 800-107 asks of an HMAC key. */
const MINIMUM_KEY_LENGTH = 16;
/** SHA-256's block: longer keys are hashed first (FIPS 198-1 §3). */
const BLOCK_LENGTH = 64;
/** A domain of 64 and what techniques append to it (`…/given-name`). */
const MAXIMUM_DOMAIN_LENGTH = 90;
const SEPARATOR = 0x1f;
/** Values that go into the kernel at once; bounds its memory for any batch. */
const SLICE_VALUES = 4096;
const SLICE_BYTES = 1 << 20;
const PAGE = 65_536;

export class InvalidKeyError extends ScrubjayError {
  readonly code = 'invalid-key';

  constructor(length: number) {
    super(
      `the pseudonym key has ${length} bytes, too few to keep stand-ins from being guessed`,
      `use at least ${MINIMUM_KEY_LENGTH} random bytes; 'scrubjay key new' makes a file with 32`,
    );
  }
}

export class InvalidDomainError extends ScrubjayError {
  readonly code = 'invalid-pseudonym-domain';

  constructor() {
    super(
      'a pseudonym domain is not plain ASCII or is too long',
      `use at most ${MAXIMUM_DOMAIN_LENGTH} printable ASCII characters, such as the information type's id`,
    );
  }
}

/**
 * The pseudonym function under a key, computed by the SIMD kernel.
 * @param key at least 16 bytes; copied
 * @throws InvalidKeyError
 */
export function createPseudonyms(key: Uint8Array): PseudonymFunction {
  if (key.length < MINIMUM_KEY_LENGTH) throw new InvalidKeyError(key.length);
  return new KeyedPseudonyms(key);
}

class KeyedPseudonyms implements PseudonymFunction {
  readonly keyId: string;
  readonly #hmac: HmacSha256;
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = Uint8Array.from(key);
    this.#hmac = new HmacSha256(key);
    const id = this.#hmac.digests(new Uint8Array(0), batchOf(['scrubjay key id']));
    this.keyId = Buffer.from(id.subarray(0, 8)).toString('hex');
  }

  digests(domain: string, values: ValueBatch): Uint8Array {
    return this.#hmac.digests(prefixOf(domain), values);
  }

  /** HKDF-SHA-256 (RFC 5869), 32 bytes, with the purpose as its info. */
  deriveKey(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#key, 'scrubjay', purpose, 32));
  }
}

function prefixOf(domain: string): Uint8Array {
  if (domain.length > MAXIMUM_DOMAIN_LENGTH || !/^[\x20-\x7e]*$/.test(domain)) throw new InvalidDomainError();
  const prefix = Buffer.from(`${domain}?`, 'latin1');
  prefix[domain.length] = SEPARATOR;
  return prefix;
}

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  keyBlock(): number;
  prefix(): number;
  heap(): number;
  setKey(): void;
  digest(prefixLength: number, values: number, ends: number, count: number, output: number): void;
}

/** Node has WebAssembly; its type declarations do not. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

let compiled: object | undefined;

/** HMAC-SHA-256 over batches under one key; longest prefix 96 bytes. */
export class HmacSha256 {
  readonly #kernel: Kernel;
  readonly #heap: number;
  #memory: Uint8Array;
  #output = new Uint8Array(SLICE_VALUES * DIGEST_LENGTH);

  constructor(key: Uint8Array) {
    compiled ??= new WebAssembly.Module(Buffer.from(hmacSha256Wasm, 'base64'));
    const abort = () => {
      throw new Error('the HMAC kernel stopped');
    };
    this.#kernel = new WebAssembly.Instance(compiled, { env: { abort } }).exports as Kernel;
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
    const block = key.length > BLOCK_LENGTH ? createHash('sha256').update(key).digest() : key;
    const at = this.#kernel.keyBlock();
    this.#memory.fill(0, at, at + BLOCK_LENGTH);
    this.#memory.set(block, at);
    this.#kernel.setKey();
    this.#memory.fill(0, at, at + BLOCK_LENGTH);
    this.#heap = this.#kernel.heap();
  }

  /** HMAC of `prefix || value` for every value; see `PseudonymFunction.digests`. */
  digests(prefix: Uint8Array, values: ValueBatch): Uint8Array {
    const needed = values.count * DIGEST_LENGTH;
    if (this.#output.length < needed) {
      this.#output = new Uint8Array(Math.max(needed, this.#output.length * 2));
    }
    this.#memory.set(prefix, this.#kernel.prefix());
    for (let first = 0; first < values.count;) {
      first = this.#digestSlice(prefix.length, values, first);
    }
    return this.#output.subarray(0, needed);
  }

  /** Digests as many values from `first` on as fit a slice, and returns where the next one begins. */
  #digestSlice(prefixLength: number, { bytes, starts, ends, count }: ValueBatch, first: number): number {
    let next = first;
    let length = 0;
    const limit = Math.min(count, first + SLICE_VALUES);
    while (next < limit && (length < SLICE_BYTES || next === first)) {
      if (starts[next] !== NULL_VALUE) length += ends[next] - starts[next];
      next++;
    }
    const size = next - first;
    const rounded = (size + 3) & ~3;
    const output = this.#heap;
    const endsAt = output + rounded * DIGEST_LENGTH;
    const valuesAt = endsAt + rounded * 4;
    this.#grow(valuesAt + length + 16);
    const memory = this.#memory;
    const kernelEnds = new Uint32Array(memory.buffer, endsAt, size);
    let end = 0;
    for (let i = 0; i < size; i++) {
      const start = starts[first + i];
      if (start !== NULL_VALUE) {
        const stop = ends[first + i];
        const at = valuesAt + end - start;
        if (stop - start <= 48) for (let j = start; j < stop; j++) memory[at + j] = bytes[j];
        else memory.set(bytes.subarray(start, stop), valuesAt + end);
        end += stop - start;
      }
      kernelEnds[i] = end;
    }
    this.#kernel.digest(prefixLength, valuesAt, endsAt, size, output);
    this.#output.set(memory.subarray(output, output + size * DIGEST_LENGTH), first * DIGEST_LENGTH);
    return next;
  }

  #grow(bytes: number): void {
    const missing = bytes - this.#memory.length;
    if (missing <= 0) return;
    this.#kernel.memory.grow(Math.ceil(missing / PAGE));
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
  }
}
