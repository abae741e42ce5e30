import { z } from 'zod';
import { countCharacters, isControl, isDigit, isLetter, isUpper, LOWER_A, UPPER_A } from '../bytes/ascii.js';
import { appendKeyedText } from '../bytes/keyed-text.js';
import { eachValue } from '../each-value.js';
import { Ff1 } from '../ff1.js';
import { firstMisfit, needsFamily } from '../misfits.js';
import { exact } from '../normalisation/exact.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { defineTechnique, type BatchMask, type MaskingContext } from '../technique.js';

const encoder = new TextEncoder();
/** Fewest characters of each alphabet that SP 800-38G allows: a million values. */
const fewest = { digits: 6, letters: 5 } as const;
const MOST_CHARACTERS = 256;

type Alphabet = 'digits' | 'alphanumeric';
interface Options {
  readonly alphabet: Alphabet;
}

/**
 * Encrypts the digits of a value with FF1 (NIST SP 800-38G rev. 1), so that whoever holds the key can
 * read it again; with `alphabet: alphanumeric` its letters too, each in its case. Punctuation stays.
 * The AES-256 key is derived from the project's key, the tweak is the pseudonym domain.
 *
 * Runs below a million values (five digits, four letters), and values with characters beyond ASCII,
 * cannot be encrypted so: they are replaced by letters and digits drawn from their digest, which
 * nobody can read again. As of any permutation, one value in a domain may be its own image.
 */
export const formatPreservingEncrypt = defineTechnique<Options>({
  id: 'format-preserving-encrypt',
  summary: 'Encrypt digits so that the key can read them again',
  options: z.strictObject({
    alphabet: z
      .enum(['digits', 'alphanumeric'])
      .default('digits')
      .describe('what is encrypted: digits alone (letters are replaced), or digits and letters'),
  }),
  properties: {
    deterministic: true,
    keepsFormat: true,
    keepsLength: true,
    keepsUniqueness: true,
    reversibleWithKey: true,
  },

  misfit: (column) => firstMisfit(needsFamily(column, ['text'], "use 'pseudonymise-identifier' for numbers")),

  prepare: (options, context) => cipherOf(options, context, 'encrypt'),
});

/** Reads again what `format-preserving-encrypt` wrote, under the same key, domain and options. */
export function decryptFormatPreserved(options: Options, context: MaskingContext): BatchMask {
  return cipherOf(options, context, 'decrypt');
}

function cipherOf(
  { alphabet }: Options,
  context: MaskingContext,
  direction: 'encrypt' | 'decrypt',
): BatchMask {
  const { domain, pseudonyms } = context;
  const key = pseudonyms.deriveKey('format-preserving-encrypt');
  const digitCipher = new Ff1(key, 10);
  const letterCipher = new Ff1(key, 26);
  const tweak = encoder.encode(domain);
  const digests = new NormalisedDigests(pseudonyms, domain, exact);

  function encipher(cipher: Ff1, numerals: readonly number[]): readonly number[] {
    return direction === 'encrypt' ? cipher.encrypt(numerals, tweak) : cipher.decrypt(numerals, tweak);
  }

  return (input, output) => {
    const all = digests.of(input);
    const { bytes } = input;
    eachValue(input, output, (index, from, to) => {
      const value = readRuns(bytes, from, to);
      const encryptsLetters = alphabet === 'alphanumeric';
      const isLongEnough =
        (value.digits.length >= fewest.digits || (encryptsLetters && value.digits.length === 0)) &&
        (!encryptsLetters || value.letters.length === 0 || value.letters.length >= fewest.letters) &&
        value.digits.length + value.letters.length > 0;
      if (!value.isPlain || !isLongEnough || (!encryptsLetters && value.letters.length > 0)) {
        appendKeyedText(output, all, index, countCharacters(bytes, from, to));
        return;
      }
      const digits = value.digits.length > 0 ? encipher(digitCipher, value.digits) : [];
      const letters = value.letters.length > 0 ? encipher(letterCipher, value.letters) : [];
      const at = output.reserve(to - from);
      let digit = 0;
      let letter = 0;
      for (let i = from; i < to; i++) {
        const byte = bytes[i];
        if (isDigit(byte)) output.bytes[at + i - from] = 0x30 + digits[digit++];
        else if (isLetter(byte))
          output.bytes[at + i - from] = (isUpper(byte) ? UPPER_A : LOWER_A) + letters[letter++];
        else output.bytes[at + i - from] = byte;
      }
      output.finish(at + to - from);
    });
  };
}

function readRuns(
  bytes: Uint8Array,
  from: number,
  to: number,
): { isPlain: boolean; digits: number[]; letters: number[] } {
  const digits: number[] = [];
  const letters: number[] = [];
  if (to - from > MOST_CHARACTERS) return { isPlain: false, digits, letters };
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte >= 0x80 || isControl(byte)) return { isPlain: false, digits, letters };
    if (isDigit(byte)) digits.push(byte - 0x30);
    else if (isLetter(byte)) letters.push(byte - (isUpper(byte) ? UPPER_A : LOWER_A));
  }
  return { isPlain: true, digits, letters };
}
