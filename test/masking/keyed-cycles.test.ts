import fc from 'fast-check';
import { KeyedCycles } from '../../src/domain/masking/keyed-cycles.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';

const cycles = (key = 1) => new KeyedCycles(createPseudonyms(new Uint8Array(32).fill(key)), 'ids');

function successors(size: number, ranks: readonly number[], key?: number): number[] {
  const values = Float64Array.from(ranks);
  cycles(key).advance(values, new Float64Array(ranks.length).fill(size), ranks.length);
  return [...values];
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
    const size = 36n ** 20n;
    const seen = new Set<bigint>();
    for (let i = 0n; i < 50n; i++) {
      const next = cycles().advanceBig(i, size);
      expect(next).toBeLessThan(size);
      seen.add(next);
    }
    expect(seen.size).toBe(50);
  });

  it('depend on the key', () => {
    const ranks = Array.from({ length: 100 }, (_, i) => i);
    expect(successors(1000, ranks, 1)).not.toEqual(successors(1000, ranks, 2));
    expect(successors(10_000_000, ranks, 1)).not.toEqual(successors(10_000_000, ranks, 2));
  });
});
