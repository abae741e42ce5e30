import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { attestScrub } from '../../src/domain/scrub/attestation/attest-scrub.js';
import { canonicalJson } from '../../src/domain/scrub/attestation/canonical-json.js';
import {
  type DsseEnvelope,
  parseEnvelope,
  preAuthenticationEncoding,
  printEnvelope,
  signMessage,
} from '../../src/domain/scrub/attestation/dsse-envelope.js';
import { signingKeyFromSeed } from '../../src/domain/scrub/attestation/ed25519.js';
import { digestOfCopy, scrubStatementSchema } from '../../src/domain/scrub/attestation/scrub-statement.js';
import {
  readUnverified,
  signStatement,
  verifyEnvelope,
} from '../../src/domain/scrub/attestation/signed-statement.js';
import { type AttestedScrub, attestedScrub } from '../support/attested-scrub.js';

const people = `
  create table people (id integer primary key, name text not null, email text, loud text generated always as (upper(name)) stored, note text);
  insert into people (id, name, email, note)
  select i, 'Grace Quillfeather', case when i % 4 > 0 then 'grace.' || i || '@corp.example' end, 'call +49 30 90180000' from generate_series(1, 40) i;
  create table cards (id integer primary key, pan text);
  insert into cards values (1, '4111111111111111');
  create table visits (at date not null, person integer) partition by range (at);
  create table visits_old partition of visits for values from (minvalue) to ('2024-01-01');
  create table visits_new partition of visits default;
  insert into visits select date '2023-12-01' + i, i from generate_series(1, 60) i;`;

const types = {
  'people.name': 'person-name',
  'people.email': 'email-address',
  'people.note': 'free-text-with-pii',
  'cards.pan': 'payment-card-number',
};

const policy = `
rules:
  - { when: { column: public.people.note }, mask: keep, because: testers read the notes }
  - { when: {}, mask: by-type }`;

const key = signingKeyFromSeed(randomBytes(32));
const publicKeys = [key.publicKey];

