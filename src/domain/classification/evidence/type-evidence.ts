import { FeatureList, type Candidate } from './feature.js';
import type { ColumnProfile } from '../values/column-profile.js';
import type { ColumnView, TableContext } from './column-view.js';
import type { InformationType } from '../information-type.js';
import type { NameMatch } from '../names/phrase-index.js';
import type { ValueMatch } from '../values/value-rules.js';
import type { WordRole } from '../names/vocabulary.js';
import { languagesOf } from './country-languages.js';
import type { LanguageShares } from '../names/read-name.js';

/** Families that a type lives in when its rule file does not say. */
const usual = new Set([
  'text',
  'integer',
  'decimal',
  'date',
  'json',
  'array',
  'enum',
  'composite',
  'key-value',
  'other',
  'xml',
]);
const weighedRoles: readonly WordRole[] = [
  'flag',
  'time',
  'count',
  'measure',
  'kind',
  'hash',
  'key',
  'by',
  'thing',
  'unknown',
];

/** What speaks for and against one type. */
export function typeEvidence(
  type: InformationType,
  column: ColumnView,
  context: TableContext,
  hints: { readonly part?: 'missing' | 'whole'; readonly subject?: boolean } = {},
): Candidate {
  const list = new FeatureList();
  const name = column.nameMatches.get(type.id);
  if (name) nameFeatures(list, name, column, type);
  commentFeatures(list, type, column);
  fitFeatures(list, type, column);
  valueFeatures(list, type, column, name);
  surroundings(list, type, column, context, name);
  if (hints.subject && !name)
    list.add(
      'table.subject',
      1,
      'table',
      () => 'the table is about it, and this column is its unnamed content',
    );
  if (hints.part === 'missing')
    list.add(
      'part.missing',
      1,
      'siblings',
      () => 'the other parts of it stand beside this column, and this one is missing',
    );
  if (hints.part === 'whole')
    list.add(
      'part.whole',
      1,
      'siblings',
      () => 'parts of it stand beside this column, so it is hardly the whole',
    );
  return { type: type.id, features: list.features };
}

function nameFeatures(list: FeatureList, match: NameMatch, column: ColumnView, type: InformationType): void {
  const { likelihood, coverage, generic, fromContext, beside, phrase, size } = match;
  const full = coverage === 1;
  const reach = fromContext ? 'context' : generic ? 'generic' : 'own';
  list.add(`name.${reach}.${full ? 'full' : 'part'}`, likelihood * (full ? 1 : coverage), 'name', () =>
    full ? `name reads as "${phrase}"` : `name holds "${phrase}" among other words`,
  );
  if (size > 1)
    list.add('name.phrase', likelihood, 'name', () => `the name matches a phrase of ${size} words`);
  list.add('name.doubt', 1 - likelihood, 'name', () => 'the name can be read in other ways');
  if (match.guessed)
    list.add('name.guess', likelihood, 'name', () => 'a word of it is completed from its first letters');
  for (const role of weighedRoles) {
    const count = beside.get(role);
    if (count)
      list.add(
        besideFeature(role, match, type),
        Math.min(count, 2),
        'name',
        () => besideWords[role] ?? 'other words stand beside it',
      );
  }
  if (match.headBeside)
    list.add(
      headFeature(match.headBeside),
      1,
      'name',
      () => 'the word that the others qualify is something else',
    );
  if (isModifier(match, column))
    list.add('name.modifier', 1, 'name', () => 'the last word of the name is of another type');
  if (isLesser(match, column))
    list.add('name.lesser', 1, 'name', () => 'another reading explains more of the name');
  if (match.personKey)
    list.add(
      'name.person-key',
      1,
      'name',
      () => 'a person’s key is more often a row’s number than a printed one',
    );
  if (match.against)
    list.add('name.against', 1, 'name', () => `"${match.against!}" in the name speaks against it`);
  if (column.profile === undefined && column.sampled)
    list.add('named.empty', 1, 'values', () => 'the sample holds no values');
}

/** `last_name_search_count` counts; `email_server` is a thing, whose name may be short for what it holds. */
function headFeature(role: WordRole): string {
  if (role === 'unknown') return 'name.head.unknown';
  return role === 'count' || role === 'measure' ? 'name.head.count' : 'name.head';
}

/** Yes or no is a value of some types (`union_member`), and speaks against others (`email_confirmed`). */
function besideFeature(role: WordRole, { generic }: NameMatch, type: InformationType): string {
  if (generic) return `beside.vague.${role}`;
  return role === 'flag' && isTold(type) ? 'beside.flag-told' : `beside.${role}`;
}

/** True for types that yes or no tells: a disability, a conviction. */
function isTold({ lives }: InformationType): boolean {
  return lives?.includes('boolean') ?? false;
}

