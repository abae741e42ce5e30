import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { ScrubjayError } from '../../domain/errors.js';

/** A secret cannot be opened: its key is gone or it was changed. */
export class SealedSecretError extends ScrubjayError {
  readonly code = 'sealed-secret';
}

/** Wraps and unwraps data keys; a key management service can stand here instead of a key in memory. */
export interface KeyWrapper {
  /** Names the wrapping key that new secrets get. */
  readonly keyId: string;
  wrap(dataKey: Buffer): Promise<Buffer>;
  /** @param keyId which key wrapped it */
  unwrap(wrapped: Buffer, keyId: string): Promise<Buffer>;
}

export interface SealedSecret {
  readonly keyId: string;
  readonly wrappedKey: Buffer;
  readonly ciphertext: Buffer;
}

const TAG_LENGTH = 16;
const NONCE_LENGTH = 12;

/** AES-256-GCM (NIST SP 800-38D): nonce || ciphertext || tag; `context` is bound to it and not kept. */
function encrypt(key: Buffer, plaintext: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_LENGTH }).setAAD(
    Buffer.from(context),
  );
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_LENGTH), {
    authTagLength: TAG_LENGTH,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(-TAG_LENGTH));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_LENGTH, -TAG_LENGTH)), decipher.final()]);
  } catch (cause) {
    throw new SealedSecretError(
      'a stored secret does not open',
      'start the service with the key that closed it',
      { cause },
    );
  }
}

/** Wrapping keys held in memory, from the environment or a file: the newest closes, all of them open. */
export class LocalKeyWrapper implements KeyWrapper {
  readonly keyId: string;
  readonly #keys: ReadonlyMap<string, Buffer>;

  /** @param keys 32 bytes each, newest first */
  constructor(keys: readonly [Buffer, ...Buffer[]]) {
    this.#keys = new Map(keys.map((key) => [idOf(key), key]));
    this.keyId = idOf(keys[0]);
  }

  async wrap(dataKey: Buffer): Promise<Buffer> {
    return encrypt(this.#keys.get(this.keyId)!, dataKey, this.keyId);
  }

  async unwrap(wrapped: Buffer, keyId: string): Promise<Buffer> {
    const key = this.#keys.get(keyId);
    if (key) return decrypt(key, wrapped, keyId);
    throw new SealedSecretError(
      `a stored secret was closed with key ${keyId}, which is not here`,
      'give that key as SCRUBJAY_PREVIOUS_ENCRYPTION_KEY',
    );
  }
}

/** Seals a secret under a data key of its own. `context` (tenant and id) must be the same when it is opened. */
export async function seal(plaintext: string, context: string, wrapper: KeyWrapper): Promise<SealedSecret> {
  const dataKey = randomBytes(32);
  return {
    keyId: wrapper.keyId,
    wrappedKey: await wrapper.wrap(dataKey),
    ciphertext: encrypt(dataKey, Buffer.from(plaintext), context),
  };
}

export async function open(sealed: SealedSecret, context: string, wrapper: KeyWrapper): Promise<string> {
  const dataKey = await wrapper.unwrap(sealed.wrappedKey, sealed.keyId);
  return decrypt(dataKey, sealed.ciphertext, context).toString();
}

/** Wraps the data key anew with the wrapper's current key; the secret itself is not touched. */
export async function rewrap(sealed: SealedSecret, wrapper: KeyWrapper): Promise<SealedSecret> {
  const dataKey = await wrapper.unwrap(sealed.wrappedKey, sealed.keyId);
  return { ...sealed, keyId: wrapper.keyId, wrappedKey: await wrapper.wrap(dataKey) };
}

function idOf(key: Buffer): string {
  return createHash('sha256').update('scrubjay wrapping key id').update(key).digest('hex').slice(0, 16);
}
