import fc from 'fast-check';
import { maskFor, maskOne, mask } from './masking.js';
import { decryptFormatPreserved } from '../../src/domain/masking/techniques/format-preserving-encrypt.js';
import { ValueBatchWriter, batchOf, textsOf } from '../../src/domain/masking/value-batch.js';
import { shippedWords } from '../support/word-lists.js';
import { keyed, textType } from './masking.js';
import { parseIp, printIp } from '../../src/domain/masking/ip-addresses.js';

describe('stand-ins of telephone numbers', () => {
  it('keep calling code, trunk prefix and punctuation', () => {
    expect(maskOne('pseudonymise-phone', '+49 (30) 901820-12')).toMatch(/^\+49 \([2-9]\d\) \d{6}-\d\d$/);
    expect(maskOne('pseudonymise-phone', '+1 212 555 0199')).toMatch(/^\+1 [2-9]\d\d \d{3} \d{4}$/);
    expect(maskOne('pseudonymise-phone', '0044 20 79460000')).toMatch(/^0044 [2-9]\d \d{8}$/);
    expect(maskOne('pseudonymise-phone', '030 901820 ext. 12')).toMatch(/^0[2-9]\d \d{6} ext\. \d\d$/);
  });

  it('are one for one number however it is punctuated', () => {
    const digits = (text: string) => text.replace(/\D/g, '');
    expect(digits(maskOne('pseudonymise-phone', '+49 (30) 901820-12'))).toBe(
      digits(maskOne('pseudonymise-phone', '+493090182012')),
    );
  });
});

describe('stand-ins of technical addresses', () => {
  it('are private addresses of the same version', () => {
    expect(maskOne('pseudonymise-ip', '198.51.100.7/24')).toMatch(/^10\.\d+\.\d+\.\d+\/24$/);
    expect(maskOne('pseudonymise-ip', '2001:db8::1')).toMatch(/^fd[0-9a-f]{2}:/);
    expect(maskOne('pseudonymise-ip', '198.51.100.7', { options: { keepPrefix: 24 } })).toMatch(
      /^198\.51\.100\.\d+$/,
    );
    const cidr = { name: 'cidr', family: 'network' } as const;
    expect(maskOne('pseudonymise-ip', '198.51.100.0/24', { type: cidr })).toMatch(/^10\.\d+\.\d+\.0\/24$/);
  });

  it('print as they are read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseIp(text)!;
        expect(parseIp(printIp(address))).toEqual(address);
      }),
    );
  });

  it('are UUIDs of the same version and variant', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const standIn = maskOne('pseudonymise-uuid', uuid);
        expect(standIn).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(standIn[14]).toBe(uuid[14]);
        // Digits alone have no case to keep.
        fc.pre(uuid !== uuid.toUpperCase());
        expect(maskOne('pseudonymise-uuid', uuid.toUpperCase())).toBe(standIn.toUpperCase());
      }),
    );
    expect(maskOne('pseudonymise-uuid', 'no uuid')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('are hardware addresses that no maker gives out', () => {
    const standIn = maskOne('pseudonymise-mac', '3C:22:FB:01:9A:77');
    expect(standIn).toMatch(/^[0-9A-F][26AE](:[0-9A-F]{2}){5}$/);
    expect(maskOne('pseudonymise-mac', '3C22FB019A77')).toBe(standIn.replace(/:/g, ''));
    expect(maskOne('pseudonymise-mac', '3C:22:FB:01:9A:77', { options: { keepVendor: true } })).toMatch(
      /^3C:22:FB:/,
    );
  });

  it('are web addresses whose hosts agree', () => {
    const host = (url: string) => new URL(maskOne('pseudonymise-url', url)).host;
    expect(host('https://ana:pw@shop.org/people/ana.html?id=7')).toMatch(/^[a-z2-7]{12}\.example\.com$/);
    expect(host('https://shop.org/x')).toBe(host('http://SHOP.org'));
    expect(maskOne('pseudonymise-url', 'https://shop.org:8443/people/ana.html?id=7')).toMatch(
      /^https:\/\/[a-z2-7]{12}\.example\.com:8443\/[a-z2-7]{6}\/[a-z2-7]{12}\.html$/,
    );
  });
});

describe('stand-ins of addresses', () => {
  it('keep numbers where they stood', () => {
    expect(maskOne('pseudonymise-street', '12 Main St, Springfield, IL 62704')).toMatch(
      /^[1-9]\d [^,]+, [^,]+, \D+ [1-9]\d{4}$/,
    );
    expect(maskOne('pseudonymise-street', 'Hauptstraße 5b')).toMatch(/^\D+ [1-9]$/);
  });

  it('keep the region of a postal code where asked, never the whole', () => {
    expect(maskOne('pseudonymise-postal-code', 'SW1A 1AA', { options: { keepStart: 2 } })).toMatch(
      /^SW\d[A-Z] \d[A-Z]{2}$/,
    );
    expect(maskOne('generalise-postal-code', '02139')).toBe('02100');
    expect(maskOne('generalise-postal-code', '8010')).toBe('8000');
    expect(maskOne('generalise-postal-code', '03601', { options: { hipaa: true } })).toBe('00000');
  });

  it('keep the legal form of an organisation', () => {
    expect(maskOne('pseudonymise-organisation', 'Acme Trading GmbH')).toMatch(/^[A-Z]\w+ [A-Z]\w+ GmbH$/);
    expect(maskOne('pseudonymise-organisation', 'GmbH')).not.toBe('GmbH');
  });
});

describe('format-preserving encryption', () => {
  it('is read again with the key', () => {
    const values = ['4111-1111-1111-1111', '0123456789', null, ''];
    const context = {
      column: { name: 'c', type: textType, nullable: true, unique: true },
      domain: 'accounts',
      pseudonyms: keyed(1),
      words: shippedWords,
      inner: () => maskFor('null'),
    };
    const encrypted = mask('format-preserving-encrypt', values, { domain: 'accounts' });
    expect(encrypted[0]).toMatch(/^\d{4}-\d{4}-\d{4}-\d{4}$/);
    const output = new ValueBatchWriter();
    decryptFormatPreserved({ alphabet: 'digits' }, context)(batchOf(encrypted), output, new Map());
    expect(textsOf(output)).toEqual(values);
  });
});

describe('covering', () => {
  it('keeps the ends only of what is long enough', () => {
    expect(maskOne('partial', '4111111111111111')).toBe('************1111');
    expect(maskOne('partial', '12345')).toBe('*****');
    expect(maskOne('partial', 'Zoë Ñandú', { options: { keepStart: 2, keepEnd: 1, cover: '#' } })).toBe(
      'Zo######ú',
    );
    expect(maskOne('redact', 'Zoë')).toBe('***');
    expect(maskOne('redact', 'Zoë', { options: { length: 5 } })).toBe('*****');
  });
});
