import fc from 'fast-check';
import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import { parseJsonPath } from '../../src/domain/masking/json/json-path.js';
import { mask, maskOne, textType } from './masking.js';

const json: ColumnType = { name: 'jsonb', family: 'json' };
const array: ColumnType = { name: 'text[]', family: 'array', element: textType };

describe('JSON', () => {
  const email = maskOne('pseudonymise-email', 'ana@x.org', { domain: 'email-address' });
  const maskEmail = { technique: 'pseudonymise-email', domain: 'email-address' };

  it('is masked by path, and else stays byte for byte', () => {
    const paths = { '$.user.mail': maskEmail, "$.tags[*]['e mail']": maskEmail };
    expect(
      maskOne(
        'json-paths',
        '{ "user":{"mail" : "ana@x.org","n":1.50e0},"tags":[{"e mail":"ana@x.org"}, 7 ], "z":null }',
        {
          type: json,
          options: { paths },
        },
      ),
    ).toBe(`{ "user":{"mail" : "${email}","n":1.50e0},"tags":[{"e mail":"${email}"}, 7 ], "z":null }`);
  });

  it('finds keys that are escaped, and values under a path that ends above them', () => {
    const options = { paths: { '$.mail': maskEmail } };
    expect(maskOne('json-paths', '{"m\\u0061il":"ana@x.org"}', { options })).toBe(
      `{"m\\u0061il":"${email}"}`,
    );
    expect(maskOne('json-paths', '{"mail":{"a":["ana@x.org",[null]]}}', { options })).toBe(
      `{"mail":{"a":["${email}",[null]]}}`,
    );
  });

  it('keeps the kind of a value, or makes it null', () => {
    const of = (technique: string, options = {}) => ({ paths: { '$.v': { technique, options } } });
    expect(maskOne('json-paths', '{"v":1250}', { options: of('number-noise') })).toMatch(/^\{"v":\d{4}\}$/);
    expect(maskOne('json-paths', '{"v":"1250"}', { options: of('number-noise') })).toMatch(
      /^\{"v":"\d{4}"\}$/,
    );
    expect(maskOne('json-paths', '{"v":1250}', { options: of('redact') })).toBe('{"v":null}');
    expect(maskOne('json-paths', '{"v":true}', { options: of('redact') })).toBe('{"v":null}');
    expect(maskOne('json-paths', '{"v":"x"}', { options: of('null') })).toBe('{"v":null}');
  });

  it('takes the more exact path', () => {
    const options = { paths: { '$.*': { technique: 'redact' }, '$.mail': maskEmail } };
    expect(maskOne('json-paths', '{"mail":"ana@x.org","b":"cd"}', { options })).toBe(
      `{"mail":"${email}","b":"**"}`,
    );
  });

  it('redacts strings that no path names, where asked', () => {
    const options = { paths: { '$.mail': maskEmail }, others: 'redact-strings' };
    expect(maskOne('json-paths', '{"mail":"ana@x.org","b":"cd","n":5}', { options })).toBe(
      `{"mail":"${email}","b":"**","n":5}`,
    );
  });

  it('stays what it was for any value when nothing is named, and is {} when malformed', () => {
    const options = { paths: { '$.never.there': maskEmail } };
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        expect(maskOne('json-paths', text, { options })).toBe(text);
        const part = text.slice(0, cut % text.length);
        if (part !== '' && !isJson(part)) expect(maskOne('json-paths', part, { options })).toBe('{}');
      }),
    );
    for (const text of [
      '{"a":}',
      '[1,]',
      '{"a" 1}',
      '[01]',
      '"a',
      '{}x',
      '[1 2]',
      'nul',
      '-',
      '{a:1}',
      '"\\x"',
      '[1.]',
    ]) {
      expect([text, maskOne('json-paths', text, { options })]).toEqual([text, '{}']);
    }
  });

  it('hands the companions of the row to inner masks', () => {
    const options = { paths: { '$[*]': { technique: 'date-shift', options: { per: 'id' } } } };
    const companions = { id: ['1', '2'] };
    const texts = mask('json-paths', ['["2024-01-01"]', '["2024-01-01","2024-01-01"]'], {
      options,
      companions,
    });
    const dates = mask('date-shift', ['2024-01-01', '2024-01-01'], { options: { per: 'id' }, companions });
    expect(texts).toEqual([`["${dates[0]}"]`, `["${dates[1]}","${dates[1]}"]`]);
  });

  it('knows which paths are paths', () => {
    expect(parseJsonPath('$')).toEqual([]);
    expect(parseJsonPath("$.a[*].b-c['d e'][3].*")).toHaveLength(6);
    for (const path of ['a.b', '$a', '$.', '$..a', '$[', "$['a]", '$.a b'])
      expect(parseJsonPath(path)).toBeUndefined();
  });
});

