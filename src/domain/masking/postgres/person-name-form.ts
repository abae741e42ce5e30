import { familyNameDomain, givenNameDomain } from '../person-names/name-domains.js';
import { particleWords, suffixWords, titleWords } from '../person-names/name-parts.js';
import type { NameOrder } from '../person-names/read-names.js';
import type { SqlMaskingContext } from '../technique.js';
import { drawOf } from './draws.js';
import { asciiLower, caseFolded, isAscii } from './normalised.js';
import { bound, onceARow, unlessEmpty } from './once-a-row.js';
import { isOnlyFamilyName, otherNameCharacters, pickWord, sqlWords, styled, wordAt } from './words.js';

type Context = Pick<SqlMaskingContext, 'words' | 'digest' | 'domain'>;

const wordClass = String.raw`0-9A-Za-z'\u0080-\U0010FFFF`.replace("'", "''");
const listed = (words: readonly string[]) =>
  words.map((word) => `'${word.replaceAll("'", "''")}'`).join(', ');
const joining = [...new Set([...titleWords, ...suffixWords, ...particleWords])];

/** See `pseudonymisePersonName`; `NameReader` reads names as the selects below do. */
export function personNameForm(value: string, order: NameOrder, context: Context): string | undefined {
  if (!context.words) return undefined;
  const given = (word: string) => pickedName(word, 'given', context);
  const family = (word: string) => pickedName(word, 'family', context);
  const v = bound('v');
  const one = order === 'family' ? family(v) : given(v);
  const branches = [`when ${v} ~ '^[A-Za-z]{2,}$' then ${one}`];
  if (order === 'full') {
    // 'Ana Lopez', the commonest form, without reading further.
    const [first, last] = [1, 2].map((part) => `split_part(${v}, ' ', ${part})`);
    const isPlain = `${v} ~ '^[A-Za-z]{2,} [A-Za-z]{2,}$' and ${asciiLower(first)} not in (${listed(joining)}) and ${asciiLower(last)} not in (${listed(joining)})`;
    branches.push(`when ${isPlain} then ${given(first)} || ' ' || ${family(last)}`);
  }
  const body = `case ${branches.join(' ')} else ${nameWordByWord(cleaned(v), order, context)} end`;
  return unlessEmpty(value, onceARow({ v: `${value} collate "C"` }, body));
}

/** Runs of blanks and unusual characters made one space. */
function cleaned(value: string): string {
  const joined = (text: string, others: string) => `btrim(regexp_replace(${text}, ${others}, ' ', 'g'))`;
  const ascii = joined(value, String.raw`'[^0-9A-Za-z''.,/&()"-]+'`);
  return `case when ${isAscii(value)} then ${ascii} else ${joined(`normalize(${value}, NFC)`, otherNameCharacters)} end`;
}

function pickedName(word: string, part: 'given' | 'family', { words, domain, digest }: Context): string {
  const list = sqlWords(words!, part === 'given' ? 'given_names' : 'family_names');
  const d = digest(caseFolded(word), (part === 'given' ? givenNameDomain : familyNameDomain)(domain));
  const [w, drawn] = [bound('w'), drawOf(bound('d'), 0)];
  return onceARow({ w: word, d }, styled(`(${pickWord(list, drawn, w)})`, w));
}

/** A letter of the same case that is not the given one. */
function otherInitial(word: string, { domain, digest }: Context): string {
  const d = digest(caseFolded(word), givenNameDomain(domain));
  const base = `case when ${word} between 'A' and 'Z' then 65 else 97 end`;
  return `chr((${base} + (ascii(lower(${word})) - 97 + 1 + ${drawOf(d, 0)} % 25) % 26)::int)`;
}

