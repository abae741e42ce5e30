import fc from 'fast-check';
import { stdnum } from 'stdnum';
import validator from 'validator';
import { electronicFormatIBAN, isValidIBAN } from 'ibantools';
import { identifierSchemes } from '../../src/domain/masking/identifiers/schemes.js';
import { mask, maskOne } from './masking.js';

const integer = (name: string) => ({ name, family: 'integer' }) as const;
const isValid = (scheme: { validate(value: string): { isValid: boolean } }) => (value: string) =>
  scheme.validate(value).isValid;

/** By scheme: an invented identifier, and who else can tell right from wrong ones. */
const schemes: Readonly<Record<string, { example: string; isRight: (value: string) => boolean }>> = {
  luhn: { example: '79927398713', isRight: (value) => validator.isLuhnNumber(value) },
  'payment-card': { example: '4111111111111111', isRight: (value) => validator.isLuhnNumber(value) },
  imei: { example: '490154203237518', isRight: (value) => validator.isIMEI(value) },
  iban: { example: 'DE89370400440532013000', isRight: (value) => mod97(value) === 1 },
  vin: { example: '1M8GDM9AXKP042788', isRight: (value) => /^[A-HJ-NPR-Z0-9]{17}$/.test(value) },
  'us-ssn': { example: '536-22-1452', isRight: isValid(stdnum.US.ssn) },
  'us-routing-number': { example: '111000025', isRight: (value) => validator.isAbaRouting(value) },
  'au-tfn': { example: '123456782', isRight: isValid(stdnum.AU.tfn) },
  'be-rrn': { example: '85073003328', isRight: isValid(stdnum.BE.nn) },
  'br-cpf': { example: '39053344705', isRight: isValid(stdnum.BR.cpf) },
  'ca-sin': { example: '123456782', isRight: isValid(stdnum.CA.sin) },
  'ch-ahv': { example: '7569217076985', isRight: isValid(stdnum.CH.ssn) },
  'cl-rut': { example: '12531909-2', isRight: isValid(stdnum.CL.rut) },
  'cn-resident-id': { example: '11010519491231002X', isRight: isValid(stdnum.CN.ric) },
  'cz-rodne-cislo': { example: '7103192745', isRight: isValid(stdnum.CZ.rc) },
  'de-steuer-id': { example: '36574261809', isRight: isValid(stdnum.DE.idnr) },
  'dk-cpr': { example: '2110625629', isRight: isValid(stdnum.DK.cpr) },
  'es-dni': { example: '54362315K', isRight: isValid(stdnum.ES.dni) },
  'fr-nir': { example: '295109912611193', isRight: isValid(stdnum.FR.nir) },
  'gb-nhs-number': { example: '9434765919', isRight: isNhsNumber },
  'gb-nino': { example: 'AB123456C', isRight: isValid(stdnum.GB.nino) },
  'in-aadhaar': { example: '234123412346', isRight: isValid(stdnum.IN.aadhaar) },
  'it-codice-fiscale': { example: 'RCCMNL83S18D969H', isRight: isValid(stdnum.IT.codicefiscale) },
  'jp-my-number': { example: '123456789018', isRight: (value) => /^\d{12}$/.test(value) },
  'kr-rrn': { example: '9710139019902', isRight: isValid(stdnum.KR.rrn) },
  'nl-bsn': { example: '111222333', isRight: isValid(stdnum.NL.bsn) },
  'no-fodselsnummer': { example: '15108695088', isRight: isValid(stdnum.NO.fodselsnummer) },
  'pl-pesel': { example: '44051401359', isRight: isValid(stdnum.PL.pesel) },
  'pt-nif': { example: '123456789', isRight: isValid(stdnum.PT.nif) },
  'ru-snils': { example: '11223344595', isRight: isSnils },
  'se-personnummer': {
    example: '8803200016',
    isRight: (value) => stdnum.SE.personnummer.validate(`${value.slice(0, 6)}-${value.slice(6)}`).isValid,
  },
  'se-personnummer-long': {
    example: '198803200016',
    isRight: (value) => stdnum.SE.personnummer.validate(`${value.slice(0, 8)}-${value.slice(8)}`).isValid,
  },
  'tr-tckn': { example: '17291716060', isRight: isValid(stdnum.TR.tckimlik) },
  'za-id': { example: '7503305044089', isRight: isValid(stdnum.ZA.idnr) },
};

