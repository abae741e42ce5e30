import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { parseIp, printIp, type IpAddress } from '../ip-addresses.js';
import { breaksUniqueness, firstMisfit, needsFamily, tooShort } from '../misfits.js';
import { caseFolded } from '../normalisation/case-folded.js';
import { decodeText } from '../normalisation/normaliser.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { defineTechnique } from '../technique.js';
import { ipForm } from '../postgres/ip-form.js';

/**
 * `198.51.100.7/24` -> `10.80.3.211/24`: an address of the same version with the same prefix length.
 *
 * By default the stand-in lies in 10.0.0.0/8 or fd00::/8 (RFC 1918, RFC 4193), where nobody else is
 * reached. `range: any` draws from all addresses; `keepPrefix` keeps that many leading bits instead,
 * so that addresses of one network stay together. IPv4 has too few addresses to stay unique.
 */
export const pseudonymiseIp = defineTechnique({
  id: 'pseudonymise-ip',
  summary: 'Replace a network address by another of the same version',
  options: z.strictObject({
    range: z.enum(['private', 'any']).default('private').describe('where stand-ins lie'),
    keepPrefix: z
      .number()
      .int()
      .min(0)
      .max(120)
      .default(0)
      .describe('leading bits that stay (IPv4: 24 at most); then `range` does not count'),
  }),
  properties: { deterministic: true, keepsFormat: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['text', 'network'], "use 'null' or 'keyed-hash'"),
      column.type.name.startsWith('macaddr')
        ? { problem: `column '${column.name}' holds hardware addresses`, hint: "use 'pseudonymise-mac'" }
        : undefined,
      column.type.family === 'text' ? tooShort(column, 15) : undefined,
      breaksUniqueness(column, "'keyed-hash' on a text column, or 'null'"),
    ),

  prepare({ range, keepPrefix }, { column, domain, pseudonyms }) {
    const digests = new NormalisedDigests(pseudonyms, domain, caseFolded);
    const isNetwork = column.type.name === 'cidr';

    function standIn({ bytes, prefix }: IpAddress, digest: Uint8Array): IpAddress {
      const drawn = digest.slice(0, bytes.length);
      const isV4 = bytes.length === 4;
      if (keepPrefix > 0) keepBits(drawn, bytes, isV4 ? Math.min(keepPrefix, 24) : keepPrefix);
      else if (range === 'private') drawn[0] = isV4 ? 10 : 0xfd;
      // The last bit that may change settles that the stand-in is another address.
      const last = isNetwork && prefix !== undefined ? Math.max(prefix - 1, 0) : bytes.length * 8 - 1;
      if (isNetwork && prefix !== undefined) clearBits(drawn, prefix);
      if (drawn.every((byte, i) => byte === bytes[i])) drawn[last >> 3] ^= 0x80 >> (last & 7);
      return prefix === undefined ? { bytes: drawn } : { bytes: drawn, prefix };
    }

    return (input, output) => {
      const all = digests.of(input);
      eachValue(input, output, (index, from, to) => {
        const address = to - from < 64 ? parseIp(decodeText(input.bytes, from, to)) : undefined;
        const digest = all.subarray(index * DIGEST_LENGTH, (index + 1) * DIGEST_LENGTH);
        // What is no address gets one that nobody has.
        output.appendText(printIp(standIn(address ?? { bytes: new Uint8Array(4) }, digest)));
      });
    };
  },

  sql: { postgres: (value, options, context) => ipForm(value, options, context) },
});

function keepBits(drawn: Uint8Array, original: Uint8Array, bits: number): void {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff00 >> (bits - bit)) & 0xff;
    drawn[bit >> 3] = (original[bit >> 3] & mask) | (drawn[bit >> 3] & ~mask);
  }
}

function clearBits(drawn: Uint8Array, from: number): void {
  for (let i = from >> 3; i < drawn.length; i++) {
    drawn[i] &= i * 8 >= from ? 0 : (0xff00 >> (from - i * 8)) & 0xff;
  }
}
