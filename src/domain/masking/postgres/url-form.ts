import type { SqlMaskingContext } from '../technique.js';
import { byteOf } from './draws.js';
import { caseFolded } from './normalised.js';
import { bound, onceARow, unlessEmpty } from './once-a-row.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const LABEL = 12;
/** What `trim` cuts. */
const spaces = String.raw`[ \t\n\v\f\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]`;
/** Every part excludes what ends it, so that longest and first match are one. */
const shape =
  '^([A-Za-z][A-Za-z0-9+.-]{0,15}://)?([^/?#@]*@)?([^/?#:]*)(:[0-9]{1,5})?(/[^?#]*)?([?][^#]*)?(#.*)?$';

/** See `pseudonymiseUrl`. */
export function urlForm(
  value: string,
  { keepHost }: { readonly keepHost: boolean },
  { column, domain, digest }: Pick<SqlMaskingContext, 'column' | 'domain' | 'digest'>,
): string {
  const trimmed = `regexp_replace(${value} collate "C", '^${spaces}+|${spaces}+$', '', 'g')`;
  const matched = `regexp_match(${trimmed}, '${shape}')`;
  const host = `coalesce((${matched})[3], case when ${matched} is null then ${value} else '' end)`;
  const named = {
    m: matched,
    d: digest(value),
    h: digest(caseFolded(host), `${domain}/host`),
  };
  const m = bound('m');
  const part = (index: number) => `coalesce(${m}[${index}], '')`;
  const label = `${letters(bound('h'), '0', String(LABEL))} || '.example.com'`;
  const standIn = keepHost
    ? `case when ${part(3)} ~ '^[A-Za-z0-9.-]{1,253}$' then ${part(3)} else ${label} end`
    : label;
  const hasMore = `length(${part(5)}) > 1 or ${part(6)} <> '' or ${part(7)} <> ''`;
  const long = `${part(1)} || ${standIn} || ${part(4)} || case when ${hasMore} then ${pathOf(part(5))} else ${part(5)} end`;
  const { maxLength } = column.type;
  if (maxLength === undefined) return unlessEmpty(value, onceARow(named, long));
  const short = `'https://' || ${label} || '/' || ${letters(bound('d'), '0', String(LABEL))}`;
  return unlessEmpty(
    value,
    onceARow(named, `case when length(${long}) <= ${maxLength} then ${long} else ${short} end`),
  );
}

/** As many segments as the path has; the last one from the whole address, with the ending of the original. */
function pathOf(path: string): string {
  const segments = `(string_to_array(${path}, '/'))[2:33]`;
  const units = `length(s.t) + length(regexp_replace(s.t, '[^\\U00010000-\\U0010FFFF]', '', 'g'))`;
  const written = letters(bound('d'), `${LABEL} + (s.i::int - 1) * 3`, `least(${units}, ${LABEL})`);
  const inner = `(select string_agg(${written} || '/', '' order by s.i) from unnest(${segments}) with ordinality as s(t, i) where s.i < cardinality(${segments}))`;
  const ending = `coalesce(substring((${segments})[cardinality(${segments})] from '[.][A-Za-z0-9]{1,5}$'), '')`;
  return `'/' || coalesce(${inner}, '') || ${letters(bound('d'), '0', String(LABEL))} || ${ending}`;
}

/** Letters drawn from the digest's bytes, from `first` on and around. */
function letters(digest: string, first: string, count: string): string {
  const byte = byteOf(digest, `(${first} + l.i) % 32`);
  return `coalesce((select string_agg(substr('${alphabet}', (${byte} & 31) + 1, 1), '' order by l.i) from generate_series(0, ${count} - 1) as l(i)), '')`;
}
