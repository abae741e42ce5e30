import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { alphanumerics } from '../../src/domain/masking/normalisation/alphanumerics.js';
import { caseFolded } from '../../src/domain/masking/normalisation/case-folded.js';
import { digitsOnly } from '../../src/domain/masking/normalisation/digits-only.js';
import { exact } from '../../src/domain/masking/normalisation/exact.js';
import { foldedWords } from '../../src/domain/masking/normalisation/folded-words.js';
import { hexDigits } from '../../src/domain/masking/normalisation/hex-digits.js';
import { HmacSha256 } from '../../src/domain/masking/pseudonym/hmac-sha256.js';
import {
  InvalidDomainError,
  InvalidKeyError,
  createPseudonyms,
} from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { ValueBatchWriter, batchOf } from '../../src/domain/masking/value-batch.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

function batchOfBytes(values: readonly (Uint8Array | null)[]): ValueBatchWriter {
  const batch = new ValueBatchWriter(64, 4);
  for (const value of values) {
    if (value) batch.append(value);
    else batch.appendNull();
  }
  return batch;
}

describe('the pseudonym function', () => {
  // RFC 4231 §4, cases 1–7 without 5 (which truncates).
  it.each([
    [
      '0b'.repeat(20),
      hex(Buffer.from('Hi There')),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      hex(Buffer.from('Jefe')),
      hex(Buffer.from('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
    [
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      'cd'.repeat(50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      'aa'.repeat(131),
      hex(Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First')),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      'aa'.repeat(131),
      hex(
        Buffer.from(
          'This is a test using a larger than block-size key and a larger than block-size data. ' +
            'The key needs to be hashed before being used by the HMAC algorithm.',
        ),
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('computes the vectors of RFC 4231 (key %s)', (key, data, expected) => {
    const digests = new HmacSha256(fromHex(key)).digests(new Uint8Array(0), batchOfBytes([fromHex(data)]));
    expect(hex(digests)).toBe(expected);
  });

  it('agrees with HMAC-SHA-256 over domain, 0x1F and value, for batches of any shape', () => {
    const key = randomBytes(32);
    const pseudonyms = createPseudonyms(key);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z-]{0,64}$/),
        fc.array(fc.option(fc.uint8Array({ maxLength: 500 })), { maxLength: 40 }),
        (domain, values) => {
          const digests = pseudonyms.digests(domain, batchOfBytes(values));
          expect(digests).toHaveLength(values.length * 32);
          values.forEach((value, i) => {
            if (!value) return;
            const expected = createHmac('sha256', key).update(`${domain}\u001f`).update(value).digest();
            expect(hex(digests.subarray(i * 32, i * 32 + 32))).toBe(expected.toString('hex'));
          });
        },
      ),
    );
  });

  it('agrees for every length from 0 to 500 beside neighbours of other lengths', () => {
    const key = randomBytes(16);
    const values = Array.from({ length: 501 }, (_, length) => randomBytes((length * 7) % 501));
    const digests = createPseudonyms(key).digests('email-address', batchOfBytes(values));
    values.forEach((value, i) => {
      const expected = createHmac('sha256', key).update('email-address\u001f').update(value).digest('hex');
      expect(hex(digests.subarray(i * 32, i * 32 + 32))).toBe(expected);
    });
  });

  it('takes batches larger than its slices and values larger than its memory', () => {
    const key = randomBytes(16);
    const values = [
      randomBytes(3_000_000),
      ...Array.from({ length: 9000 }, () => randomBytes(12)),
      randomBytes(2_000_000),
    ];
    const digests = createPseudonyms(key).digests('x', batchOfBytes(values));
    for (const i of [0, 1, 4094, 4095, 4096, 4097, 9000, 9001]) {
      const expected = createHmac('sha256', key).update('x\u001f').update(values[i]).digest('hex');
      expect(hex(digests.subarray(i * 32, i * 32 + 32))).toBe(expected);
    }
  });

  it.each([alphanumerics, caseFolded, digitsOnly, exact, foldedWords, hexDigits])(
    'digests what the normaliser $id makes of a value, in the kernel and out of it',
    (normaliser) => {
      const key = randomBytes(32);
      const pseudonyms = createPseudonyms(key);
      const spelling = fc.oneof(
        fc.string({
          unit: fc.constantFrom(...Array.from('aZ09 -\t\n\u000b@[`{/:ÀéΣ\u212a\u0301')),
          maxLength: 60,
        }),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('0049 30 12', '00', '0', '  ', 'A'.repeat(64)),
      );
      fc.assert(
        fc.property(fc.array(fc.option(spelling), { maxLength: 40 }), fc.nat(3000), (values, apart) => {
          // Values side by side, and values with much between them.
          const batch = new ValueBatchWriter();
          for (const value of values) {
            if (value === null) batch.appendNull();
            else batch.appendText(value.toWellFormed());
            batch.position = batch.reserve(apart) + apart;
          }
          const digests = pseudonyms.digests('d', batch, normaliser);
          values.forEach((value, i) => {
            if (value === null) return;
            const normalised = new ValueBatchWriter();
            normaliser.append(batch.bytes, batch.starts[i], batch.ends[i], normalised);
            const hmac = createHmac('sha256', key).update('d\u001f');
            const expected = hmac.update(normalised.bytes.subarray(0, normalised.ends[0])).digest('hex');
            expect(hex(digests.subarray(i * 32, i * 32 + 32))).toBe(expected);
          });
        }),
      );
    },
  );

  it('names its key by a digest and derives keys by purpose', () => {
    const key = Buffer.alloc(32, 7);
    const pseudonyms = createPseudonyms(key);
    const expected = createHmac('sha256', key).update('scrubjay key id').digest('hex').slice(0, 16);
    expect(pseudonyms.keyId).toBe(expected);
    expect(pseudonyms.deriveKey('a')).toEqual(createPseudonyms(key).deriveKey('a'));
    expect(pseudonyms.deriveKey('a')).not.toEqual(pseudonyms.deriveKey('b'));
  });

  it('refuses a short key and a domain that SQL could not spell', () => {
    expect(() => createPseudonyms(randomBytes(15))).toThrow(InvalidKeyError);
    const pseudonyms = createPseudonyms(randomBytes(16));
    expect(() => pseudonyms.digests('straße', batchOf(['x']))).toThrow(InvalidDomainError);
    expect(() => pseudonyms.digests('x'.repeat(97), batchOf(['x']))).toThrow(InvalidDomainError);
  });
});
