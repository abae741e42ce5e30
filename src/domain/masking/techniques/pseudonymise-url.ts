import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { firstMisfit, needsText, tooShort } from '../misfits.js';
import { caseFolded } from '../normalisation/case-folded.js';
import { exact } from '../normalisation/exact.js';
import { decodeText } from '../normalisation/normaliser.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE, ValueBatchWriter } from '../value-batch.js';
import { urlForm } from '../postgres/url-form.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** 60 bits: hosts, and whole addresses, stay apart. */
const LABEL = 12;
const MOST_SEGMENTS = 32;
/** `https://abcdefghijkl.example.com/abcdefghijkl`. */
const SHORTEST = 45;
// Linear: every part excludes what ends it.
const shape =
  /^([a-z][a-z0-9+.-]{0,15}:\/\/)?(?:[^/?#@]*@)?([^/?#:]*)(:\d{1,5})?(\/[^?#]*)?(\?[^#]*)?(#.*)?$/is;

/**
 * `https://ana@shop.org/people/ana.html?id=7` -> `https://q3fk7….example.com/xkqwpe/abd….html?p=…`.
 *
 * Scheme, port, number of path segments and file ending stay; user, query and fragment go. A host has
 * one stand-in wherever it stands, under a domain that is reserved (RFC 2606). The last segment holds
 * 60 bits drawn from the whole address, so different addresses stay different.
 */
export const pseudonymiseUrl = defineTechnique({
  id: 'pseudonymise-url',
  summary: 'Replace a web address by another of the same shape',
  options: z.strictObject({
    keepHost: z
      .boolean()
      .default(false)
      .describe('keep the host; one that belongs to a person tells who it is'),
  }),
  properties: { deterministic: true, keepsFormat: true, keepsUniqueness: true, neverOriginal: true },

  misfit: (column) => firstMisfit(needsText(column), tooShort(column, SHORTEST)),

  prepare({ keepHost }, { column, domain, pseudonyms }) {
    const wholes = new NormalisedDigests(pseudonyms, domain, exact);
    const hosts = new NormalisedDigests(pseudonyms, `${domain}/host`, caseFolded);
    const maxLength = column.type.maxLength ?? Infinity;
    const hostNames = new ValueBatchWriter();

    return (input, output) => {
      const parts: (RegExpExecArray | null)[] = [];
      hostNames.clear();
      for (let i = 0; i < input.count; i++) {
        const text =
          input.starts[i] === NULL_VALUE ? '' : decodeText(input.bytes, input.starts[i], input.ends[i]);
        const match = shape.exec(text.trim());
        parts.push(match);
        hostNames.appendText(match?.[2] ?? text);
      }
      const hostDigests = hosts.of(hostNames).slice();
      const all = wholes.of(input);
      eachValue(input, output, (index) => {
        const part = parts[index];
        const [, scheme = '', host = '', port = '', path = '', query = '', fragment = ''] = part ?? [];
        const isName = /^[a-z0-9.-]{1,253}$/i.test(host);
        const standIn = keepHost && isName ? host : `${letters(hostDigests, index, 0, LABEL)}.example.com`;
        const rest = path.length > 1 || query !== '' || fragment !== '' ? pathOf(path, all, index) : path;
        const long = `${scheme}${standIn}${port}${rest}`;
        const isShort = long.length <= maxLength;
        output.appendText(
          isShort
            ? long
            : `https://${letters(hostDigests, index, 0, LABEL)}.example.com/${letters(all, index, 0, LABEL)}`,
        );
      });
    };
  },

  sql: { postgres: (value, options, context) => urlForm(value, options, context) },
});

function pathOf(path: string, digests: Uint8Array, index: number): string {
  const segments = path.split('/').slice(1, MOST_SEGMENTS + 1);
  const ending = /\.[a-z0-9]{1,5}$/i.exec(segments.at(-1) ?? '')?.[0] ?? '';
  const inner = segments
    .slice(0, -1)
    .map((segment, i) => letters(digests, index, LABEL + i * 3, Math.min(segment.length, LABEL)));
  return `/${[...inner, letters(digests, index, 0, LABEL)].join('/')}${ending}`;
}

/** Letters drawn from the digest's bytes, from `first` on and around. */
function letters(digests: Uint8Array, index: number, first: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    text += alphabet[digests[index * DIGEST_LENGTH + ((first + i) % DIGEST_LENGTH)] & 31];
  }
  return text;
}
