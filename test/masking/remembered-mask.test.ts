import fc from 'fast-check';
import { rememberedMask } from '../../src/domain/masking/remembered-mask.js';
import type { BatchMask } from '../../src/domain/masking/technique.js';
import { ValueBatchWriter, batchOf, textsOf } from '../../src/domain/masking/value-batch.js';

/** Answers each value turned round, and counts the values it was asked for. */
function reversing(): { mask: BatchMask; asked: () => number } {
  let asked = 0;
  const mask: BatchMask = (input, output) => {
    for (const value of textsOf(input)) {
      asked++;
      if (value === null || value === 'nothing') output.appendNull();
      else output.appendText(Array.from(value).reverse().join(''));
    }
  };
  return { mask, asked: () => asked };
}

function run(mask: BatchMask, values: readonly (string | null)[]): (string | null)[] {
  const output = new ValueBatchWriter();
  mask(batchOf(values), output, new Map());
  return textsOf(output);
}

describe('a mask that remembers', () => {
  it('gives what the mask gives, whatever comes again', () => {
    const value = fc.option(fc.oneof(fc.constantFrom('Ana', 'nothing', '', 'Ω'.repeat(40)), fc.string()));
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 40 }), { maxLength: 8 }), (batches) => {
        const remembering = rememberedMask(reversing().mask);
        for (const batch of batches) {
          expect(run(remembering, batch)).toEqual(run(reversing().mask, batch));
        }
      }),
    );
  });

  it('asks the mask once for a value that comes in many batches', () => {
    const { mask, asked } = reversing();
    const remembering = rememberedMask(mask);
    for (let batch = 0; batch < 50; batch++) run(remembering, ['Ana', 'Bruno']);
    expect(asked()).toBe(2);
  });

  it('gives up on a column whose values are all distinct, and still masks them', () => {
    const { mask, asked } = reversing();
    const remembering = rememberedMask(mask);
    let next = 0;
    const distinct = () => Array.from({ length: 10_000 }, () => `value ${next++}`);
    for (let batch = 0; batch < 5; batch++) run(remembering, distinct());
    const before = asked();
    expect(run(remembering, ['Ana', 'Ana'])).toEqual(['anA', 'anA']);
    run(remembering, ['Ana', 'Ana']);
    expect(asked()).toBe(before + 4);
  });
});
