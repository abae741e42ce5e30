import { type DsseEnvelope, printEnvelope } from '../../domain/scrub/attestation/dsse-envelope.js';
import type { SigningKey, VerifyingKey } from '../../domain/scrub/attestation/ed25519.js';
import { readVerifyingKeyFile } from '../../runs/signing-key.js';
import { UsageError } from '../errors.js';
import { readTextFile, readTextFileIfThere, writeTextFile } from '../text-files.js';

/** The keys that an attestation is checked with, and why they are believed. */
export interface TrustedKeys {
  readonly keys: readonly VerifyingKey[];
  readonly files: readonly string[];
  /** `beside` when nobody gave a key: whoever could change the attestation could change that one too. */
  readonly trust: 'given' | 'beside';
}

/** Where the public key lies that was written with an attestation. */
export function keyBeside(file: string): string {
  return `${file}.pub`;
}

/**
 * The keys that somebody gave, else the one beside the attestation.
 * @throws UsageError when there is neither; KeyFileAccessError, MalformedSigningKeyError
 */
export async function trustedKeys(file: string, given: readonly string[]): Promise<TrustedKeys> {
  const files = given.length > 0 ? given : [keyBeside(file)];
  if (given.length === 0 && (await readTextFileIfThere(files[0])) === undefined) {
    throw new UsageError(
      `there is no public key to verify ${file} with`,
      'give the one of whoever ran the scrub with --public-key FILE',
    );
  }
  const keys = await Promise.all(files.map(readVerifyingKeyFile));
  return { keys, files, trust: given.length > 0 ? 'given' : 'beside' };
}

/** The text of an attestation. Throws `FileAccessError`, `FileFormatError`. */
export function readAttestation(file: string): Promise<string> {
  return readTextFile(file);
}

/** Writes an attestation, and beside it the public key of whoever signed it. Throws `FileAccessError`. */
export async function writeAttestation(file: string, envelope: DsseEnvelope, key: SigningKey): Promise<void> {
  await writeTextFile(keyBeside(file), key.publicKeyPem);
  await writeTextFile(file, printEnvelope(envelope));
}
