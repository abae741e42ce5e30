import { mask, maskOne } from './masking.js';

const name = (value: string, part = 'full', domain = 'person-name') =>
  maskOne('pseudonymise-person-name', value, { options: { part }, domain });

describe('stand-ins of names', () => {
  it('agree between columns of given, family and full names', () => {
    const given = name('Ana', 'given', 'given-name');
    const family = name('Lopez', 'family', 'family-name');
    expect(name('Ana Lopez')).toBe(`${given} ${family}`);
    expect(name('Lopez, Ana')).toBe(`${family}, ${given}`);
    expect(name('Ana Lopez', 'full', 'cardholder-name')).toBe(`${given} ${family}`);
  });

  it('keep how a name is written', () => {
    const standIn = name('Ana Lopez');
    expect(name('ANA LOPEZ')).toBe(standIn.toUpperCase());
    expect(name('ana lopez')).toBe(standIn.toLowerCase());
    expect(name('  Ana   Lopez ')).toBe(standIn);
  });

  it('keep titles, particles, suffixes and initials where they stood', () => {
    expect(name('Dr. Jan van Dijk')).toMatch(/^Dr\. \p{L}+ van \p{L}+$/u);
    expect(name('Sammy Davis, Jr.')).toBe(`${name('Sammy Davis')}, Jr.`);
    expect(name('J. R. Smith')).toMatch(/^[^J]\. [^R]\. \p{L}+$/u);
    expect(name('Jean-Luc Picard')).toMatch(/^\p{L}+-\p{L}+ \p{L}+$/u);
  });

  it('replace a name that is nothing but a title or a particle', () => {
    expect(name('Dr')).not.toMatch(/^dr$/i);
    expect(name('de la')).not.toMatch(/\b(de|la)\b/i);
    expect(name('Van Morrison')).not.toMatch(/Van|Morrison/);
  });

  it('take both surnames of a Spanish name for family names', () => {
    expect(name('María García Muller').split(' ')[1]).toBe(name('García', 'family', 'family-name'));
  });

  it('do not depend on how accents are encoded', () => {
    expect(name('Jose\u0301 Garci\u0301a')).toBe(name('José García'));
  });

  it('stay apart under a domain that a policy names', () => {
    expect(name('Ana Lopez', 'full', 'witnesses')).not.toBe(name('Ana Lopez'));
    const words = name('Ana Lopez', 'full', 'witnesses').split(' ');
    expect(name('Ana', 'given', 'witnesses')).toBe(words[0]);
  });
});

describe('stand-ins of e-mail addresses and user names', () => {
  it('reach nobody, and do not depend on case and blanks', () => {
    const standIn = maskOne('pseudonymise-email', 'ana@x.org');
    expect(standIn).toMatch(/^[a-z]+\.[a-z]+\.[0-9a-f]{10}@example\.(com|org|net)$/);
    expect(maskOne('pseudonymise-email', ' ANA@X.org ')).toBe(standIn);
  });

  it('stay unique in a column of many', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => `person${i}@x.org`);
    expect(new Set(mask('pseudonymise-email', values)).size).toBe(values.length);
    expect(
      new Set(
        mask(
          'pseudonymise-user-name',
          values.map((value) => value.slice(0, -6)),
        ),
      ).size,
    ).toBe(values.length);
    const type = { name: 'varchar(28)', family: 'text', maxLength: 28 } as const;
    const short = mask('pseudonymise-email', values, { type });
    expect(new Set(short).size).toBe(values.length);
    for (const standIn of short) expect(standIn).toMatch(/^[0-9a-f]{16}@example\.(com|org|net)$/);
  });

  it('keep the host where asked, and only a host', () => {
    const options = { keepDomain: true };
    expect(maskOne('pseudonymise-email', 'ana@Shop.org', { options })).toMatch(/@shop\.org$/);
    expect(maskOne('pseudonymise-email', 'ana@my secret', { options })).toMatch(/@example\.(com|org|net)$/);
  });

  it('agree where a user name is an e-mail address', () => {
    expect(maskOne('pseudonymise-user-name', 'ana@x.org', { domain: 'user-name' })).toBe(
      maskOne('pseudonymise-email', 'ana@x.org', { domain: 'email-address' }),
    );
  });
});