function nameWordByWord(name: string, order: NameOrder, context: Context): string {
  const t = 'x.t';
  const written = `case when not x.isw or x.part = 'k' then ${t} when ${t} ~ '^[A-Za-z]$' then ${otherInitial(t, context)} when x.part = 'f' then ${pickedName(t, 'family', context)} else ${pickedName(t, 'given', context)} end`;
  const read = readParts(name, order);
  const none = wordAt(sqlWords(context.words!, 'given_names'), '0');
  return `coalesce((select case when bool_or(x.isw) then string_agg(${written}, '' order by x.k) end from (${read}) as x), ${none})`;
}

/**
 * Rows of words and what is between them (`isw` tells), with `part`: k(ept), g(iven) or f(amily). `i` counts
 * words from 0, `n` is their number, `c` that of those before the first comma (-1: there is none). The names
 * of the steps are those of `NameReader`'s methods.
 */
function readParts(name: string, order: NameOrder): string {
  const split = `select m.t[1] collate "C" as t, m.k, m.t[1] collate "C" ~ '^[${wordClass}]' as isw from regexp_matches(${name}, '[${wordClass}]+|[^${wordClass}]+', 'g') with ordinality as m(t, k)`;
  const counted = `select s.*, (count(*) filter (where s.isw) over (order by s.k rows between unbounded preceding and 1 preceding))::int as i, (count(*) filter (where s.isw) over ())::int as n, min(s.k) filter (where not s.isw and strpos(s.t, ',') > 0) over () as kc, coalesce(lag(s.t) over (order by s.k) = '-', false) as tied, lower(s.t) as l from (${split}) as s`;
  const known = `select s.*, case when s.kc is null then -1 else (count(*) filter (where s.isw and s.k < s.kc) over ())::int end as c, s.isw and s.l in (${listed(titleWords)}) as title, s.isw and s.l in (${listed(suffixWords)}) as suffix, s.isw and s.l in (${listed(particleWords)}) as particle from (${counted}) as s`;
  const ended = `select s.*, case when s.c > 0 and s.c = s.n - 1 and bool_or(s.suffix) filter (where s.i = s.c and s.isw) over () then s.c else s.n end as e from (${known}) as s`;
  const begun = `select s.*, s.c > 0 and s.c < s.n and s.e = s.n as by_comma, least(min(s.i) filter (where s.isw and not s.title) over (), s.e - 1) as b, least(coalesce(min(s.i) filter (where s.isw and not s.title) over (), s.n), s.n - 1) as tt, max(s.i) filter (where s.isw and not s.suffix) over () as ns, max(s.i) filter (where s.isw and s.i < s.e and not s.suffix) over () as ne from (${ended}) as s`;
  const last = `select s.*, least(s.e - 1, greatest(s.ne, s.b + 1)) as la, greatest(s.ns, s.tt, 0) as kl from (${begun}) as s`;
  const tied = `select s.*, greatest(s.b + 1, max(s.i) filter (where s.isw and s.i <= s.la and not s.tied) over ()) as f from (${last}) as s`;
  const byOrder = `case when s.i >= s.e then 'k' when s.la <= s.b then 'g' when s.i between s.f and s.la then 'f' when s.i between s.b + 1 and s.f - 1 and ${isOnlyFamilyName(caseFolded('s.t'))} then 'f' else 'g' end`;
  const own: Readonly<Record<NameOrder, string>> = {
    given: `'g'`,
    family: `'f'`,
    full: `case when s.by_comma then case when s.i < s.c then 'f' else 'g' end else ${byOrder} end`,
  };
  const mayBeGiven = order === 'family' ? 'false' : '(s.i = s.tt and s.c < 0)';
  const kept = `s.n >= 2 and (s.i < s.tt or s.i > s.kl or (s.i < s.kl and s.particle and not ${mayBeGiven}))`;
  const marked = `select s.*, case when not s.isw or ${kept} then 'k' else ${own[order]} end as p from (${tied}) as s`;
  return `select s.t, s.k, s.isw, case when s.isw and not bool_or(s.isw and s.p <> 'k') over () then 'g' else s.p end as part from (${marked}) as s`;
}
