import type { ColumnState } from './facts/postgres-facts.js';
import { type LabelledColumn, relationOf } from './facts/labelled-column.js';
import { identifier, relation, type Remedy, sql } from './remedy.js';

/** What a finding of clear values in a column tells besides: where, and how they are encrypted. */
export function clearColumn(
  column: LabelledColumn,
  states: readonly ColumnState[],
): { readonly subject: string; readonly columns: readonly string[]; readonly remedy: Remedy } {
  const { printed } = column;
  const type = states.find((state) => state.printed === printed)?.type;
  return { subject: printed, columns: [printed], remedy: encryptInPlace(column, type) };
}

/**
 * Encrypts a text column where it stands, with a key that comes from outside the server as psql's variable
 * `key`, and writes the table anew: an UPDATE alone leaves the old values in the file.
 * @param type the column's type as it is: ciphertext needs text
 */
function encryptInPlace(column: LabelledColumn, type = 'text'): Remedy {
  const table = relation(relationOf(column));
  const name = identifier(column.column);
  return sql(
    'create extension if not exists pgcrypto;',
    ...(type === 'text' ? [] : [`alter table ${table} alter column ${name} type text;`]),
    `update ${table} set ${name} = encode(pgp_sym_encrypt(${name}, :'key'), 'base64') where ${name} is not null;`,
    `vacuum (full, analyze) ${table};`,
  );
}
