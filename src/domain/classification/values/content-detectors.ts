import { foldText } from '../names/fold-text.js';
import type { ColumnProfile } from './column-profile.js';
import { findPersonalData, type TextWords } from './personal-data-in-text.js';

/** What content detectors draw on beside the values. */
export interface DetectorContext {
  readonly words: TextWords;
  /** The year of the scan: birth dates lie well before it. */
  readonly year: number;
}

/**
 * Looks at a column as a whole and says how far (0–1) its values are what the detector is named for.
 * Rule files choose one by `values.content`.
 */
export type ContentDetector = (profile: ColumnProfile, context: DetectorContext) => number;

export const contentDetectors = {
  /** Two to six words of which one is a known given or family name: `Ana Trujillo`. */
  'full-names': (profile, { words }) =>
    share(profile, (value) => isFullName(value, words)) * peopleShare(profile, words),

  /** One given name or two: `Ana`, `João Miguel`. */
  'given-names': (profile, { words }) =>
    share(profile, (value) => isPartOfName(value, words.givenNames, words.familyNames)) * variety(profile),

  /** One family name or two: `Trujillo`, `Leal Zavala`, `van Dijk`. */
  'family-names': (profile, { words }) =>
    share(profile, (value) => isPartOfName(value, words.familyNames, words.givenNames)) * variety(profile),

  /** A street, mostly with a house number: `908 W. Capital Way`, `Torstr. 244`, `ul. Prosta`, `新太陽区6丁目6番1号`. */
  'street-lines': (profile, { words }) =>
    share(profile, (value) => value.length < 80 && isStreetLine(value, words) && !hasPlacePart(value)),

  /** A street line together with a town: `57 Warren Road, New Langoshdon`. */
  'full-addresses': (profile, { words }) =>
    share(profile, (value) => value.length < 200 && isStreetLine(value, words) && hasPlacePart(value)),

  /** Days without a time of day that reach far back, and spread over decades. */
  'birth-dates': ({ years, distinct, shares }, { year }) => {
    if (!years || distinct < 4 || years.timed > 0.1) return 0;
    const reach = years.early <= year - 40 && years.late <= year && years.middle <= year - 20;
    return reach && years.late - years.early >= 10 && years.early > 1870 ? shares.days : 0;
  },

  /** Whole numbers as ages of people run. */
  ages: ({ numbers, distinct }) =>
    numbers?.integer &&
    numbers.least >= 0 &&
    numbers.greatest <= 110 &&
    numbers.greatest >= 40 &&
    distinct >= 12
      ? 1
      : 0,

  /** One coordinate with many decimals, or a pair of them. */
  coordinates: (profile) => {
    const pairs = share(profile, (value) => /^\(?-?\d{1,3}\.\d{3,}[ ,;/]+-?\d{1,3}\.\d{3,}\)?$/.test(value));
    if (pairs > 0.5) return pairs;
    const { numbers } = profile;
    return numbers &&
      numbers.precise > 0.7 &&
      numbers.least >= -180 &&
      numbers.greatest <= 180 &&
      Math.max(numbers.greatest, -numbers.least) > 1
      ? numbers.precise
      : 0;
  },

  /** Images by their first bytes, or by the ending of a path to them. */
  images: (profile) =>
    share(
      profile,
      (value) =>
        /^\\x(?:89504e47|ffd8ff|47494638|52494646|424d)/i.test(value) ||
        /\.(?:png|jpe?g|gif|bmp|webp|heic|tiff?)(?:[?#].*)?$/i.test(value),
    ),

  /** Documents by their first bytes: PDF, ZIP (Office), OLE, RTF, TIFF. */
  documents: (profile) =>
    share(profile, (value) => /^\\x(?:25504446|504b0304|d0cf11e0|7b5c7274|49492a00|4d4d002a)/i.test(value)),

  /** Web addresses that name a person or carry a token, in the path or a parameter. */
  'personal-urls': (profile) => share(profile, isPersonalUrl),

  /** Web addresses with a parameter that names a person or opens a door: `?token=`, `&email=`. */
  'telling-urls': (profile) => Math.max(share(profile, isTellingUrl), share(profile, isPersonalUrl) * 0.19),

  /** Sentences of which at least about one in five holds personal data. */
  'personal-text': ({ values, shares }, { words }) => {
    if (shares.spaced < 0.4 || shares.url > 0.5) return 0;
    const texts = values.filter(isProse);
    if (texts.length < values.length * 0.3) return 0;
    const hits = texts.filter((value) => findPersonalData(value, words).size > 0).length;
    return Math.min(1, hits / texts.length / 0.2);
  },

  /**
   * Documents (JSON, XML, pairs) in whose text personal data is seen. Where a document can be parsed,
   * its parts are judged one by one beside this, and one telling part is enough.
   */
  'personal-document': (profile, { words }) =>
    share(profile, (value) => /^\s*[{[<"]/.test(value) && findPersonalData(value, words).size > 0),
} satisfies Record<string, ContentDetector>;

export type ContentDetectorName = keyof typeof contentDetectors;

function share({ values }: ColumnProfile, test: (value: string) => boolean): number {
  return values.reduce((count, value) => count + (test(value) ? 1 : 0), 0) / values.length;
}

/**
 * Every word is of the list; of two words the second must not be of the other list alone, which would make
 * a given and a family name of them.
 */
function isPartOfName(value: string, list: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (value.length > 40 || /\d/.test(value)) return false;
  if (/^[\p{Lo}\p{Lm}]{1,4}$/u.test(value)) return list.has(value);
  const parts = value.split(/[ -]+/).map(foldText);
  const words = parts.filter((part) => !particles.has(part));
  if (!words.length || words.length > 2 || !words.every((word) => list.has(word))) return false;
  return words.length === 1 || parts.length === words.length ? !isPair(words, list, other) : true;
}

/** A given name with a family name, in either order, rather than two of one kind. */
function isPair(words: readonly string[], list: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return (
    words.length === 2 &&
    other.has(words[0]) !== other.has(words[1]) &&
    words.every((word) => list.has(word)) &&
    other.has(words[1])
  );
}

const particles = new Set([
  'de',
  'da',
  'do',
  'dos',
  'das',
  'del',
  'della',
  'di',
  'van',
  'von',
  'der',
  'den',
  'la',
  'le',
  'el',
  'al',
  'bin',
  'ben',
  'y',
  'e',
  'ter',
  'ten',
  'zu',
]);

function isFullName(written: string, words: TextWords): boolean {
  // Airlines and old hosts write `SMITH/ANNA`.
  const value = written.replace(/^(\p{L}[\p{L} '-]+)\/(\p{L}[\p{L} '-]+)$/u, '$1 $2');
  if (value.length < 3 || value.length > 60 || /[\d@:/\\]/.test(value)) return false;
  // Names in Han characters are written without a space: a family name, then one or two more.
  if (/^[\p{Script=Han}\p{Script=Hangul}]{2,5}$/u.test(value))
    return words.familyNames.has(value.slice(0, 1)) || words.familyNames.has(value.slice(0, 2));
  const parts = value
    .split(/[\s,.]+/)
    .filter(Boolean)
    .map(foldText);
  if (parts.length < 2 || parts.length > 6 || parts.some((part) => words.organisations.has(part)))
    return false;
  if (placeWords.has(parts[0]) || words.places.has(foldText(value))) return false;
  const [, region] = value.split(', ');
  if (region !== undefined && words.places.has(foldText(region))) return false;
  return parts.some(
    (part) => words.givenNames.has(part) || words.familyNames.has(part) || words.titles.has(part),
  );
}

/** 1, and less the more values name organisations: `Koch GmbH`, `Hane - Kuhn`, `Ortiz, Diaz and Sons`. */
function peopleShare(profile: ColumnProfile, { organisations }: TextWords): number {
  const named = share(
    profile,
    (value) =>
      /\S (?:[-&+]|and|und|et|e|i|en|och|og) \p{Lu}|,.*(?: (?:and|und|et|e|y|i|en|och|og) |&)/u.test(value) ||
      value.split(/[\s,.]+/).some((word) => organisations.has(foldText(word))),
  );
  return named > 0.2 ? Math.max(0, 1 - named * 2) : 1;
}

/** Names differ from row to row; a handful of words that all happen to be names are states or kinds. */
function variety({ filled, distinct }: ColumnProfile): number {
  return filled >= 20 && distinct <= 5 ? 0.3 : 1;
}

/** Words that number a part of a house or town; beside a number alone they make no street. */
const partWords = new Set([
  'edificio',
  'apt',
  'suite',
  'box',
  'sector',
  'seccion',
  'unit',
  'ct',
  'st',
  'dr',
  'key',
  'run',
  'port',
  'point',
  'path',
  'track',
  'light',
  'lights',
  'field',
  'group',
]);
/** What street names begin or end with even where the house number stands in a column of its own. */
const streetStart =
  /^(?:rue|avenue|boulevard|chemin|impasse|calle|carrera|avenida|avda|paseo|via|viale|piazza|corso|vicolo|rua|travessa|alameda|ul|ulica|aleja|al|os|osiedle|plac|szosa|ulitsa|prospekt|jalan|jl|strada|bulevardul)\.? \p{L}{2,}/iu;
const streetEnd =
  /\p{L}{2,} (?:street|st|road|rd|avenue|ave|lane|ln|drive|boulevard|blvd|terrace|close|crescent|sokak|caddesi|utca|ulice)\.?$/iu;

/** What names of towns begin with: `Port Brandon` is nobody. */
const placeWords = new Set([
  'north',
  'south',
  'east',
  'west',
  'new',
  'lake',
  'port',
  'fort',
  'mount',
  'saint',
  'san',
  'santa',
  'sao',
  'villa',
  'bad',
  'sankt',
  'nova',
  'novo',
  'nueva',
  'nuevo',
  'st',
  'los',
  'las',
  'les',
  'the',
]);

function isStreetLine(value: string, { streets }: TextWords): boolean {
  if (/[{}<>@="]/.test(value)) return false;
  if (/丁目|番地|番\d+号|[路街道巷弄]\S*\d+号?|\d+号/.test(value)) return true;
  const letters = value.match(/\p{L}{2,}\.?/gu);
  // `PL61 1090 …` is an account: streets have a word.
  if (!letters || !/\p{L}{3}/u.test(value)) return false;
  if (!/\d/.test(value) && !/\bs\/?n\b/i.test(value)) {
    const whole = letters.length <= 5 && (streetStart.test(value) || streetEnd.test(value));
    return (
      whole ||
      (letters.length === 1 && streetEnding.test(foldText(value)) && !/tie$|ring$|ufer$/i.test(value))
    );
  }
  if (letters.length === 1 && partWords.has(foldText(letters[0].replace('.', '')))) return false;
  return letters.some((word) => {
    const folded = foldText(word.replace('.', ''));
    return streets.has(folded) || streetEnding.test(folded);
  });
}

const streetEnding =
  /.{2,}(?:strasse|str|straat|gasse|weg|allee|platz|laan|plein|gade|gatan|vej|veien|vagen|gata|gate|katu|tie|ulica|utca|utja|damm|ufer|ring|singel|gracht|kade|dijk|stien|straede)$/;

function hasPlacePart(value: string): boolean {
  return /,\s*(?:\S+\s+)?\p{Lu}\p{L}+/u.test(value) || /[省市县県都府]/.test(value);
}

/** Running text, and no name or address: some words begin small, or the script knows no capitals. */
function isProse(value: string): boolean {
  if (/^\s*[{[<]/.test(value)) return false;
  const words = value.match(/[\p{L}\p{M}]{2,}/gu) ?? [];
  if (/^[\p{Lo}\p{P}\p{N}\s]+$/u.test(value)) return value.length > 20;
  return words.length > 3 && words.filter((word) => /^\p{Ll}/u.test(word)).length >= 2;
}

/** Parameters that name a person or open a door, with something in them. */
function isTellingUrl(value: string): boolean {
  return /^https?:\/\/.*[?&#](?:[a-z]+[_-])?(?:e-?mail|token|user(?:[_-]?name)?|phone|session(?:[_-]?id)?|sid|signature|auth|otp|password|invite|ssn|dob)=[^&]/i.test(
    value,
  );
}

function isPersonalUrl(value: string): boolean {
  if (!/^(?:https?|ftp|mailto|urn|acct|tag)[:/]/i.test(value)) return false;
  return /[?&][^=]*(?:e-?mail|token|user|name|phone|session|key|auth|code)[^=]*=|\/(?:users?|people|profiles?|members?|u|in)\/|\/@\w|~\w|%40|\w@\w/i.test(
    value,
  );
}
