import type { ColumnType } from '../../catalog/column-type.js';
import { codecOf, passesInBinary, TEXT_IS_BINARY } from './binary-codecs.js';
import { BinaryRowMasker } from './binary-row-masker.js';
import type { MaskedField, RowMasker } from './row-masker.js';
import { TextRowMasker } from './text-row-masker.js';

/** A column as it travels. */
export interface TravellingColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** The format in which a table travels fastest: binary where every type allows it, else text. */
export function formatFor(
  columns: readonly TravellingColumn[],
  fields: readonly MaskedField[],
): 'text' | 'binary' {
  const touched = new Set(fields.flatMap(({ column, reads }) => [column, ...reads]));
  const fits = ({ name, type }: TravellingColumn) =>
    passesInBinary(type) && (!touched.has(name) || codecOf(type) !== undefined);
  return columns.every(fits) ? 'binary' : 'text';
}

/** The masker of a table's rows in the given format. */
export function createRowMasker(
  columns: readonly TravellingColumn[],
  fields: readonly MaskedField[],
  format: 'text' | 'binary',
): RowMasker {
  const names = columns.map(({ name }) => name);
  if (format === 'text') return new TextRowMasker(names, fields);
  const codecs = columns.map(({ type }) => {
    const codec = codecOf(type);
    return codec === TEXT_IS_BINARY ? undefined : codec;
  });
  return new BinaryRowMasker(names, fields, codecs);
}
