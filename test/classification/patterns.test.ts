import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compilePattern } from '../../src/domain/classification/values/compile-pattern.js';

describe('compiling a pattern', () => {
  it.each([
    ['[A-Z]{2} ?\\d{2}', 4, 5],
    ['\\d{4}|[a-z]{7,9}', 4, 9],
    ['(?:ab){2,3}c?', 4, 7],
    ['\\d+', 1, Infinity],
    ['(?i)x', 1, 1],
  ])('tells how long values of %s are', (pattern, shortest, longest) => {
    expect(compilePattern(pattern)).toMatchObject({ shortest, longest });
  });

  it('matches whole values only, as RE2 does', () => {
    const patterns = [
      '[A-Z]{2}\\d{2,4}',
      '(?:a|bc)*d',
      '(?i)ab+',
      '\\pL+',
      '[^@ ]+@[^@ ]+\\.[a-z]{2,}',
      '(a+)+b',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        fc.stringMatching(/^[aAbBcd1@. ]{0,12}$/),
        (pattern, value) => {
          expect(compilePattern(pattern).test(value)).toBe(RE2JS.compile(pattern).matches(value));
        },
      ),
    );
  });

  it('runs patterns that would backtrack without end', () => {
    expect(compilePattern('(a+)+b').test('a'.repeat(5_000))).toBe(false);
    expect(compilePattern('(a|aa)*b').test('a'.repeat(5_000))).toBe(false);
    expect(compilePattern('(?:a?){30}a{30}').test('a'.repeat(29))).toBe(false);
  });
});
