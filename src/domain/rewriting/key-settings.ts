import { createHash } from 'node:crypto';

/** HMAC-SHA-256's block (FIPS 198-1). */
const BLOCK_LENGTH = 64;

/** A setting of the upstream session; neither name may be read or set by a client. */
export interface KeySetting {
  readonly name: 'scrubjay.key_inner' | 'scrubjay.key_outer';
  /** Text form of a bytea: `\x…`. */
  readonly value: string;
}

/** Prefix of the settings that no client may read or set. */
export const RESERVED_SETTINGS = 'scrubjay.';

/**
 * The pseudonym key as the masked expressions read it: HMAC's two key blocks in two settings of the
 * upstream session, so that no query text, plan, log line or error ever holds the key. Whoever keeps the
 * connection sets both before the first query, and again after anything that resets settings:
 *
 *     select set_config($1, $2, false), set_config($3, $4, false)
 *
 * with bound parameters, which PostgreSQL does not log at its default settings. Without them a
 * pseudonymised column fails with an error and shows nothing.
 */
export function keySettings(key: Uint8Array): readonly KeySetting[] {
  const block = Buffer.alloc(BLOCK_LENGTH);
  block.set(key.length > BLOCK_LENGTH ? createHash('sha256').update(key).digest() : key);
  const padded = (pad: number) => `\\x${Buffer.from(block.map((byte) => byte ^ pad)).toString('hex')}`;
  return [
    { name: 'scrubjay.key_inner', value: padded(0x36) },
    { name: 'scrubjay.key_outer', value: padded(0x5c) },
  ];
}

/** What every upstream session is set to before a client's first query: the parser assumes it. */
export const pinnedSettings: Readonly<Record<string, string>> = {
  standard_conforming_strings: 'on',
  client_encoding: 'UTF8',
  row_security: 'on',
};
