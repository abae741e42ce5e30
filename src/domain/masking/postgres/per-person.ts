import type { SqlMaskingContext } from '../technique.js';
import { caseFolded } from './normalised.js';

/** Types whose text is the same in every session. */
const plainFamilies = new Set(['text', 'integer', 'uuid']);

/**
 * See `PerPersonDigests`: the digest of the person's key, or of the value where there is none.
 * @param text the value as a copy has it
 * @returns undefined where the key's text depends on the session
 */
export function perPersonDigest(
  text: string,
  { per, domain }: { readonly per: string | undefined; readonly domain: string },
  { digest, companion }: Pick<SqlMaskingContext, 'digest' | 'companion'>,
): string | undefined {
  const own = digest(text);
  if (per === undefined) return own;
  const key = companion(per);
  if (!key || !plainFamilies.has(key.type.family)) return undefined;
  const ofKey = digest(caseFolded(`${key.value}::text`), domain);
  return `case when ${key.value} is null then ${own} else ${ofKey} end`;
}
