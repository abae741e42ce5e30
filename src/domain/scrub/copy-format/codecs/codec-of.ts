import type { ColumnType, TypeFamily } from '../../../catalog/column-type.js';
import { dateCodec, timestampCodec, zonedTimestampCodec } from './dates-and-times.js';
import { numericCodec } from './decimals.js';
import { sameAsText, type FieldCodec } from './field-codec.js';
import { jsonbCodec } from './json-documents.js';
import { networkCodec } from './network-addresses.js';
import { booleanCodec } from './truth-values.js';
import { uuidCodec } from './uuids.js';
import { integerCodec } from './whole-numbers.js';

/**
 * By name as the database prints it, without what stands in parentheses. Floating point is missing on
 * purpose: PostgreSQL's shortest form differs from ECMAScript's where a number lies on a boundary
 * (3.2999999999999998e+22 and 3.3e+22), and a stand-in must not depend on how rows travel.
 */
const codecs: ReadonlyMap<string, FieldCodec | typeof sameAsText> = new Map<
  string,
  FieldCodec | typeof sameAsText
>([
  ['text', sameAsText],
  ['character varying', sameAsText],
  ['character', sameAsText],
  ['bpchar', sameAsText],
  ['name', sameAsText],
  ['citext', sameAsText],
  ['json', sameAsText],
  ['jsonb', jsonbCodec],
  ['smallint', integerCodec(2)],
  ['integer', integerCodec(4)],
  ['bigint', integerCodec(8)],
  ['numeric', numericCodec],
  ['boolean', booleanCodec],
  ['uuid', uuidCodec],
  ['date', dateCodec],
  ['timestamp without time zone', timestampCodec],
  ['timestamp with time zone', zonedTimestampCodec],
  ['inet', networkCodec(false)],
  ['cidr', networkCodec(true)],
]);

/** Families that have one binary form only. */
const plainFamilies: ReadonlySet<TypeFamily> = new Set(['boolean', 'date', 'uuid']);

/**
 * How a column's binary form is read and written; undefined where it is not known, so that the table
 * travels as text. Of a domain's base type only the family is known, which is enough for some.
 */
export function codecOf({
  name,
  family,
  domain,
  maxLength,
}: ColumnType): FieldCodec | typeof sameAsText | undefined {
  if (family === 'enum') return sameAsText;
  if (domain) {
    // The binary form of "char" is a byte of any value; a domain over it looks like one over varchar(1).
    if (family === 'text' && maxLength !== 1) return sameAsText;
    return plainFamilies.has(family) ? codecs.get(family) : undefined;
  }
  const bare = name.replace(/\([^)]*\)/, '');
  return codecs.get(family === 'text' && bare.endsWith('.citext') ? 'citext' : bare);
}