function mod97(iban: string): number {
  const digits = Array.from(iban.slice(4) + iban.slice(0, 4), (character) => parseInt(character, 36)).join(
    '',
  );
  return Number(BigInt(digits) % 97n);
}

function isNhsNumber(value: string): boolean {
  const sum = Array.from(value.slice(0, 9), Number).reduce((total, digit, i) => total + digit * (10 - i), 0);
  return (11 - (sum % 11)) % 11 === Number(value[9]);
}

function isSnils(value: string): boolean {
  const sum = Array.from(value.slice(0, 9), Number).reduce((total, digit, i) => total + digit * (9 - i), 0);
  return (sum % 101) % 100 === Number(value.slice(9));
}

describe('stand-ins of identifiers', () => {
  it('are checked here for every scheme', () => {
    expect([...identifierSchemes.keys()].filter((id) => id !== 'generic').sort()).toEqual(
      Object.keys(schemes).sort(),
    );
  });

  it.each(Object.entries(schemes))('of scheme %s are right, and differ', (scheme, { example, isRight }) => {
    // Each stand-in is right, so it may be the next original: a walk along the permutation's cycle.
    const seen = new Set([example.replace(/-/g, '')]);
    let value = [...seen][0];
    expect(isRight(value)).toBe(true);
    for (let step = 0; step < 15; step++) {
      value = maskOne('pseudonymise-identifier', value, { options: { scheme } });
      expect([value, isRight(value)]).toEqual([value, true]);
      expect(seen.has(value)).toBe(false);
      seen.add(value);
    }
  });

  it.each(Object.keys(schemes))('of scheme %s keep the shape of what is no such identifier', (scheme) => {
    expect(maskOne('pseudonymise-identifier', '00-99x', { options: { scheme } })).toMatch(/^\d\d-\d\d[a-z]$/);
    expect(maskOne('pseudonymise-identifier', '000000000', { options: { scheme } })).toMatch(/^\d{8}[\dK]$/);
  });

  it('keep the country of an IBAN and its spaces', () => {
    const standIn = maskOne('pseudonymise-identifier', 'DE89 3704 0044 0532 0130 00', {
      options: { scheme: 'iban' },
    });
    expect(standIn).toMatch(/^DE\d\d( \d{4}){4} \d\d$/);
    expect(isValidIBAN(electronicFormatIBAN(standIn)!)).toBe(true);
    expect(
      maskOne('pseudonymise-identifier', 'DE89370400440532013000', { options: { scheme: 'iban' } }),
    ).toBe(standIn.replace(/ /g, ''));
  });

  it('keep as much of a card as asked, and its Luhn digit right', () => {
    const options = { scheme: 'payment-card', keepStart: 6 };
    const standIn = maskOne('pseudonymise-identifier', '4111-1111-1111-1111', { options });
    expect(standIn).toMatch(/^4111-11\d\d-\d{4}-\d{4}$/);
    expect(validator.isCreditCard(standIn)).toBe(true);
  });

  it('never meet: a dense column of keys stays one', () => {
    for (const count of [10, 1000, 20_000]) {
      const keys = Array.from({ length: count }, (_, i) => String(i));
      expect(new Set(mask('pseudonymise-identifier', keys, { type: integer('integer') })).size).toBe(count);
    }
    const long = Array.from({ length: 5000 }, (_, i) => `INV-${2_000_000 + i}`);
    expect(new Set(mask('pseudonymise-identifier', long)).size).toBe(5000);
  });

  it('agree between texts and numbers, and fit the type of the column', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_147_483_647 }), { maxLength: 20 }), (numbers) => {
        const values = numbers.map(String);
        const standIns = mask('pseudonymise-identifier', values, { type: integer('integer') });
        for (const standIn of standIns) {
          expect(standIn).toBe(String(Number(standIn)));
          expect(Number(standIn)).toBeLessThanOrEqual(2_147_483_647);
        }
        const small = values.filter((value) => value.length < 10);
        expect(mask('pseudonymise-identifier', small, { type: integer('integer') })).toEqual(
          mask('pseudonymise-identifier', small),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('keep letters letters, digits digits, case and punctuation', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9 ./-]{1,30}$/), (value) => {
        fc.pre(/[A-Za-z0-9]/.test(value));
        const shape = (text: string) =>
          text.replace(/[A-Z]/g, 'A').replace(/[a-z]/g, 'a').replace(/\d/g, '9');
        expect(shape(maskOne('pseudonymise-identifier', value))).toBe(shape(value));
      }),
    );
  });
});
