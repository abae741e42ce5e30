import { luhnDigit, mod97 } from '../identifiers/check-characters.js';
import { parseIp } from '../ip-addresses.js';

/** What free text is searched for besides names. */
export const findingKinds = [
  'url',
  'email',
  'iban',
  'payment-card',
  'us-ssn',
  'ip-address',
  'phone',
] as const;

export type FindingKind = (typeof findingKinds)[number];

/** A stretch of a text, in UTF-16 units. */
export interface Finding {
  readonly kind: FindingKind;
  readonly from: number;
  readonly to: number;
}

const encoder = new TextEncoder();

/**
 * Everything sensitive in a text that can be told by its shape, in order and without overlap: what is
 * found first in the order of `findingKinds` takes its stretch. Linear in the length of the text:
 * every pattern has bounded repeats, and no two of its neighbours can match the same character.
 */
export function findSensitive(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const kind of findingKinds) {
    let end = 0;
    for (const [from, to] of finders[kind](text)) {
      if (to <= end) continue;
      found.push({ kind, from: Math.max(from, end), to });
      end = to;
    }
  }
  return withoutOverlap(found);
}

/** Earlier kinds win, and what a weaker finding covers beside them stays found; in order of place. */
function withoutOverlap(found: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = [];
  for (const kind of findingKinds) {
    const stronger = [...kept];
    let next = 0;
    for (const finding of found.filter((candidate) => candidate.kind === kind)) {
      let from = finding.from;
      while (next < stronger.length && stronger[next].to <= from) next++;
      for (let at = next; at < stronger.length && stronger[at].from < finding.to; at++) {
        if (stronger[at].from > from) kept.push({ kind, from, to: stronger[at].from });
        from = Math.max(from, stronger[at].to);
      }
      if (from < finding.to) kept.push({ kind, from, to: finding.to });
    }
    kept.sort((a, b) => a.from - b.from);
  }
  return kept;
}

type Finder = (text: string) => Iterable<readonly [number, number]>;

const finders: Readonly<Record<FindingKind, Finder>> = {
  *url(text) {
    for (const match of text.matchAll(
      /\b(?:https?|ftp):\/\/[^\s<>"'()[\]{}]{1,2048}|\bwww\.[^\s<>"'()[\]{}]{3,2048}/gi,
    )) {
      const end = match[0].replace(/[.,;:!?]{1,8}$/, '').length;
      yield [match.index, match.index + end];
    }
  },

  /** From each `@` outwards. */
  *email(text) {
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      let from = at;
      while (from > 0 && at - from < 64 && isLocalCharacter(text, from - 1)) from--;
      let to = at + 1;
      while (to < text.length && to - at < 254 && /[\p{L}\p{N}.-]/u.test(text[to])) to++;
      while (to > at + 1 && /[.-]/.test(text[to - 1])) to--;
      while (from < at && text[from] === '.') from++;
      if (from < at && text.slice(at + 1, to).includes('.')) yield [from, to];
    }
  },

  *iban(text) {
    for (const match of text.matchAll(
      /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g,
    )) {
      const end = validIban(match[0]);
      if (end > 0) yield [match.index, match.index + end];
    }
  },

  *'payment-card'(text) {
    for (const match of text.matchAll(/(?<![\d.])\d(?:[ -]?\d){11,18}(?!\d)/g)) {
      const digits = encoder.encode(match[0].replace(/[ -]/g, ''));
      const last = digits.length - 1;
      if (digits[last] - 0x30 === luhnDigit(digits, 0, last))
        yield [match.index, match.index + match[0].length];
    }
  },

  *'us-ssn'(text) {
    for (const match of text.matchAll(/(?<![\d-])\d{3}([- ])\d{2}\1\d{4}(?![\d-])/g)) {
      yield [match.index, match.index + match[0].length];
    }
  },

  *'ip-address'(text) {
    const pattern =
      /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)|(?<![0-9a-f:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![0-9a-f:])/gi;
    for (const match of text.matchAll(pattern)) {
      const isAddress = match[0].length > 2 && parseIp(match[0]) !== undefined;
      if (isAddress) yield [match.index, match.index + match[0].length];
    }
  },

  /** Seven to fifteen digits (ITU-T E.164) that are no date, amount or version. */
  *phone(text) {
    for (const match of text.matchAll(
      /(?<![\p{L}\d.,:/-])(?:\+|\(|00)?\d(?:[ \-./()]{0,3}\d){6,16}(?![\d:]|[.,]\d)/gu,
    )) {
      const digits = match[0].replace(/\D/g, '').length;
      if (digits <= 15 && !isDateOrAmount(match[0])) yield [match.index, match.index + match[0].length];
    }
  },
};

function isLocalCharacter(text: string, at: number): boolean {
  return /[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]/u.test(text[at]);
}

/** Length of the longest prefix, cut at its groups, whose check digits are right; 0 for none. */
function validIban(text: string): number {
  for (let end = text.length; end >= 15; end--) {
    if (/[ -]/.test(text[end - 1])) continue;
    if (end < text.length && !/[ -]/.test(text[end])) continue;
    const characters = encoder.encode(text.slice(0, end).replace(/[ -]/g, ''));
    if (characters.length < 15 || characters.length > 34) continue;
    if (mod97(characters, 0, 4, mod97(characters, 4, characters.length)) === 1) return end;
  }
  return 0;
}

function isDateOrAmount(text: string): boolean {
  return /^(\d{4}[-./]\d{2}[-./]\d{2}|\d{2}[-./]\d{2}[-./]\d{4}|\d{1,15}[.,]\d{1,2})( \d{2})?$/.test(text);
}
