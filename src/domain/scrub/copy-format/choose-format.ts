import type { ColumnType } from '../../catalog/column-type.js';
import { codecOf } from './codecs/codec-of.js';
import type { CopiedColumn, CopyFormat } from './copy-format.js';

/**
 * The format in which a table travels fastest between servers of one major version: binary where every
 * type allows it, else text.
 * @param touched names of the columns that are masked, or that masks read
 */
export function chooseFormat(columns: readonly CopiedColumn[], touched: ReadonlySet<string>): CopyFormat {
  const fits = ({ name, type }: CopiedColumn) =>
    passesInBinary(type) && (!touched.has(name) || codecOf(type) !== undefined);
  return columns.every(fits) ? 'binary' : 'text';
}

/**
 * True when values pass from one database to another in binary as they are. Composites, and arrays of
 * people's own types, carry the OIDs of what they hold, which differ between databases; some types have
 * no binary form at all.
 */
function passesInBinary(type: ColumnType): boolean {
  switch (type.family) {
    case 'composite':
    case 'other':
    case 'geometry':
    case 'large-object':
      return false;
    case 'array':
    case 'range':
      return type.element !== undefined && isBuiltIn(type.element) && passesInBinary(type.element);
    default:
      return true;
  }
}

/** Names of people's types print with their schema, since the search path is empty. */
function isBuiltIn({ name, domain }: ColumnType): boolean {
  return domain === undefined && !name.includes('.');
}
