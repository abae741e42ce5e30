import { z } from 'zod';
import { countCharacters } from '../bytes/ascii.js';
import { appendKeyedText } from '../bytes/keyed-text.js';
import { IdentifierPermutation, ODD, PERMUTED_DIGITS } from '../identifiers/permute-identifiers.js';
import { identifierSchemes } from '../identifiers/schemes.js';
import { writeOverShape } from '../identifiers/write-over-shape.js';
import { KeyedCycles } from '../keyed-cycles.js';
import { firstMisfit, needsFamily } from '../misfits.js';
import { caseFolded } from '../normalisation/case-folded.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { defineTechnique, type MaskedColumn, type Misfit } from '../technique.js';
import { NULL_VALUE } from '../value-batch.js';

const encoder = new TextEncoder();
/** Largest positive value by type; a column holds the negative of each as well. */
const largestByType: Readonly<Record<string, string>> = {
  smallint: '32767',
  int2: '32767',
  integer: '2147483647',
  int4: '2147483647',
  int: '2147483647',
  tinyint: '255',
  bigint: '9223372036854775807',
  int8: '9223372036854775807',
};

/**
 * Replaces an identifier by another of the same kind: letters by letters, digits by digits,
 * punctuation and case as they are, check digits right. `AC-1044/b` -> `QT-7310/w`.
 *
 * A keyed permutation: different identifiers stay different, so keys and unique columns stay whole.
 * With check digits that holds for identifiers whose own are right. Values of no shape (no letter or
 * digit, control characters, letters beyond ASCII, over 64 characters) become letters and digits
 * drawn from their digest.
 */
export const pseudonymiseIdentifier = defineTechnique({
  id: 'pseudonymise-identifier',
  summary: 'Replace an identifier by another of the same shape with right check digits',
  options: z.strictObject({
    scheme: z
      .enum([...identifierSchemes.keys()])
      .default('generic')
      .describe('how the identifier is built; values that do not fit it are masked as generic'),
    keepStart: z
      .number()
      .int()
      .min(0)
      .max(32)
      .optional()
      .describe(
        'letters and digits at the start that stay, such as 6 for the BIN of a card; by scheme when absent',
      ),
  }),
  properties: {
    deterministic: true,
    keepsFormat: true,
    keepsLength: true,
    keepsUniqueness: true,
    neverOriginal: true,
  },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['text', 'integer', 'decimal'], "use 'pseudonymise-uuid', 'keyed-hash' or 'null'"),
      wholeNumber(column),
    ),

  prepare({ scheme: id, keepStart }, { column, domain, pseudonyms }) {
    const scheme = identifierSchemes.get(id)!;
    const largest =
      column.type.family === 'integer' ? largestByType[column.type.name.toLowerCase()] : undefined;
    const rules = {
      scheme,
      keeps: keepStart ?? scheme.keeps ?? 0,
      ...(largest === undefined ? {} : { largest: encoder.encode(largest) }),
    };
    const cycles = new KeyedCycles(pseudonyms, domain);
    const permutation = new IdentifierPermutation(rules, cycles);
    const digests = new NormalisedDigests(pseudonyms, domain, caseFolded);

    return (input, output) => {
      const { bytes, starts, ends, count } = input;
      permutation.permute(input);
      const odd = permutation.outcomes.subarray(0, count).includes(ODD) ? digests.of(input) : undefined;
      for (let i = 0; i < count; i++) {
        if (starts[i] === NULL_VALUE) output.appendNull();
        else if (starts[i] === ends[i]) output.append(bytes, starts[i], ends[i]);
        else if (permutation.outcomes[i] === ODD) {
          appendKeyedText(output, odd!, i, countCharacters(bytes, starts[i], ends[i]) || 1);
        } else if (permutation.outcomes[i] === PERMUTED_DIGITS) {
          const first = permutation.starts[i];
          output.append(permutation.characters, first, first + permutation.lengths[i]);
        } else {
          const at = output.reserve(ends[i] - starts[i]);
          const first = permutation.starts[i];
          output.finish(
            writeOverShape(output.bytes, at, permutation.characters, first, bytes, starts[i], ends[i]),
          );
        }
      }
    };
  },
});

function wholeNumber({ name, type }: MaskedColumn): Misfit | undefined {
  if (type.family !== 'decimal' || (type.scale ?? 0) === 0) return undefined;
  return {
    problem: `column '${name}' is ${type.name}: a quantity, not an identifier`,
    hint: "use 'number-noise' or 'number-bucket'",
  };
}
