import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { ScrubjayError } from '../domain/errors.js';
import { type KeySetting, keySettings } from '../domain/rewriting/key-settings.js';
import { createPseudonyms } from '../domain/masking/pseudonym/keyed-pseudonyms.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

/** Bytes of a masking key: HMAC-SHA-256 gains nothing from more (RFC 2104 §3), and less is not taken. */
export const MASKING_KEY_LENGTH = 32;
/** Random bytes repeat so seldom that fewer different ones are a pattern somebody typed (chance < 1e-15). */
const FEWEST_DIFFERENT_BYTES = 16;

/** Nobody said which key stand-ins come from. */
export class MissingMaskingKeyError extends ScrubjayError {
  readonly code = 'masking-key-missing';

  constructor() {
    super(
      'there is no masking key',
      "make one with 'scrubjay key new FILE', then give it with --key-file FILE or SCRUBJAY_KEY_FILE, or put the key itself into SCRUBJAY_KEY",
    );
  }
}

/** Two keys were given and may differ: stand-ins of the wrong one would match no earlier copy. */
export class AmbiguousMaskingKeyError extends ScrubjayError {
  readonly code = 'masking-key-ambiguous';

  constructor() {
    super(
      'SCRUBJAY_KEY and SCRUBJAY_KEY_FILE are both set',
      'unset one of them, or say which key it is with --key-file FILE',
    );
  }
}

/** What was given as a key is none. Says where it stands, never what it is. */
export class MalformedMaskingKeyError extends ScrubjayError {
  readonly code = 'masking-key-malformed';

  constructor(where: string, problem: string, hint = "make one with 'scrubjay key new FILE'") {
    super(`the masking key in ${where} ${problem}`, hint);
  }
}

/** The key that stand-ins come from. Its bytes do not get into logs: neither JSON nor inspection shows them. */
export class MaskingKey {
  readonly #pseudonyms: PseudonymFunction;
  readonly #bytes: Uint8Array;

  /** @param bytes `MASKING_KEY_LENGTH` random bytes; copied */
  constructor(bytes: Uint8Array) {
    this.#pseudonyms = createPseudonyms(bytes);
    this.#bytes = Uint8Array.from(bytes);
  }

  /** Names the key without giving it away; see `PseudonymFunction.keyId`. */
  get id(): string {
    return this.#pseudonyms.keyId;
  }

  /** The pseudonym function under this key. */
  get pseudonyms(): PseudonymFunction {
    return this.#pseudonyms;
  }

  /** 32 bytes for another purpose: HKDF-SHA-256 (RFC 5869) with the purpose as its info. */
  derive(purpose: string): Uint8Array {
    return this.#pseudonyms.deriveKey(purpose);
  }

  /** The key as masked queries read it: settings of the session that runs them, never of a text. */
  get sessionSettings(): readonly KeySetting[] {
    return keySettings(this.#bytes);
  }

  toJSON(): object {
    return { id: this.id };
  }

  toString(): string {
    return `MaskingKey ${this.id}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Where a masking key may be. */
export interface MaskingKeyPlaces {
  /** `--key-file`; stands above the environment. */
  readonly keyFile?: string;
  /** Read for `SCRUBJAY_KEY_FILE` (a path) and `SCRUBJAY_KEY` (the key itself). */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the masking key: 32 bytes as 64 hex digits or as base64 (either alphabet, padding optional). A key
 * file holds the same in one line; lines that begin with `#` and empty ones do not count.
 * @throws MissingMaskingKeyError, AmbiguousMaskingKeyError, MalformedMaskingKeyError, KeyFileAccessError,
 *   KeyFileExposedError
 */
export async function readMaskingKey({ keyFile, env }: MaskingKeyPlaces): Promise<MaskingKey> {
  const inEnvironment = env.SCRUBJAY_KEY?.trim() ?? '';
  const fileOfEnvironment = env.SCRUBJAY_KEY_FILE ?? '';
  if (keyFile === undefined && inEnvironment !== '' && fileOfEnvironment !== '') {
    throw new AmbiguousMaskingKeyError();
  }
  const file = keyFile ?? fileOfEnvironment;
  if (file !== '') return parseMaskingKey(await readPrivateFile(file), file);
  if (inEnvironment !== '') return parseMaskingKey(inEnvironment, 'SCRUBJAY_KEY');
  throw new MissingMaskingKeyError();
}

/**
 * Makes a random key and writes it into a new file that only its owner may read (mode 0600).
 * @throws KeyFileAccessError; also when the file is there already
 */
export async function createMaskingKeyFile(file: string): Promise<MaskingKey> {
  const bytes = randomBytes(MASKING_KEY_LENGTH);
  const key = new MaskingKey(bytes);
  const text = [
    `# Scrubjay masking key ${key.id}. Secret: whoever holds it can recompute stand-ins.`,
    '# Lost, no later copy can match the earlier ones: keep a safe second place for it.',
    bytes.toString('hex'),
    '',
  ].join('\n');
  await writePrivateFile(file, text);
  return key;
}

/**
 * Understands a key's text.
 * @param where the file or variable it came from, for messages
 * @throws MalformedMaskingKeyError
 */
export function parseMaskingKey(text: string, where: string): MaskingKey {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new MalformedMaskingKeyError(where, 'is empty');
  if (lines[0].startsWith('-----BEGIN')) {
    throw new MalformedMaskingKeyError(
      where,
      'is a PEM document',
      "that is a signing key's form: give it with --signing-key",
    );
  }
  if (lines.length > 1) throw new MalformedMaskingKeyError(where, `has ${lines.length} lines`, oneLine);
  const bytes = decode(lines[0]);
  if (!bytes) throw new MalformedMaskingKeyError(where, 'is neither hex nor base64', oneLine);
  if (bytes.length !== MASKING_KEY_LENGTH) {
    const problem = `has ${bytes.length} bytes in place of ${MASKING_KEY_LENGTH}`;
    throw new MalformedMaskingKeyError(where, problem, oneLine);
  }
  if (new Set(bytes).size < FEWEST_DIFFERENT_BYTES) {
    throw new MalformedMaskingKeyError(where, 'is a pattern, which can be guessed');
  }
  return new MaskingKey(bytes);
}

const oneLine = `write ${MASKING_KEY_LENGTH} random bytes as 64 hex digits or as base64 in one line ('openssl rand -hex 32' prints such a line)`;

function decode(text: string): Buffer | undefined {
  if (/^(?:[\da-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[\w+/-]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  return undefined;
}
