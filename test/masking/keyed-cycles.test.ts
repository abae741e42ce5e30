import fc from 'fast-check';
import { KeyedCycles, LIMB } from '../../src/domain/masking/keyed-cycles.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';

const cycles = (key = 1) => new KeyedCycles(createPseudonyms(new Uint8Array(32).fill(key)), 'ids');

const wide = (numbers: readonly number[]) => ({
  high: Float64Array.from(numbers, (number) => Math.floor(number / LIMB)),
  low: Float64Array.from(numbers, (number) => number % LIMB),
});

function successors(size: number, ranks: readonly number[], key?: number): number[] {
  const values = wide(ranks);
  cycles(key).advance(values, wide(ranks.map(() => size)), ranks.length);
  return ranks.map((_, i) => values.high[i] * LIMB + values.low[i]);
}

describe('keyed cycles', () => {
  it('visit every number of a small domain once before they return', () => {
    for (const size of [2, 3, 10, 260, 9999]) {
      const next = successors(
        size,
        Array.from({ length: size }, (_, i) => i),
      );
      let at = 0;
      for (let step = 1; step <= size; step++) {
        at = next[at];
        expect(at === 0).toBe(step === size);
      }
    }
  });

  it('keep numbers of large domains apart, inside, and never where they were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_001, max: Number.MAX_SAFE_INTEGER }), fc.nat(), (size, seed) => {
        const ranks = Array.from({ length: 50 }, (_, i) => (seed + i * 7919) % size);
        const next = successors(size, ranks);
        expect(new Set(next).size).toBe(new Set(ranks).size);
        next.forEach((value, i) => {
          expect(value).toBeLessThan(size);
          expect(value).not.toBe(ranks[i]);
          expect(Number(cycles().advanceBig(BigInt(ranks[i]), BigInt(size)))).toBe(value);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('reach beyond plain numbers', () => {
    for (const size of [2n ** 48n, 2n ** 48n + 1n, 10n ** 18n, 2n ** 96n - 1n, 2n ** 96n, 36n ** 20n]) {
      const seen = new Set<bigint>();
      for (let i = 0n; i < 20n; i++) {
        const rank = (i * 1_000_003n ** 4n) % size;
        const next = cycles().advanceBig(rank, size);
        expect(next).toBeLessThan(size);
        expect(next).not.toBe(rank);
        seen.add(next);
      }
      expect(seen.size).toBe(20);
    }
  });

  it('depend on the key', () => {
    const ranks = Array.from({ length: 100 }, (_, i) => i);
    expect(successors(1000, ranks, 1)).not.toEqual(successors(1000, ranks, 2));
    expect(successors(10_000_000, ranks, 1)).not.toEqual(successors(10_000_000, ranks, 2));
  });
});
