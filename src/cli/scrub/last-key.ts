import { readUnverified } from '../../domain/scrub/attestation/signed-statement.js';
import { ScrubjayError } from '../../domain/errors.js';
import { readTextFileIfThere } from '../text-files.js';

/**
 * The id of the masking key that the last copy of a source was made with, as the attestation says that the
 * new one will take the place of; undefined where there is none, or it is of another source.
 */
export async function lastKeyId(attestation: string, sourceId: string): Promise<string | undefined> {
  const text = await readTextFileIfThere(attestation);
  if (text === undefined) return undefined;
  try {
    const { source, maskingKey } = readUnverified(text).predicate;
    return source.id === sourceId ? maskingKey.id : undefined;
  } catch (error) {
    // Some other file, or an attestation of something else: it says nothing of keys.
    if (error instanceof ScrubjayError) return undefined;
    throw error;
  }
}
