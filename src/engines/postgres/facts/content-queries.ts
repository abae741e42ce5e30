import {
  isCardAuthentication,
  isCardNumber,
  isPassword,
  isSecret,
  type LabelledColumn,
} from '../../../domain/posture/facts/labelled-column.js';
import { quoteLiteral, quoteName } from '../identifiers.js';

/** Rows of each table that are looked at. */
const SAMPLE_ROWS = 1000;

/** Columns whose contents are looked at in one run: the statement stays of a size that a server plans well. */
export const MOST_CONTENT_COLUMNS = 400;

/** Columns whose label says that some contents must never be there. */
export function hasTellingContent(column: LabelledColumn): boolean {
  return [isCardNumber, isCardAuthentication, isPassword, isSecret].some((is) => is(column));
}

const PASSWORD_HASH =
  '^(\\$2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}|\\$argon2(id|i|d)\\$.+|\\$(scrypt|s0|7)\\$.+|\\$(5|6|y|gy)\\$.+' +
  '|pbkdf2[_:$-].+|\\$pbkdf2.+|SCRAM-SHA-256\\$.+|\\{(PBKDF2|ARGON2|BCRYPT|SSHA512)[^}]*\\}.+)$';

const CLEAR_SECRET =
  '(AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_|glpat-|xox[abprs]-|sk_live_|-----BEGIN [A-Z ]*PRIVATE KEY' +
  '|^eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.|://[^/:@ ]+:[^/@ ]+@';

/**
 * Counts inside the database what a bounded sample of each column holds: no value leaves it. One statement
 * for all columns. Luhn over 13 to 19 digits: every second digit from the right doubled, digits summed.
 */
export function contentQuery(columns: readonly LabelledColumn[]): string {
  const parts = columns.map(({ schema, table, column, printed }) => {
    const name = quoteName(column);
    return `
      select ${quoteLiteral(printed)} as printed, count(v) as values,
        count(*) filter (where length(digits) between 13 and 19 and v !~ '[^0-9 -]' and luhn % 10 = 0) as "cardNumbers",
        count(*) filter (where v ~ ${quoteLiteral(PASSWORD_HASH)}) as "passwordHashes",
        count(*) filter (where v ~ '^\\$2[abxy]\\$0[4-9]\\$') as "weakHashes",
        count(*) filter (where v ~ ${quoteLiteral(CLEAR_SECRET)}) as "clearSecrets"
      from (select left(${name}::text, 4000) as v from ${quoteName(schema)}.${quoteName(table)}
        where ${name} is not null limit ${SAMPLE_ROWS}) s,
      lateral (select regexp_replace(v, '[^0-9]', '', 'g') as digits) d,
      lateral (select coalesce(sum(case when (length(digits) - i) % 2 = 1
          then (2 * substr(digits, i, 1)::int) / 10 + (2 * substr(digits, i, 1)::int) % 10
          else substr(digits, i, 1)::int end), 1) as luhn
        from generate_series(1, case when length(digits) between 13 and 19 then length(digits) else 0 end) i) l`;
  });
  return `select coalesce(json_agg(row_to_json(x)), '[]')::text as fact from (${parts.join(' union all ')}) x`;
}

/** Different values of each column that are held against production, by the smallest digests of both. */
const SKETCH = 2000;

/** Rows of each table that a sketch reads at most. */
const SKETCH_ROWS = 100_000;

/**
 * The smallest keyed digests of a column's values: the same values give the same digests on both sides, and
 * nobody without the key can tell which values they were. `$1` is the key of this run.
 */
export function digestsQuery({ schema, table, column }: LabelledColumn): string {
  const name = quoteName(column);
  return `
    select coalesce(json_agg(digest), '[]')::text as fact from (
      select distinct encode(sha256($1::bytea || convert_to(lower(btrim(v)), 'UTF8')), 'hex') as digest
      from (select ${name}::text as v from ${quoteName(schema)}.${quoteName(table)}
        where ${name} is not null limit ${SKETCH_ROWS}) s
      order by digest limit ${SKETCH}) x`;
}