/** True when another type's phrase has the last word, which the others qualify: `email_otp` is a password. */
function isModifier(match: NameMatch, { nameMatches, readings }: ColumnView): boolean {
  const last = readings[0].words.findLast(({ digits }) => !digits)?.word;
  if (last === undefined || match.fromContext > 0 || match.words.includes(last)) return false;
  for (const other of nameMatches.values()) {
    const particular = !other.generic && other.fromContext === 0 && other.likelihood > 0.6;
    if (particular && other.words.includes(last) && !other.words.some((word) => match.words.includes(word)))
      return true;
  }
  return false;
}

/** True when another type's phrase shares words with this one and explains some that this one leaves. */
function isLesser(match: NameMatch, { nameMatches }: ColumnView): boolean {
  if (match.fromContext > 0) return false;
  for (const other of nameMatches.values()) {
    if (other.type === match.type || other.fromContext > 0 || other.likelihood < match.likelihood * 0.8)
      continue;
    const shared = other.words.some((word) => match.words.includes(word));
    const more = other.words.filter((word) => !match.words.includes(word)).length;
    const lost = match.words.filter((word) => !other.words.includes(word)).length;
    if (
      shared &&
      more > 0 &&
      (lost === 0 || other.coverage > match.coverage || (lost === 1 && match.ownedBy && !other.ownedBy))
    )
      return true;
  }
  return false;
}

const besideWords: Partial<Record<WordRole, string>> = {
  flag: 'a word for yes or no stands beside it',
  time: 'a word for a moment of the record stands beside it',
  count: 'a word for a count or amount stands beside it',
  measure: 'a word for a quantity of a thing stands beside it',
  kind: 'a word for a kind or setting stands beside it',
  hash: 'a word for a digest stands beside it',
  key: 'a word for a row key stands beside it',
  by: 'it names who did something',
  thing: 'a word for a thing or an organisation stands beside it',
  unknown: 'a word of unknown meaning stands beside it',
};

function commentFeatures(list: FeatureList, { id }: InformationType, { commentMatches }: ColumnView): void {
  const match = commentMatches.get(id);
  if (!match) return;
  const full = match.coverage === 1 && !match.generic;
  list.add(
    full ? 'comment.full' : 'comment.part',
    match.likelihood * match.coverage,
    'comment',
    () => `the comment mentions "${match.phrase}"`,
  );
}

function fitFeatures(list: FeatureList, type: InformationType, column: ColumnView): void {
  const { family, maxLength, element } = column.type;
  const inner = family === 'array' || family === 'range' ? (element?.family ?? family) : family;
  const lives = type.lives;
  if (lives ? !lives.includes(inner) && !lives.includes(family) : !usual.has(inner)) {
    list.add(
      lives ? 'fit.family' : 'fit.unusual',
      1,
      'type',
      () => `values of the type do not live in ${column.type.name}`,
    );
  }
  const shortest = isTold(type) ? 1 : shortestExample(type);
  if (maxLength !== undefined && shortest !== undefined && maxLength < shortest) {
    list.add('fit.length', 1, 'type', () => `${maxLength} characters are too few`);
  }
}

function shortestExample({ examples, values }: InformationType): number | undefined {
  const lengths = examples?.match.map((value) => value.replace(/[\s./-]/g, '').length);
  if (lengths?.length) return Math.min(...lengths);
  // A single character holds a code at most.
  return values?.words === undefined ? 2 : undefined;
}

function valueFeatures(list: FeatureList, type: InformationType, column: ColumnView, name?: NameMatch): void {
  const weak = type.values?.weak ?? false;
  // Values that much else looks like say nothing without a name.
  if (weak && !name && !column.commentMatches.has(type.id)) return;
  const match = column.valueMatches.get(type.id);
  if (match && column.profile) {
    if (weak) weakFeatures(list, match);
    else ruleFeatures(list, match, column, name);
  }
  const content = column.contents.get(type.id);
  if (content === undefined) return;
  const wanted = type.values?.share ?? 0.5;
  if (content >= wanted) {
    list.add(
      weak ? 'content.weak' : 'content',
      content,
      'values',
      () => `${percent(content)} of the values look like it, seen as a whole`,
    );
    if (name && !weak) list.add('content.named', content, 'values', () => 'name and values agree');
    else if (isHandful(column.profile))
      list.add('content.few', 1, 'values', () => 'a handful of values that all rows share');
  } else if (!match)
    list.add(
      'content.miss',
      1 - content / wanted,
      'values',
      () => 'the values, seen as a whole, do not look like it',
    );
}

/** Few values for many rows: states and kinds, some of which happen to look like names. */
function isHandful(profile: ColumnProfile | undefined): boolean {
  return profile !== undefined && profile.filled >= 20 && profile.distinct <= 8;
}

