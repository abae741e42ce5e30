import fc from 'fast-check';
import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import type { BatchMask } from '../../src/domain/masking/technique.js';
import { textsOf } from '../../src/domain/masking/value-batch.js';
import { createRowMasker } from '../../src/domain/scrub/copy-format/row-masker.js';
import { copyFormats } from '../support/copy-formats.js';

const text: ColumnType = { name: 'text', family: 'text' };
const columns = ['a', 'b', 'c'].map((name) => ({ name, type: text }));

const standInOf = (value: string | null): string | null =>
  value === null || value === 'nothing' ? null : Array.from(value).reverse().join('');

/** Answers each value turned round, and counts the values it was asked for. */
function reversing(): { mask: BatchMask; asked: () => number } {
  let asked = 0;
  const mask: BatchMask = (input, output) => {
    for (const value of textsOf(input)) {
      asked++;
      const standIn = standInOf(value);
      if (standIn === null) output.appendNull();
      else output.appendText(standIn);
    }
  };
  return { mask, asked: () => asked };
}

type Row = readonly (string | null)[];

describe.each(['text', 'binary'] as const)(
  'stand-ins of values that come again, in COPY’s %s format',
  (format) => {
    const { print, parse } = copyFormats[format];

    /** Masks `a` and `c` in blocks of a few rows; the first block remembers nothing. */
    function masked(rows: readonly Row[], blockBytes = 64) {
      const [a, c] = [reversing(), reversing()];
      const masker = createRowMasker({
        columns,
        masks: [
          { column: 'a', mask: a.mask, reads: [], isOfValueAlone: true },
          { column: 'c', mask: c.mask, reads: [], isOfValueAlone: true },
        ],
        format,
        blockBytes,
      });
      const bytes = print(rows);
      const parts: Buffer[] = [];
      for (let from = 0; from < bytes.length; from += blockBytes) {
        const part = masker.push(bytes.subarray(from, from + blockBytes));
        if (part) parts.push(Buffer.from(part));
      }
      const rest = masker.end();
      if (rest) parts.push(Buffer.from(rest));
      return { rows: parse(Buffer.concat(parts), columns.length), asked: a.asked, counts: masker.counts };
    }

    it('are what the mask gives, whatever comes again', () => {
      const value = fc.option(
        fc.oneof(
          fc.constantFrom('Ana', 'nothing', '', 'tab\tand\\N', 'exactly 24 bytes of text', 'Ω'.repeat(40)),
          fc
            .string({ unit: 'grapheme', maxLength: 40 })
            .map((s) => s.toWellFormed().replaceAll('\u0000', '')),
        ),
      );
      fc.assert(
        fc.property(fc.array(fc.tuple(value, value, value), { maxLength: 120 }), (rows) => {
          const expected = rows.map(([a, b, c]) => [standInOf(a), b, standInOf(c)]);
          expect(masked(rows).rows).toEqual(expected);
        }),
      );
    });

    it('are right for values that differ in one byte, wherever it stands', () => {
      const alike = Array.from({ length: 24 }, (_, at) =>
        Array.from('abyz', (letter) => `${'x'.repeat(at)}${letter}${'x'.repeat(23 - at)}`),
      ).flat();
      const rows = [...alike, ...alike, ...alike].map((value): Row => [value, null, value]);
      expect(masked(rows).rows).toEqual(rows.map(([a, , c]) => [standInOf(a), null, standInOf(c)]));
    });

    it('are asked for once, though the value comes in many blocks', () => {
      const rows = Array.from({ length: 500 }, (): Row => ['Ana', 'x', 'Bruno']);
      const { asked, counts } = masked(rows);
      // Once a row in the first block or two, before anything is remembered.
      expect(asked()).toBeLessThan(12);
      expect(counts[0]).toEqual({ column: 'a', masked: 500, nulls: 0 });
    });

    it('are no longer remembered where values turn out to be distinct, and still right', () => {
      const distinct = Array.from({ length: 80_000 }, (_, i): Row => [`value ${i}`, null, 'Ana']);
      const again = Array.from({ length: 10_000 }, (): Row => ['value 79999', null, 'Ana']);
      const rows = [...distinct, ...again];
      const { asked, rows: found } = masked(rows, 64 * 1024);
      expect(asked()).toBeGreaterThan(89_000);
      expect(found.at(-1)).toEqual(['99997 eulav', null, 'anA']);
      expect(found.filter(([, , c]) => c !== 'anA')).toEqual([]);
    });
  },
);
