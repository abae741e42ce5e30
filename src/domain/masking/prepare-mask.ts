import type { ColumnType } from '../catalog/column-type.js';
import { cutToLength, keepApart, withoutPadding } from './finish-values.js';
import type { PseudonymFunction } from './pseudonym/pseudonym-function.js';
import type { BatchMask, MaskedColumn, MaskingContext, Technique } from './technique.js';
import type { WordLists } from './word-lists.js';

/** What a mask is compiled for. */
export interface PreparedFor {
  readonly column: MaskedColumn;
  readonly domain: string;
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
}

type Prepare = (request: PreparedFor & { technique: string; options: unknown }) => BatchMask;

/** Values inside a value have no limit of their own. */
const unboundedText: ColumnType = { name: 'text', family: 'text' };

/**
 * Compiles `technique` for a column and sees to what every column asks: padding is no part of a value,
 * no stand-in is longer than the column, and none is its original where the technique promises so.
 * @param prepareInner prepares the techniques that this one asks for
 */
export function prepareWith(
  technique: Technique,
  options: unknown,
  { column, domain, pseudonyms, words }: PreparedFor,
  prepareInner: Prepare,
): BatchMask {
  const context: MaskingContext = {
    column,
    domain,
    pseudonyms,
    words,
    inner: (id, innerOptions, innerDomain, type = unboundedText) =>
      prepareInner({
        technique: id,
        options: innerOptions,
        column: { name: column.name, type, nullable: true, unique: false },
        domain: innerDomain,
        pseudonyms,
        words,
      }),
  };
  const mask = technique.prepare(options, context);
  const { padded = false, maxLength = Infinity } = column.type;
  const { neverOriginal = false } = technique.properties;
  return (input, output, companions) => {
    const first = output.count;
    const values = padded ? withoutPadding(input) : input;
    mask(values, output, companions);
    if (maxLength < Infinity) cutToLength(output, first, maxLength);
    if (neverOriginal) keepApart(values, output, first);
  };
}