describe('arrays', () => {
  const options = { technique: 'redact' };
  const of = (value: string) => maskOne('array-elements', value, { type: array, options });

  it('are masked element by element; shape, NULL and quotes stay right', () => {
    expect(of('{ab,"c d",NULL,""}')).toBe('{**,***,NULL,""}');
    expect(of('{{a,b},{NULL,"NULL"}}')).toBe('{{*,*},{NULL,****}}');
    expect(of('[0:1]={a,b}')).toBe('[0:1]={*,*}');
    expect(of('{"a\\"b\\\\"}')).toBe('{****}');
    expect(of('{}')).toBe('{}');
  });

  it('quote stand-ins that need it', () => {
    const fixed = (value: string) =>
      maskOne('array-elements', '{x}', { type: array, options: { technique: 'fixed', options: { value } } });
    expect(fixed('a b')).toBe('{"a b"}');
    expect(fixed('q"\\')).toBe('{"q\\"\\\\"}');
    expect(fixed('null')).toBe('{"null"}');
    expect(maskOne('array-elements', '{x}', { type: array, options: { technique: 'null' } })).toBe('{NULL}');
  });

  it('become {} when malformed', () => {
    for (const text of ['', 'x', '{a', 'a}', '{a,}', '{,a}', '{a}b', '{"a}', '{a"b"}', '{{a}']) {
      expect([text, of(text)]).toEqual([text, text === '' ? '' : '{}']);
    }
  });
});

describe('free text', () => {
  const columns = {
    email: (value: string) => maskOne('pseudonymise-email', value, { domain: 'email-address' }),
    phone: (value: string) => maskOne('pseudonymise-phone', value, { domain: 'phone-number' }),
    name: (value: string) => maskOne('pseudonymise-person-name', value, { domain: 'person-name' }),
    card: (value: string) =>
      maskOne('pseudonymise-identifier', value, {
        domain: 'payment-card-number',
        options: { scheme: 'payment-card' },
      }),
    iban: (value: string) =>
      maskOne('pseudonymise-identifier', value, { domain: 'iban', options: { scheme: 'iban' } }),
    ssn: (value: string) =>
      maskOne('pseudonymise-identifier', value, { domain: 'us-ssn', options: { scheme: 'us-ssn' } }),
    ip: (value: string) => maskOne('pseudonymise-ip', value, { domain: 'ip-address' }),
  };

  it('gets the stand-ins that the columns give', () => {
    const text = maskOne(
      'free-text',
      'Mail ana@x.org, call +49 30 901820, pay 4111 1111 1111 1111 or DE89 3704 0044 0532 0130 00 AND note 536-22-1452 at 198.51.100.7.',
    );
    expect(text).toBe(
      `Mail ${columns.email('ana@x.org')}, call ${columns.phone('+49 30 901820')}, pay ${columns.card('4111 1111 1111 1111')} ` +
        `or ${columns.iban('DE89 3704 0044 0532 0130 00')} AND note ${columns.ssn('536-22-1452')} at ${columns.ip('198.51.100.7')}.`,
    );
  });

  it('names the people of its row as their columns do', () => {
    const companions = { full_name: ['Xanthe Quill', null], lastName: ['Zyx', 'Quorl'] };
    const [first, second] = mask('free-text', ["xanthe's friend QUILL met Zyx.", 'Xanthe met quorl.'], {
      options: { people: ['full_name', 'lastName'], listedNames: false },
      companions,
    });
    const [given, family] = columns.name('Xanthe Quill').split(' ');
    const zyx = maskOne('pseudonymise-person-name', 'Zyx', {
      domain: 'family-name',
      options: { part: 'family' },
    });
    const quorl = maskOne('pseudonymise-person-name', 'Quorl', {
      domain: 'family-name',
      options: { part: 'family' },
    });
    expect(first).toBe(`${given.toLowerCase()}'s friend ${family.toUpperCase()} met ${zyx}.`);
    expect(second).toBe(`Xanthe met ${quorl.toLowerCase()}.`);
  });

  it('replaces capitalised names of the lists, and leaves other words', () => {
    const text = maskOne('free-text', 'Yesterday Maria Schmidt said that the lamp is broken.');
    expect(text).toBe(`Yesterday ${columns.name('Maria Schmidt')} said that the lamp is broken.`);
  });

  it('leaves dates, amounts and short numbers', () => {
    const text = 'On 2024-01-15 10:30:15 order 12345 cost 1234567.89 in version 1.2.3.';
    expect(maskOne('free-text', text, { options: { listedNames: false } })).toBe(text);
  });

  it('takes time in proportion to hostile texts', () => {
    const texts = ['a', '1 ', '@', 'a@', 'AB12', ':', '1-', 'http://', '(', '+1', '0:', 'A '].map((text) =>
      text.repeat(30_000),
    );
    expect(mask('free-text', texts)).toHaveLength(texts.length);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
