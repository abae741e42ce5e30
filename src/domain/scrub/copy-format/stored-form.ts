import type { ColumnType, TypeFamily } from '../../catalog/column-type.js';
import { codecOf } from './codecs/codec-of.js';
import { sameAsText } from './codecs/field-codec.js';
import type { CopyFormat } from './copy-format.js';

const plainText: ReadonlySet<TypeFamily> = new Set(['text', 'enum', 'json']);
/** In binary, each value of these has one form. */
const plainBinary: ReadonlySet<TypeFamily> = new Set([
  ...['integer', 'boolean', 'uuid', 'date', 'timestamp', 'network'],
] as TypeFamily[]);

/**
 * True when PostgreSQL gives back the bytes that were sent for a column. Of other types it may keep another
 * form: `numeric(10,2)` and `timestamp(3)` are rounded, `jsonb` and arrays are written anew, a `name` is cut.
 */
export function isStoredAsSent(type: ColumnType, format: CopyFormat): boolean {
  const codec = codecOf(type);
  if (codec === undefined || type.name === 'name') return false;
  if (codec === sameAsText) return plainText.has(type.family);
  return format === 'binary' && plainBinary.has(type.family) && !type.name.includes('(');
}