/** Form alone, where much else has the same: it supports a name or refutes it, no more. */
function weakFeatures(list: FeatureList, { share, wanted, tested }: ValueMatch): void {
  const says = () => `${percent(share)} of ${tested} values have a form that fits`;
  if (share < wanted) list.add('value.miss', Math.min(1, tested / 5) * (1 - share / wanted), 'values', says);
  else list.add('value.weak', share, 'values', says);
}

function ruleFeatures(list: FeatureList, match: ValueMatch, column: ColumnView, name?: NameMatch): void {
  const { share, wanted, chance, rarity, tested, kind } = match;
  const how =
    kind === 'words' ? 'are in its word list' : kind === 'validator' ? 'pass its check' : 'have its form';
  const says = () => `${percent(share)} of ${tested} values ${how}`;
  if (share < wanted) {
    list.add('value.miss', Math.min(1, tested / 5) * (1 - share / wanted), 'values', says);
    if (kind === 'validator' && share < 0.05 && tested >= 8)
      list.add('value.none', 1, 'values', () => `none of ${tested} values ${how}`);
    return;
  }
  const enough = Math.min(1, tested / 8);
  const lift = Math.min(1, Math.log(share / chance) / Math.log(40));
  if (kind === 'words') list.add('value.words', share * enough, 'values', says);
  else {
    if (lift > 0.1)
      list.add(
        'value.check',
        lift * share * enough,
        'values',
        () => `${says()}, which chance would not bring about`,
      );
    list.add(`value.${formOf(column.profile!)}`, share * enough, 'values', says);
  }
  list.add('value.rare', rarity * share * enough, 'values', () => 'ordinary values do not have that form');
  if (name) list.add('value.named', share, 'values', () => 'name and values agree');
}

/** What the values are made of: digits alone say least, marks such as `@` or `:` most. */
function formOf({ shares: { digits, letters, mixed, spaced } }: ColumnProfile): string {
  if (digits > 0.8) return 'digits';
  if (letters > 0.8) return 'letters';
  if (mixed > 0.8) return 'mixed';
  return spaced > 0.8 ? 'spaced' : 'marked';
}

/** Families whose values stand in tables of things too: keys of applications, addresses of devices. */
const livesInMachinery: ReadonlySet<string> = new Set([
  'credential',
  'device',
  'online',
  'vehicle',
  'location',
  'content',
]);

function surroundings(
  list: FeatureList,
  type: InformationType,
  column: ColumnView,
  context: TableContext,
  name?: NameMatch,
): void {
  const vague = name === undefined || name.generic;
  const who = vague ? 'vague' : 'named';
  if (context.people === 1) list.add(`${who}.people`, 1, 'table', () => 'the table is about people');
  if (context.people === -1)
    list.add(
      livesInMachinery.has(topFamily(type)) ? 'machine.things' : `${who}.things`,
      1,
      'table',
      () => 'the table is about things, not people',
    );
  const siblings = new Set<string>();
  let kin = 0;
  for (const [columnName, found] of context.strong) {
    if (columnName === column.name) continue;
    for (const sibling of found) {
      siblings.add(sibling.type);
      if (sibling.family === topFamily(type) && sibling.type !== type.id) kin = 1;
    }
  }
  if (siblings.size)
    list.add(`${who}.company`, Math.min(1, siblings.size / 3), 'siblings', () =>
      siblings.size === 1
        ? 'another kind of personal data stands beside it'
        : `${siblings.size} kinds of personal data stand beside it`,
    );
  if (context.home !== undefined) countryFeature(list, type, context.home);
  if (!kin && name?.generic)
    list.add('vague.kinless', 1, 'siblings', () => 'nothing of the same family stands beside it');
  if (kin) list.add('siblings.kin', 1, 'siblings', () => 'data of the same family stands beside it');
}

/** Types of one country are likelier where its languages name the columns. */
function countryFeature(list: FeatureList, { family }: InformationType, home: LanguageShares): void {
  const country = /^[^/]+\/([a-z]{2})$/.exec(family)?.[1];
  const languages = country === undefined ? undefined : languagesOf[country];
  if (!languages) return;
  const share = Math.max(...languages.map((language) => home.get(language) ?? 0));
  const known = languages.includes('en') ? share * 0.3 : share;
  if (known > 0.15)
    list.add(
      'country.home',
      Math.min(1, known * 2),
      'siblings',
      () => `names in this schema are in the language of ${country!.toUpperCase()}`,
    );
  else
    list.add(
      'country.abroad',
      1,
      'siblings',
      () => `no names in this schema are in the language of ${country!.toUpperCase()}`,
    );
}

/** The first folder of a type's family: `government/de` to `government`. */
export function topFamily({ family }: InformationType): string {
  return family.split('/', 1)[0];
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
