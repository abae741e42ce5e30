import fc from 'fast-check';
import { Ff1, FormatPreservingError } from '../../src/domain/masking/ff1.js';

const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
const numerals = (text: string) => Array.from(text, (character) => digits.indexOf(character));
const text = (values: readonly number[]) => values.map((value) => digits[value]).join('');
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

const key128 = '2B7E151628AED2A6ABF7158809CF4F3C';
const key192 = `${key128}EF4359D8D580AA4F`;
const key256 = `${key192}7F036D6F04FC6A94`;
const tweak10 = '39383736353433323130';
const tweak36 = '3737373770717273373737';

describe('FF1', () => {
  // NIST, "Examples with Intermediate Values", FF1samples.pdf, samples 1–9.
  it.each([
    [key128, 10, '', '0123456789', '2433477484'],
    [key128, 10, tweak10, '0123456789', '6124200773'],
    [key128, 36, tweak36, '0123456789abcdefghi', 'a9tv40mll9kdu509eum'],
    [key192, 10, '', '0123456789', '2830668132'],
    [key192, 10, tweak10, '0123456789', '2496655549'],
    [key192, 36, tweak36, '0123456789abcdefghi', 'xbj3kv35jrawxv32ysr'],
    [key256, 10, '', '0123456789', '6657667009'],
    [key256, 10, tweak10, '0123456789', '1001623463'],
    [key256, 36, tweak36, '0123456789abcdefghi', 'xs8a0azh2avyalyzuwd'],
  ])('computes the sample of NIST for key %s, radix %i, tweak %s', (key, radix, tweak, plain, cipher) => {
    const ff1 = new Ff1(bytes(key), radix);
    expect(text(ff1.encrypt(numerals(plain), bytes(tweak)))).toBe(cipher);
    expect(text(ff1.decrypt(numerals(cipher), bytes(tweak)))).toBe(plain);
  });

  it('decrypts what it encrypted, for any radix, length and tweak', () => {
    const domains = fc.integer({ min: 2, max: 300 }).chain((radix) =>
      fc
        .array(fc.nat(radix - 1), {
          minLength: Math.ceil(Math.log(1e6) / Math.log(radix)) + 1,
          maxLength: 90,
        })
        .map((value) => ({ radix, value })),
    );
    fc.assert(
      fc.property(domains, fc.uint8Array({ maxLength: 40 }), ({ radix, value }, tweak) => {
        const ff1 = new Ff1(bytes(key256), radix);
        const cipher = ff1.encrypt(value, tweak);
        expect(cipher).toHaveLength(value.length);
        expect(ff1.decrypt(cipher, tweak)).toEqual(value);
      }),
    );
  });

  it('gives a batch what it gives each of its values', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 72 }),
        fc.array(fc.tuple(fc.nat(1023), fc.nat(1023)), { minLength: 1, maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        (length, values, tweak) => {
          const ff1 = new Ff1(bytes(key128), 2);
          const left = Float64Array.from(values, ([a]) => a);
          const right = Float64Array.from(values, ([, b]) => b);
          ff1.encryptHalves({ length, count: values.length, left, right }, tweak);
          values.forEach(([a, b], i) => {
            const u = length >> 1;
            const bits = (value: number, size: number) => numerals(value.toString(2).padStart(size, '0'));
            const single = text(ff1.encrypt([...bits(a, u), ...bits(b, length - u)], tweak));
            expect(
              left[i].toString(2).padStart(u, '0') + right[i].toString(2).padStart(length - u, '0'),
            ).toBe(single);
          });
          ff1.decryptHalves({ length, count: values.length, left, right }, tweak);
          expect([...left]).toEqual(values.map(([a]) => a));
        },
      ),
    );
  });

  it('computes the same in plain and in big numbers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 30n - 1n }), (half) => {
        const ff1 = new Ff1(bytes(key128), 10);
        const plain = { length: 20, count: 1, left: [Number(half)], right: [7] };
        const big = { length: 20, count: 1, left: [half], right: [7n] };
        ff1.encryptHalves(plain, bytes(tweak10));
        ff1.encryptHalves(big, bytes(tweak10));
        expect([plain.left[0], plain.right[0]].map(BigInt)).toEqual([big.left[0], big.right[0]]);
      }),
    );
  });

  it('refuses domains below a million and numerals that are none', () => {
    const ff1 = new Ff1(bytes(key128), 10);
    expect(() => ff1.encrypt(numerals('12345'))).toThrow(FormatPreservingError);
    expect(() => ff1.encrypt([1, 2, 3, 4, 5, 10])).toThrow(FormatPreservingError);
    expect(() => new Ff1(bytes(key128), 1)).toThrow(FormatPreservingError);
    expect(() => new Ff1(new Uint8Array(5), 10)).toThrow(FormatPreservingError);
  });
});

describe('FF1 over bits', () => {
  it('gives the same in whole numbers, in floating-point numbers and in big ones', () => {
    const key = Buffer.alloc(32, 3);
    const ff1 = new Ff1(key, 2);
    const tweak = new TextEncoder().encode('payment-card-number');
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 90 }),
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 90n - 1n }), { minLength: 1, maxLength: 9 }),
        (length, values) => {
          const u = length >> 1;
          const left = values.map((value) => value & ((1n << BigInt(u)) - 1n));
          const right = values.map((value) => (value >> 3n) & ((1n << BigInt(length - u)) - 1n));
          const big = { length, count: values.length, left: [...left], right: [...right] };
          const plain = { length, count: values.length, left: left.map(Number), right: right.map(Number) };
          ff1.encryptHalves(big, tweak);
          ff1.encryptHalves(plain, tweak);
          expect([...plain.left, ...plain.right].map(BigInt)).toEqual([...big.left, ...big.right]);
          ff1.decryptHalves(plain, tweak);
          expect([...plain.left, ...plain.right].map(BigInt)).toEqual([...left, ...right]);
        },
      ),
    );
  });
});
