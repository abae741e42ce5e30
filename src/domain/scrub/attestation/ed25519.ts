import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { ScrubjayError } from '../../errors.js';

/** What was given as a signing or public key is none. Says where it stands, never what it is. */
export class MalformedSigningKeyError extends ScrubjayError {
  readonly code = 'signing-key-malformed';

  constructor(where: string, problem: string, hint: string) {
    super(`${where} ${problem}`, hint);
  }
}

/** A key that attestations are checked with. */
export interface VerifyingKey {
  /** SHA-256 (hex) of the DER form (SPKI); equal ids mean equal keys. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Signs attestations: the private half of a `VerifyingKey`, which nothing can be read from. */
export class SigningKey {
  readonly #key: KeyObject;
  readonly publicKey: VerifyingKey;

  /** @param key an Ed25519 private key */
  constructor(key: KeyObject) {
    this.#key = key;
    this.publicKey = verifyingKey(createPublicKey(key));
  }

  /** The id of the public key. */
  get id(): string {
    return this.publicKey.id;
  }

  /** The public key as PEM (SPKI): what others verify with. */
  get publicKeyPem(): string {
    return printVerifyingKey(this.publicKey);
  }

  /** The Ed25519 signature (RFC 8032), 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array {
    return sign(null, bytes, this.#key);
  }
}

/** PKCS#8's frame around the 32 bytes of an Ed25519 private key (RFC 8410 §7). */
const PKCS8_FRAME = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The signing key that a seed of 32 bytes stands for. */
export function signingKeyFromSeed(seed: Uint8Array): SigningKey {
  const der = Buffer.concat([PKCS8_FRAME, seed]);
  return new SigningKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

/**
 * Reads an Ed25519 private key from PEM (PKCS#8).
 * @param where the file it came from, for messages
 * @throws MalformedSigningKeyError
 */
export function parseSigningKey(pem: string, where: string): SigningKey {
  if (/^-----BEGIN PUBLIC KEY-----/m.test(pem)) {
    throw new MalformedSigningKeyError(where, 'is a public key', 'signing needs the private one');
  }
  if (/ENCRYPTED/.test(pem)) {
    throw new MalformedSigningKeyError(
      where,
      'is closed with a passphrase',
      `open it with 'openssl pkey -in ${where} -out FILE' and keep that file to yourself`,
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // What OpenSSL says of it would not help anybody, and might quote it.
    throw new MalformedSigningKeyError(where, 'holds no private key in PEM form', makeOne);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new MalformedSigningKeyError(where, 'is no Ed25519 key', makeOne);
  }
  return new SigningKey(key);
}

/**
 * Reads an Ed25519 public key from PEM (SPKI).
 * @param where the file it came from, for messages
 * @throws MalformedSigningKeyError; also for a private key, which has no business with those who verify
 */
export function parseVerifyingKey(pem: string, where: string): VerifyingKey {
  if (/PRIVATE KEY-----/.test(pem)) {
    throw new MalformedSigningKeyError(
      where,
      'is a private key',
      "verify with the public one, which 'scrubjay key new --signing' wrote beside it as .pub",
    );
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    // As above.
    throw new MalformedSigningKeyError(where, 'holds no public key in PEM form', askForOne);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new MalformedSigningKeyError(where, 'is no Ed25519 key', askForOne);
  }
  return verifyingKey(key);
}

/** A public key as PEM (SPKI). */
export function printVerifyingKey({ key }: VerifyingKey): string {
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

const makeOne = "make one with 'scrubjay key new --signing FILE'";
const askForOne = 'ask whoever ran the scrub for the .pub file of their signing key';

function verifyingKey(key: KeyObject): VerifyingKey {
  const der = key.export({ type: 'spki', format: 'der' });
  return { id: createHash('sha256').update(der).digest('hex'), key };
}
