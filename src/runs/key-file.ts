import type { SigningKey, VerifyingKey } from '../domain/scrub/attestation/ed25519.js';
import { type MaskingKey, readMaskingKey } from './masking-key.js';
import { readPublicFile } from './private-file.js';
import { deriveSigningKey, readSigningKeyFile, readVerifyingKeyFile } from './signing-key.js';

/** What a key file holds, told by its content. */
export type KeyFile =
  | { readonly kind: 'masking'; readonly key: MaskingKey }
  | { readonly kind: 'signing'; readonly key: SigningKey }
  | { readonly kind: 'public'; readonly key: VerifyingKey };

/** Reads a key file of any kind; secret ones must be for their owner alone. Throws as the readers of each do. */
export async function readKeyFile(file: string): Promise<KeyFile> {
  const text = await readPublicFile(file);
  if (text.includes('-----BEGIN PUBLIC KEY-----')) {
    return { kind: 'public', key: await readVerifyingKeyFile(file) };
  }
  if (text.includes('-----BEGIN')) return { kind: 'signing', key: await readSigningKeyFile(file) };
  return { kind: 'masking', key: await readMaskingKey({ keyFile: file, env: {} }) };
}

/** The public key that attestations made under a key are verified with. */
export function publicKeyOf({ kind, key }: KeyFile): VerifyingKey {
  if (kind === 'public') return key;
  return kind === 'signing' ? key.publicKey : deriveSigningKey(key).publicKey;
}
