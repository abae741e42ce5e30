import { z } from 'zod';
import { foldText } from '../names/fold-text.js';
import { formsSchema } from '../names/vocabulary.js';

/** File format of `rules/vocabulary/text.yaml`. */
export const textWordsSchema = z.strictObject({
  streets: formsSchema,
  titles: formsSchema,
  organisations: formsSchema,
});

/** Words that values are searched for, folded. */
export interface TextWords {
  readonly givenNames: ReadonlySet<string>;
  readonly familyNames: ReadonlySet<string>;
  /** `ltd`, `gmbh`: what makes a name that of an organisation. */
  readonly organisations: ReadonlySet<string>;
  /** `road`, `rue`, `ulica`: what makes a line with a number an address. */
  readonly streets: ReadonlySet<string>;
  /** Names of towns and regions: a pair of words that is one is nobody's name. */
  readonly places: ReadonlySet<string>;
  /** `mr`, `frau`, `dr`: what a name follows. */
  readonly titles: ReadonlySet<string>;
}

/** Kinds of personal data in a text, as the ids of information types. */
export type TextFinding =
  | 'email-address'
  | 'phone-number'
  | 'person-name'
  | 'iban'
  | 'payment-card-number'
  | 'national-id'
  | 'date-of-birth'
  | 'street-address';

const email = /[\p{L}\d._%+-]{1,64}@[\p{L}\d.-]{1,190}\.\p{L}{2,18}/u;
const phone =
  /(?<![\w.])(?:\+\d{1,3}[ ()./-]{0,2}|\(?0|\(\d{2,4}\) ?)?\d{2,5}(?:[ ()./-]{1,2}\d{2,5}){1,4}(?: ?(?:x|ext\.?) ?\d{1,6})?(?![\w])|\+\d{8,15}(?!\d)/g;
const iban = /(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/;
const card = /(?<!\d)(?:\d{4}[ -]?){3}\d{1,7}(?!\d)/;
const idShape =
  /(?<![\d-])(?:\d{3}-\d{2}-\d{4}|\d{3}\.\d{3}\.\d{3}-\d{2}|\d{6}[-+]\d{4}|\d{8}[A-Z])(?![\d-])/;
const born =
  /(?:\bborn|\bgeb(?:oren)?\.?|\bn[ée]e?(?:\(e\))? le|\bnacid[oa]|\bnascid[oa]|\bDOB|\bdate of birth|\bnat[oa] il|\bur\.|\bf(?:ø|o)dt)[^\d]{0,12}\d{1,4}[-/. ]/i;

/** The kinds of personal data that a text holds. Linear in the text's length, which callers bound. */
export function findPersonalData(text: string, words: TextWords): ReadonlySet<TextFinding> {
  const found = new Set<TextFinding>();
  if (text.includes('@') && email.test(text)) found.add('email-address');
  if (/\d/.test(text)) {
    if (hasPhone(text)) found.add('phone-number');
    if (iban.test(text)) found.add('iban');
    if (card.test(text)) found.add('payment-card-number');
    if (idShape.test(text)) found.add('national-id');
    if (born.test(text)) found.add('date-of-birth');
    if (hasStreet(text, words)) found.add('street-address');
  }
  if (hasName(text, words)) found.add('person-name');
  return found;
}

function hasPhone(text: string): boolean {
  for (const [match] of text.matchAll(phone)) {
    const digits = match.replace(/\D/g, '').length;
    if (digits < 8 || digits > 17) continue;
    // A date or a decimal number is no phone number.
    if (/^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}$/.test(match)) continue;
    return true;
  }
  return false;
}

function hasStreet(text: string, { streets }: TextWords): boolean {
  for (const [, before, after] of text.matchAll(
    /\d+\p{L}? ((?:\p{Lu}[\p{L}'.-]+ ?){1,4})|((?:\p{Lu}[\p{L}'.-]+ ){1,3})\d+/gu,
  )) {
    const parts = (before ?? after).split(/[ .]/).filter(Boolean);
    if (
      parts.some(
        (part) =>
          streets.has(foldText(part)) ||
          /(?:strasse|straße|str|weg|straat|laan|dijk|vej|gade|gatan|gasse|allee|platz|plein)$/iu.test(part),
      )
    )
      return true;
  }
  return false;
}

/** Two capitalised words of which the first is a known given name, or a capitalised word after a title. */
function hasName(text: string, { givenNames, familyNames, titles }: TextWords): boolean {
  const tokens = text.slice(0, 1_000).split(/\s+/);
  const titleCased = tokens.filter((token) => /^\p{Lu}/u.test(token)).length > tokens.length * 0.4;
  for (let index = 0; index + 1 < tokens.length; index++) {
    const next = tokens[index + 1].replace(/[^\p{L}\p{M}'-]/gu, '');
    if (!/^\p{Lu}[\p{L}\p{M}'-]+$/u.test(next)) continue;
    const word = tokens[index].replace(/^[("'«]+/, '');
    for (const title of word.split('/')) if (titles.has(foldText(title.replace(/\.$/, '')))) return true;
    if (!/^\p{Lu}[\p{L}\p{M}'-]+$/u.test(word) || !givenNames.has(foldText(word))) continue;
    // In a text of many capitals two in a row are no name unless both are known.
    if (familyNames.has(foldText(next)) || (tokens.length > 3 && !titleCased)) return true;
  }
  return false;
}
