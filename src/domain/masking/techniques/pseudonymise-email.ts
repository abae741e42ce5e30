import { z } from 'zod';
import { hexAlphabet } from '../bytes/hex.js';
import { AT_SIGN, FULL_STOP, isAlphanumeric, isAscii, isBlank, lowerCase, HYPHEN } from '../bytes/ascii.js';
import { firstMisfit, needsText, tooShort } from '../misfits.js';
import { caseFolded } from '../normalisation/case-folded.js';
import { draw, NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { emailForm } from '../postgres/email-form.js';
import { standIns } from '../stand-in-lists.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE } from '../value-batch.js';

const encoder = new TextEncoder();
/** Reserved for documentation by RFC 2606: no mail ever reaches anybody. */
const reservedHosts = ['example.com', 'example.org', 'example.net'].map((host) => encoder.encode(host));
const HOST_LENGTH = 11;
/** 40 bits beside two names. */
const TAIL_DIGITS = 10;
/** Of a stand-in without names: 64 bits. */
const COMPACT_DIGITS = 16;
const LONGEST_NAME = 8;

/**
 * `Ana.Lopez@Shop.example ` -> `mira.holm.4f09c31ab2@example.org`. Case and outer blanks of the
 * address do not matter. Names and the ten digits (40 bits) together hold over 60 bits, so that a
 * unique column stays unique; in a column too short for that, 16 digits (64 bits) alone are the local
 * part, or as many as fit.
 */
export const pseudonymiseEmail = defineTechnique({
  id: 'pseudonymise-email',
  summary: 'Replace an e-mail address by a stand-in that reaches nobody',
  options: z.strictObject({
    keepDomain: z
      .boolean()
      .default(false)
      .describe('keep the host part; one that belongs to a person tells who it is'),
  }),
  properties: { deterministic: true, keepsFormat: true, keepsUniqueness: true, neverOriginal: true },

  misfit: (column, { keepDomain }) =>
    firstMisfit(
      needsText(column),
      tooShort(column, 1 + HOST_LENGTH + (column.unique ? COMPACT_DIGITS : 4) + (keepDomain ? 36 : 0)),
    ),

  prepare({ keepDomain }, { column, domain, pseudonyms, words }) {
    const digests = new NormalisedDigests(pseudonyms, domain, caseFolded);
    const given = standIns(words, 'short_given_names');
    const family = standIns(words, 'short_family_names');
    const maxLength = column.type.maxLength ?? Infinity;

    return (input, output) => {
      const all = digests.of(input);
      for (let i = 0; i < input.count; i++) {
        const from = input.starts[i];
        if (from === NULL_VALUE) {
          output.appendNull();
          continue;
        }
        const to = input.ends[i];
        if (from === to) {
          output.append(input.bytes, from, to);
          continue;
        }
        const kept = keepDomain ? hostStart(input.bytes, from, to) : to;
        const hostEnd = kept < to ? withoutBlanks(input.bytes, to) : to;
        const keptLength = hostEnd - kept;
        const hostLength = kept < to && keptLength + 5 <= maxLength ? keptLength : HOST_LENGTH;
        const start = output.reserve(2 * LONGEST_NAME + TAIL_DIGITS + 3 + Math.max(hostLength, HOST_LENGTH));
        const target = output.bytes;
        const first = draw(all, i, 0);
        const last = draw(all, i, 1);
        const room = maxLength - hostLength - 1;
        let at = start;
        if (given.lengthAt(first) + family.lengthAt(last) + 2 + TAIL_DIGITS <= room) {
          at = given.writeLower(first, target, at);
          target[at++] = FULL_STOP;
          at = family.writeLower(last, target, at);
          target[at++] = FULL_STOP;
          at = writeHex(target, at, all, i, TAIL_DIGITS);
        } else {
          at = writeHex(target, at, all, i, Math.max(1, Math.min(COMPACT_DIGITS, room)));
        }
        target[at++] = AT_SIGN;
        if (hostLength === keptLength && kept < to) {
          for (let j = kept; j < hostEnd; j++) target[at++] = lowerCase[input.bytes[j]];
        } else {
          const host = reservedHosts[all[i * DIGEST_LENGTH + 31] % reservedHosts.length];
          for (let j = 0; j < HOST_LENGTH; j++) target[at++] = host[j];
        }
        output.finish(at);
      }
    };
  },

  sql: { postgres: emailForm },
});

/** Hexadecimal digits of the digest's third word on. */
function writeHex(bytes: Uint8Array, at: number, digests: Uint8Array, index: number, digits: number): number {
  const from = index * DIGEST_LENGTH + 8;
  for (let digit = 0; digit < digits; digit++) {
    const byte = digests[from + (digit >> 1)];
    bytes[at++] = hexAlphabet[digit & 1 ? byte & 15 : byte >> 4];
  }
  return at;
}

/** Where the host part begins, or `to` when there is none that is certainly a host name. */
function hostStart(bytes: Uint8Array, from: number, to: number): number {
  const end = withoutBlanks(bytes, to);
  let at = end;
  while (at > from && bytes[at - 1] !== AT_SIGN) at--;
  if (at <= from + 1 || end - at < 3 || end - at > 253 || !isAscii(bytes, at, end)) return to;
  for (let i = at; i < end; i++) {
    if (!isAlphanumeric(bytes[i]) && bytes[i] !== FULL_STOP && bytes[i] !== HYPHEN) return to;
  }
  return at;
}

function withoutBlanks(bytes: Uint8Array, to: number): number {
  while (to > 0 && isBlank(bytes[to - 1])) to--;
  return to;
}
