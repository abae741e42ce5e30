import { generateKeyPairSync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import {
  parseSigningKey,
  parseVerifyingKey,
  SigningKey,
  signingKeyFromSeed,
  type VerifyingKey,
} from '../domain/scrub/attestation/ed25519.js';
import type { MaskingKey } from './masking-key.js';
import { readPrivateFile, readPublicFile, writePrivateFile, writePublicFile } from './private-file.js';

/** Where a signing key may be. */
export interface SigningKeyPlaces {
  /** `--signing-key`: a PEM file; stands above the environment. */
  readonly signingKeyFile?: string;
  /** Read for `SCRUBJAY_SIGNING_KEY`, the path of a PEM file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a key is derived from where none is given. */
  readonly maskingKey: MaskingKey;
}

/**
 * Reads the Ed25519 key (PKCS#8 PEM) that attestations are signed with. Where none is given, it is
 * derived from the masking key, HKDF-SHA-256 with an info string of its own: so every attestation is
 * signed, nobody has to keep a second secret, and runs under one masking key share one public key.
 * The public key tells nothing about the masking key. What is lost is the separation of duties: whoever
 * may mask may also attest. Where an auditor is to rely on that separation, give a key of its own.
 * @throws MalformedSigningKeyError, KeyFileAccessError, KeyFileExposedError
 */
export async function readSigningKey(places: SigningKeyPlaces): Promise<SigningKey> {
  const file = places.signingKeyFile ?? places.env.SCRUBJAY_SIGNING_KEY ?? '';
  return file === '' ? deriveSigningKey(places.maskingKey) : readSigningKeyFile(file);
}

/** Reads a signing key from a file that only its owner may read. Throws as `readSigningKey`. */
export async function readSigningKeyFile(file: string): Promise<SigningKey> {
  return parseSigningKey(await readPrivateFile(file), file);
}

/** Reads a public key (SPKI PEM) to verify with. Throws `KeyFileAccessError`, `MalformedSigningKeyError`. */
export async function readVerifyingKeyFile(file: string): Promise<VerifyingKey> {
  return parseVerifyingKey(await readPublicFile(file), file);
}

/** The signing key of those who give none; see `readSigningKey`. */
export function deriveSigningKey(maskingKey: MaskingKey): SigningKey {
  return signingKeyFromSeed(maskingKey.derive('scrubjay attestation signing key v1'));
}

/**
 * Makes a signing key: FILE with the private key (PKCS#8 PEM, mode 0600) and FILE.pub with the public
 * one (SPKI PEM), which may be given to anybody.
 * @throws KeyFileAccessError; also when either file is there already
 */
export async function createSigningKeyFile(file: string): Promise<SigningKey> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = new SigningKey(privateKey);
  await writePrivateFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  try {
    await writePublicFile(`${file}.pub`, key.publicKeyPem);
  } catch (error) {
    await rm(file);
    throw error;
  }
  return key;
}