describe('an attestation', () => {
  let scrub: AttestedScrub;
  beforeAll(async () => {
    scrub = await attestedScrub(people, types, policy, randomBytes(32));
  });
  afterAll(() => scrub.drop());

  const tableNamed = (name: string) => scrub.statement.predicate.tables.find(({ table }) => table === name)!;

  it('accounts for every table, and for every column how it was masked or why it was not', () => {
    const { masked, unmasked, rows } = tableNamed('public.people');
    expect(rows).toBe(40);
    expect(masked.map(({ column, technique, values, nulls }) => [column, technique, values, nulls])).toEqual([
      ['name', 'pseudonymise-person-name', 40, 0],
      ['email', 'pseudonymise-email', 30, 10],
    ]);
    expect(unmasked.map(({ column, reason }) => [column, reason])).toEqual([
      ['id', 'a review found nothing sensitive in it'],
      ['loud', 'the database computes it from other columns'],
      ['note', 'rule 1 of policy test keeps it (testers read the notes)'],
    ]);
    const { predicate } = scrub.statement;
    expect(predicate.totals).toMatchObject({ tables: 4, rows: 101, maskedColumns: 3, maskedValues: 71 });
    expect(predicate.maskingKey.id).toBe(scrub.evidence.plan.keyId);
    expect(predicate.policy).toMatchObject({ id: 'test', sha256: scrub.evidence.plan.policy.sha256 });
    expect(scrubStatementSchema.parse(scrub.statement)).toEqual(scrub.statement);
  });

  it('names the copy by its structure and rows, partitions counted as their root', () => {
    const { subject, predicate } = scrub.statement;
    expect(predicate.copy.tables).toEqual([
      { table: 'public.cards', rows: 1 },
      { table: 'public.people', rows: 40 },
      { table: 'public.visits', rows: 60 },
    ]);
    expect(predicate.copy.catalogFingerprint).toBe(predicate.source.catalogFingerprint);
    expect(subject[0].digest.sha256).toBe(digestOfCopy(predicate.copy));
  });

  it('claims a control only for what was done and seen', () => {
    const ids = ({ predicate }: { predicate: { controls: readonly { id: string }[] } }) =>
      predicate.controls.map(({ id }) => id);
    expect(ids(scrub.statement)).toEqual([
      'A.5.12',
      'A.5.34',
      'A.8.11',
      'A.8.12',
      'A.8.33',
      '6.5.5',
      'Art. 32(1)(a)',
    ]);
    const failed = attestScrub({ ...scrub.evidence, verification: { passed: false, checks: [] } });
    expect(ids(failed)).toEqual(['A.5.12', 'A.5.34', 'A.8.11', 'Art. 32(1)(a)']);
  });

  it('holds no value from the data and no credentials', () => {
    const text = canonicalJson(scrub.statement);
    for (const value of ['Grace', 'Quillfeather', 'corp.example', '90180000', '41111111', 'GRACE']) {
      expect(text).not.toContain(value);
    }
    expect(text).not.toMatch(/:\/\/[^"/]*:[^"/@]*@/);
  });

  it('is the same in whatever order tables were copied', () => {
    const reversed = attestScrub({ ...scrub.evidence, tables: [...scrub.evidence.tables].reverse() });
    expect(canonicalJson(reversed)).toBe(canonicalJson(scrub.statement));
  });

  it('is not made for a table or a mask that the run does not account for', () => {
    const { tables } = scrub.evidence;
    expect(() => attestScrub({ ...scrub.evidence, tables: tables.slice(1) })).toThrow('does not account');
    const unmasked = tables.map((table) => ({ ...table, masked: table.masked.slice(1) }));
    expect(() => attestScrub({ ...scrub.evidence, tables: unmasked })).toThrow('does not account');
  });

  it('comes back whole from its envelope, for whoever has the right key among others', () => {
    const text = printEnvelope(signStatement(scrub.statement, key));
    const other = signingKeyFromSeed(randomBytes(32)).publicKey;
    const verified = verifyEnvelope(text, [other, key.publicKey]);
    expect(verified).toEqual({ statement: scrub.statement, signedBy: [key.id] });
    expect(readUnverified(text)).toEqual(scrub.statement);
  });

  it('is found out when any byte of payload, type or signature was changed', () => {
    const envelope = signStatement(scrub.statement, key);
    const payload = Buffer.from(envelope.payload, 'base64');
    const signature = Buffer.from(envelope.signatures[0].sig, 'base64');
    const withSignature = (sig: Buffer): DsseEnvelope => ({
      ...envelope,
      signatures: [{ keyid: key.id, sig: sig.toString('base64') }],
    });
    const mask = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(fc.nat(payload.length - 1), mask, (at, bits) => {
        const changed = Buffer.from(payload);
        changed[at] ^= bits;
        refuses({ ...envelope, payload: changed.toString('base64') }, 'attestation-invalid');
      }),
    );
    for (let at = 0; at < signature.length; at++) {
      const changed = Buffer.from(signature);
      changed[at] ^= 1 + (at % 255);
      refuses(withSignature(changed), 'attestation-invalid');
    }
    for (const length of [0, 32, 63, 65]) {
      refuses(
        withSignature(Buffer.concat([signature, signature]).subarray(0, length)),
        'attestation-invalid',
      );
    }
    refuses({ ...envelope, payloadType: 'application/json' }, 'attestation-invalid');
    // Bytes moved between type and payload: the encoding's lengths tell.
    const moved = {
      payloadType: `${envelope.payloadType} `,
      payload: payload.subarray(1).toString('base64'),
    };
    refuses({ ...envelope, ...moved }, 'attestation-invalid');
  });

  it('is found out when any character of its file was changed', () => {
    const text = printEnvelope(signStatement(scrub.statement, key));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('A', 'x', '0', '"', '-', ' '), (at, character) => {
        fc.pre(text[at] !== character);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        let statement;
        try {
          ({ statement } = verifyEnvelope(changed, publicKeys));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^attestation-/) as string });
          return;
        }
        // What nobody signed may change without changing what is stated: white space, and the hint at a key.
        expect(statement).toEqual(scrub.statement);
        expect(JSON.parse(changed)).toMatchObject({ payload: (JSON.parse(text) as DsseEnvelope).payload });
      }),
    );
  });

  it('by another key is told apart from one that was changed', () => {
    const other = signingKeyFromSeed(randomBytes(32));
    refuses(signStatement(scrub.statement, other), 'attestation-other-key');
    const [signature] = signStatement(scrub.statement, other).signatures;
    const claimed = { ...signStatement(scrub.statement, key), signatures: [{ ...signature, keyid: key.id }] };
    refuses(claimed, 'attestation-invalid');
    refuses({ ...claimed, signatures: [{ sig: signature.sig }] }, 'attestation-other-key');
    expect(() => verifyEnvelope(printEnvelope(claimed), [])).toThrow();
  });

  it('with a wrong hint at its key is still good: the hint decides nothing', () => {
    const { signatures, ...rest } = signStatement(scrub.statement, key);
    const text = printEnvelope({ ...rest, signatures: [{ ...signatures[0], keyid: 'somebody' }] });
    expect(verifyEnvelope(text, publicKeys).signedBy).toEqual([key.id]);
  });

  it('about something else, or that contradicts itself, is refused though its signature holds', () => {
    const signed = (statement: unknown, payloadType = 'application/vnd.in-toto+json') =>
      signMessage({ payloadType, payload: Buffer.from(JSON.stringify(statement)) }, key);
    const { statement } = scrub;
    refuses(
      signed({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' }),
      'attestation-other-predicate',
    );
    refuses(
      signed({ ...statement, _type: 'https://in-toto.io/Statement/v0.1' }),
      'attestation-other-predicate',
    );
    refuses(signed(statement, 'application/json'), 'attestation-other-predicate');
    refuses(
      signed({ ...statement, predicate: { ...statement.predicate, tables: 'all' } }),
      'attestation-unreadable',
    );
    refuses(
      signed({ ...statement, subject: [{ name: 'x', digest: { sha256: '0'.repeat(64) } }] }),
      'attestation-unreadable',
    );
    const binary = signMessage(
      { payloadType: 'application/vnd.in-toto+json', payload: Buffer.from([0xff, 0x7b]) },
      key,
    );
    refuses(binary, 'attestation-unreadable');
  });

  it('with fields of a newer version is read', () => {
    const predicate = { ...scrub.statement.predicate, weather: 'fine' };
    const envelope = signMessage(
      {
        payloadType: 'application/vnd.in-toto+json',
        payload: Buffer.from(JSON.stringify({ ...scrub.statement, predicate })),
      },
      key,
    );
    expect(verifyEnvelope(printEnvelope(envelope), publicKeys).statement).toEqual(scrub.statement);
  });
});

