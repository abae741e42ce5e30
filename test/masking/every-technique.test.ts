import fc from 'fast-check';
import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import type { BatchMask } from '../../src/domain/masking/technique.js';
import { findTechnique, techniques } from '../../src/domain/masking/technique-registry.js';
import { ValueBatchWriter, textsOf, type ValueBatch } from '../../src/domain/masking/value-batch.js';
import { keyed, maskFor, textType } from './masking.js';

const arrayType: ColumnType = { name: 'text[]', family: 'array', element: textType };
const moodType: ColumnType = { name: 'mood', family: 'enum', labels: ['happy', 'sad', 'so so'] };

/** What every technique is tried with: options, type, and values that it is made for. */
const cases: Readonly<Record<string, { options?: object; type?: ColumnType; values: readonly string[] }>> = {
  null: { values: ['Ana'] },
  fixed: { options: { value: 'x' }, values: ['Ana'] },
  redact: { values: ['Ana', '***'] },
  partial: { values: ['4111111111111111', 'Añas'] },
  'keyed-hash': { values: ['Ana', 'ana'] },
  'pseudonymise-person-name': {
    values: ['Ana Lopez', 'LOPEZ, ANA', 'Jean-Luc de la Cruz', 'J. R. Müller Jr.'],
  },
  'pseudonymise-email': { values: ['ana@x.org', 'Jörg@müller.de'] },
  'pseudonymise-phone': { values: ['+49 (30) 901820', '001 212 555 0199', '0170-1234567'] },
  'pseudonymise-street': { values: ['12 Main St, Springfield, IL 62704', 'Hauptstraße 5b'] },
  'pseudonymise-city': { values: ['Paris', 'SÃO PAULO'] },
  'pseudonymise-postal-code': { values: ['SW1A 1AA', '02139'] },
  'pseudonymise-organisation': { values: ['Acme Trading GmbH', 'ACME'] },
  'pseudonymise-user-name': { values: ['ana_lopez', 'ana@x.org'] },
  'pseudonymise-url': { values: ['https://ana@shop.org:8443/p/a.html?x=1', 'shop.org'] },
  'pseudonymise-ip': { values: ['198.51.100.7', '2001:db8::1/64'] },
  'pseudonymise-mac': { values: ['3C:22:FB:01:9A:77'] },
  'pseudonymise-uuid': { values: ['6ba7b810-9dad-11d1-80b4-00c04fd430c8'] },
  'pseudonymise-identifier': {
    values: ['AC-1044/b', '7', '123456789012', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ12345'],
  },
  'format-preserving-encrypt': { values: ['4111-1111', '99', 'AB-1234567'] },
  'date-shift': { values: ['1987-05-17', '2024-02-29 10:11:12.5+02', '0044-03-15 BC'] },
  'number-noise': { values: ['1250.00', '-7', '12345678901234567890', '1e20'] },
  'number-bucket': { values: ['1234.56', '-7'] },
  'generalise-date': { values: ['1987-05-17', '2024-02-29 10:11:12.5+02'] },
  'generalise-age': { values: ['37', '93'] },
  'generalise-postal-code': { values: ['02139', 'SW1A 1AA'] },
  'pick-label': { type: moodType, values: ['happy', 'sad', 'so so'] },
  'free-text': { values: ['Ana (ana@x.org) called from +49 30 901820.', 'nothing'] },
  'json-paths': {
    options: { paths: { '$.mail': { technique: 'pseudonymise-email' } }, others: 'redact-strings' },
    type: { name: 'jsonb', family: 'json' },
    values: ['{"mail": "ana@x.org", "n": 1.50}', '["a"]'],
  },
  'array-elements': {
    options: { technique: 'pseudonymise-email' },
    type: arrayType,
    values: ['{ana@x.org,NULL,"b c@d.org"}', '{}'],
  },
  'by-kind': {
    options: {
      column: 'kind',
      kinds: { User: { technique: 'redact' } },
      others: { technique: 'keyed-hash' },
    },
    values: ['ana', '17'],
  },
};

const hostile: readonly Uint8Array[] = [
  Uint8Array.of(0xff, 0xfe, 0xfd),
  Uint8Array.of(0x41, 0xc3),
  Uint8Array.of(1, 2, 3, 0x7f, 0x1b),
  ...[' ', '\n\t', '---', '!!!', '@', '{', '"', '\\', '$', '٣٤٥', '東京都', '🙂🙂', 'e\u0301'].map((text) =>
    new TextEncoder().encode(text),
  ),
  new TextEncoder().encode('a'.repeat(9000)),
  new TextEncoder().encode('9'.repeat(5000)),
  new TextEncoder().encode('é'.repeat(3000)),
  new TextEncoder().encode('['.repeat(9000)),
];

type Value = Uint8Array | null;

function batchOfBytes(values: readonly Value[]): ValueBatch {
  const batch = new ValueBatchWriter(8, 1);
  for (const value of values) {
    if (value) batch.append(value);
    else batch.appendNull();
  }
  return batch;
}

function run(mask: BatchMask, values: readonly Value[]): (string | null)[] {
  const output = new ValueBatchWriter(8, 1);
  mask(batchOfBytes(values), output, new Map());
  return textsOf(output);
}

const encoder = new TextEncoder();

describe.each([...techniques.keys()])('%s', (id) => {
  const { options = {}, type = textType, values: known } = cases[id] ?? { values: [] };
  const setting = { options, type };
  const { properties } = findTechnique(id);
  const masked = maskFor(id, setting);

  const anyValue = fc.oneof(
    fc.constantFrom(...known).map((text) => encoder.encode(text)),
    fc.constantFrom(...hostile),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => encoder.encode(text)),
    fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => encoder.encode(text)),
    fc.uint8Array({ maxLength: 20 }),
  );
  const anyBatch = fc.array(fc.option(anyValue, { freq: 8 }), { maxLength: 12 });

  it('is tried with values that it is made for', () => expect(known).not.toHaveLength(0));

  it('describes itself and each of its options', () => {
    const { summary, options: schema } = findTechnique(id);
    expect(summary).toMatch(/^[A-Z].{8,90}[^.]$/);
    const shape = (schema as unknown as { shape: Record<string, { description?: string }> }).shape;
    for (const option of Object.values(shape)) expect(option.description).toBeTruthy();
  });

  it('gives one value for each, keeps NULL NULL and empty empty', () => {
    const masks = run(masked, [null, encoder.encode(known[0]), new Uint8Array(0), null]);
    expect(masks).toHaveLength(4);
    expect(masks[0]).toBeNull();
    expect(masks[3]).toBeNull();
    if (!['null', 'fixed', 'json-paths', 'array-elements'].includes(id)) expect(masks[2]).toBe('');
  });

  it('gives the same for a key however values are batched, and carries nothing over', () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), (values, cut) => {
        const at = values.length === 0 ? 0 : cut % values.length;
        const whole = run(maskFor(id, setting), values);
        expect(whole).toHaveLength(values.length);
        expect([...run(masked, values.slice(0, at)), ...run(masked, values.slice(at))]).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  if (properties.neverOriginal) {
    it('never gives the original, whatever comes', () => {
      fc.assert(
        fc.property(anyBatch, (values) => {
          run(masked, values).forEach((standIn, i) => {
            const value = values[i];
            if (value && value.length > 0) expect(standIn).not.toBe(new TextDecoder().decode(value));
          });
        }),
        { numRuns: 60 },
      );
    });
  }

  it('lets nothing malformed through that it does not understand', () => {
    if (['fixed', 'free-text', 'generalise-age'].includes(id)) return;
    const secret = encoder.encode('tell-nobody\u0001secret');
    expect(run(masked, [secret])[0] ?? '').not.toMatch(/tell|nobody|secret/i);
  });

  if (properties.keepsLength) {
    it('keeps the length of ASCII values', () => {
      fc.assert(
        fc.property(fc.stringMatching(/^[A-Za-z0-9+. -]{1,40}$/), (value) => {
          expect(run(masked, [encoder.encode(value)])[0]).toHaveLength(value.length);
        }),
        { numRuns: 60 },
      );
    });
  }

  it('writes no more characters than the column takes', () => {
    if (type !== textType || id === 'fixed') return;
    for (const maxLength of [1, 7, 20]) {
      const short = maskFor(id, {
        options,
        type: { name: `varchar(${maxLength})`, family: 'text', maxLength },
      });
      const values = known.map((value) => encoder.encode(value.slice(0, maxLength)));
      for (const standIn of run(short, [...values, encoder.encode('é'.repeat(maxLength))])) {
        expect(Array.from(standIn ?? '').length).toBeLessThanOrEqual(maxLength);
      }
    }
  });

  it('takes the padding of char(n) for no part of the value', () => {
    if (type !== textType) return;
    const padded = maskFor(id, {
      options,
      type: { name: 'character(60)', family: 'text', maxLength: 60, padded: true },
    });
    const values = known.map((value) => encoder.encode(value.padEnd(60)));
    const plain = maskFor(id, { options, type: { name: 'varchar(60)', family: 'text', maxLength: 60 } });
    expect(run(padded, values)).toEqual(
      run(
        plain,
        known.map((value) => encoder.encode(value)),
      ),
    );
  });

  const usesKey =
    !['null', 'fixed', 'redact', 'partial', 'number-bucket'].includes(id) && !id.startsWith('generalise');
  if (usesKey) {
    it('gives something else under another key', () => {
      const many = Array.from({ length: 20 }, (_, i) => known.map((value) => vary(value, i))).flat();
      const values = many.map((value) => encoder.encode(value));
      expect(run(masked, values)).not.toEqual(run(maskFor(id, { ...setting, pseudonyms: keyed(2) }), values));
    });
  }
});

/** Another value of the same shape. */
function vary(value: string, by: number): string {
  return value.replace(/\d(?=\D*$)/, String(by % 9));
}