function refuses(envelope: DsseEnvelope, code: string): void {
  let refusal: unknown;
  try {
    verifyEnvelope(printEnvelope(envelope), publicKeys);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code });
}

describe('a DSSE envelope', () => {
  it('signs the bytes that the protocol’s example signs', () => {
    const message = { payloadType: 'http://example.com/HelloWorld', payload: Buffer.from('hello world') };
    expect(preAuthenticationEncoding(message).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
    const empty = { payloadType: '', payload: new Uint8Array(0) };
    expect(preAuthenticationEncoding(empty).toString()).toBe('DSSEv1 0  0 ');
    expect(preAuthenticationEncoding({ ...empty, payloadType: 'é' }).toString()).toBe('DSSEv1 2 é 0 ');
  });

  it('is signed as RFC 8032 has it', () => {
    // RFC 8032 §7.1, test 2.
    const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
    const signature = Buffer.from(signingKeyFromSeed(seed).sign(Buffer.from([0x72]))).toString('hex');
    expect(signature).toMatch(
      /^92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00$/,
    );
  });

  it('may be in URL-safe base64, with other signatures beside the one that counts', () => {
    const message = { payloadType: 'a/b', payload: Buffer.from([0xfb, 0xff, 0xfe, 1]) };
    const { payload, payloadType, signatures } = signMessage(message, key);
    const urlSafe = (text: string) => Buffer.from(text, 'base64').toString('base64url');
    const read = parseEnvelope(
      JSON.stringify({
        payload: urlSafe(payload),
        payloadType,
        signatures: [{ sig: 'AAAA' }, { sig: urlSafe(signatures[0].sig) }],
      }),
    );
    expect(read.payload).toBe('-__-AQ');
    expect(() => verifyEnvelope(JSON.stringify(read), publicKeys)).toThrow('states something else');
  });

  it('that is none is refused with a sentence that quotes nothing', () => {
    const sig = Buffer.alloc(64).toString('base64');
    const bad = [
      '',
      'null',
      '[]',
      '{"payload":',
      'scrubjay:hunter2',
      '{}',
      JSON.stringify({ payload: 'aGk=', payloadType: 'x', signatures: [] }),
      JSON.stringify({ payload: 'aG k=', payloadType: 'x', signatures: [{ sig }] }),
      JSON.stringify({ payload: 'aGl=', payloadType: 'x', signatures: [{ sig }] }),
      JSON.stringify({ payload: 7, payloadType: 'x', signatures: [{ sig }] }),
    ];
    for (const text of bad) {
      let refusal: unknown;
      try {
        verifyEnvelope(text, publicKeys);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toMatchObject({ code: 'attestation-unreadable' });
      expect(String(refusal)).not.toContain('hunter2');
    }
    fc.assert(fc.property(fc.json(), (text) => expect(() => verifyEnvelope(text, publicKeys)).toThrow()));
  });
});

describe('canonical JSON', () => {
  it('is that of RFC 8785', () => {
    // RFC 8785 §3.2.2 and §3.2.3.
    const value: unknown = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(names)) as object).sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(canonicalJson(names)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('says what JSON.stringify says, in one order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
