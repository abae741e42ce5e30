import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { informationTypeJsonSchema } from '../../src/domain/classification/information-type.js';
import { informationTypeSkeleton } from '../../src/domain/classification/information-type-file.js';
import { runExamples } from '../../src/domain/classification/run-examples.js';
import { sensitivities } from '../../src/domain/classification/sensitivity.js';
import { packageRoot } from '../../src/package-root.js';
import { readClassifier } from '../../src/rules/read-classifier.js';
import { readRules, type Rules } from '../../src/rules/read-rules.js';
import { testInformationTypeFile } from '../../src/rules/test-information-type-file.js';

let rules: Rules;
let folder: string;

beforeAll(async () => {
  rules = await readRules();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scrubjay-rules-'));
});
afterEach(async () => rm(folder, { recursive: true }));

describe('the rules that come with the package', () => {
  it('hold every example of every information type', async () => {
    const classifier = await readClassifier(rules);
    const failed = rules.informationTypes.all().flatMap((type) =>
      runExamples(type, classifier, rules.informationTypes)
        .filter(({ passed }) => !passed)
        .map(({ list, example, says }) => `${type.id}: ${list} ${example} ${says}`),
    );
    expect(failed).toEqual([]);
  });

  it('give every type a definition, sources, words in English or its own language, a mask and examples', () => {
    const poor = rules.informationTypes
      .all()
      .filter(({ sources, names, mask, examples }) => !sources.length || !names || !mask || !examples?.names.length);
    expect(poor.map(({ id }) => id)).toEqual([]);
  });

  it('have national identifiers of at least thirty countries whose check digits are tested', () => {
    const countries = rules.informationTypes
      .all()
      .filter(({ family, values }) => family.startsWith('government/') && values?.validator !== undefined)
      .map(({ family }) => family);
    expect(new Set(countries).size).toBeGreaterThanOrEqual(30);
  });

  it('say what each sensitivity asks for', () => {
    expect(Object.keys(rules.sensitivityLabels)).toEqual(sensitivities);
  });

  it('are published with a JSON Schema for editors (npm run rules:schema)', async () => {
    const published = await readFile(join(packageRoot, 'rules', 'information-type.schema.json'), 'utf8');
    expect(published).toBe(informationTypeJsonSchema());
  });

  it('find words whatever their case and diacritics', () => {
    const towns = rules.words.membership('cities');
    expect(towns.has('BERLIN')).toBe(true);
    expect(towns.has('Zurich')).toBe(towns.has('Zürich'));
    expect(towns.has('no town at all')).toBe(false);
    expect(() => rules.words.get('towns')).toThrow(/no word list "towns"/);
  });
});

describe('the line of types', () => {
  it('leads from a type to its coarser ones', () => {
    const { informationTypes } = rules;
    expect(informationTypes.ancestors('gb-nhs-number')).toEqual(['health-insurance-number']);
    expect(informationTypes.isKindOf('us-ssn', 'national-id')).toBe(true);
    expect(informationTypes.isKindOf('national-id', 'us-ssn')).toBe(false);
    expect(informationTypes.isKindOf('iban', 'iban')).toBe(true);
    expect(informationTypes.kindsOf('payment-card-number')).toEqual(['card-last-digits']);
    expect(informationTypes.fileOf('iban')).toBe('rules/information-types/finance/iban.yaml');
  });

  it('names the nearest type where one is unknown', () => {
    expect.assertions(1);
    try {
      rules.informationTypes.get('e-mail-address');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'unknown-information-type',
        hint: expect.stringContaining('"email-address"') as string,
      });
    }
  });
});

describe('a folder of further rules', () => {
  it('adds types, word lists and families', async () => {
    await put('information-types/aviation/seat.yaml', type('seat', 'values: { words: seats }'));
    await put('words/seats/en.txt', '# invented\n12A\n12B\n');
    const { informationTypes, words } = await readWith(folder);
    expect(informationTypes.get('seat').family).toBe('aviation');
    expect(words.membership('seats').has('12a')).toBe(true);
  });

  it('is read as information types when it is laid out in no other way', async () => {
    await put('seat.yaml', type('seat'));
    expect((await readWith(folder)).informationTypes.has('seat')).toBe(true);
  });

  it('replaces a type that it says it overrides, and no other', async () => {
    await put('information-types/iban.yaml', type('iban', 'overrides: true'));
    expect((await readWith(folder)).informationTypes.get('iban').title).toBe('Test');
    await put('information-types/iban.yaml', type('iban'));
    await expectMistake(/iban\.yaml:1: .*declared in rules\/information-types\/finance\/iban\.yaml already/, /overrides: true/);
    await rm(join(folder, 'information-types/iban.yaml'));
    await put('information-types/ibann.yaml', type('ibann', 'overrides: true'));
    await expectMistake(/ibann\.yaml:5: there is no information type "ibann" to override/, /correct the id/);
  });

  it('must be there', async () => {
    await expect(readWith(join(folder, 'missing'))).rejects.toMatchObject({ code: 'rules-folder' });
    await put('file.yaml', '');
    await expect(readWith(join(folder, 'file.yaml'))).rejects.toMatchObject({ code: 'rules-folder' });
  });
});

describe('a mistake in a rule file is told with file, line and what to write', () => {
  it.each<[string, string, RegExp, RegExp]>([
    ['broken YAML', 'id: x\ntitle: "open', /x\.yaml:\d: is not YAML/, /single quotes/],
    ['an empty file', '', /x\.yaml: /, /information type/],
    ['an unknown field', type('x', 'sensitiviti: internal'), /x\.yaml:5: has no field named "sensitiviti"/, /sensitivity/],
    ['a missing field', 'id: x\ntitle: X\nsensitivity: internal\n', /x\.yaml:1: definition/, /One sentence/],
    ['an unknown sensitivity', type('x').replace('internal', 'secret'), /x\.yaml:4: sensitivity/, /restricted/],
    ['a number where a text belongs', type('x', 'examples:\n  match: [a, 12]'), /x\.yaml:6: examples\.match\.1/, /single quotes/],
    ['an id that is not the file name', type('y'), /x\.yaml:1: the id "y"/, /y\.yaml/],
    ['a language that is none', type('x', 'names:\n  english: [seat]'), /x\.yaml:6: names\.english: .*not a language/, /Lower-case/],
    ['a pattern that is not RE2', type('x', "values:\n  pattern: '(?<=a)b'"), /x\.yaml:6: values\.pattern/, /look-around/],
    ['an unknown validator', type('x', 'values: { validator: luhm }'), /x\.yaml:5: there is no validator "luhm"/, /"luhn"/],
    ['an unknown word list', type('x', 'values: { words: given-name }'), /x\.yaml:5: .*"given-name"/, /"given-names"/],
    ['an unknown detector', type('x', 'values: { content: ages-of-men }'), /x\.yaml:5: .*content detector/, /use one of/],
    ['an unknown technique', type('x', 'mask: { technique: redakt }'), /x\.yaml:5: .*'redakt'/, /'redact'/],
    ['an option that a technique lacks', type('x', 'mask: { technique: redact, colour: 1 }'), /x\.yaml:5: .*'colour'/, /techniques redact/],
    ['an unknown parent', type('x', 'parent: ibam'), /x\.yaml:5: the parent "ibam"/, /"iban"/],
    ['itself as parent', type('x', 'parent: x'), /x\.yaml:5: "x" is its own ancestor: x > x/, /leave "parent" out/],
    ['aliases', 'id: &a x\ntitle: *a\n', /x\.yaml: uses YAML aliases/, /write the value out/],
  ])('%s', async (_name, text, message, hint) => {
    await put('information-types/x.yaml', text);
    await expectMistake(message, hint);
  });

  it('parents in a circle', async () => {
    await put('information-types/x.yaml', type('x', 'parent: y'));
    await put('information-types/y.yaml', type('y', 'parent: z'));
    await put('information-types/z.yaml', type('z', 'parent: x'));
    await expectMistake(/x\.yaml:5: "x" is its own ancestor: x > y > z > x/, /one of these files/);
  });

  it('a file or word list that is not UTF-8', async () => {
    await put('information-types/x.yaml', Buffer.from([0x69, 0x64, 0x3a, 0x20, 0xff]));
    await expectMistake(/x\.yaml: is not UTF-8/, /save the file as UTF-8/);
    await rm(join(folder, 'information-types'), { recursive: true });
    await put('words/seats/en.txt', Buffer.from([0xff, 0xfe]));
    const { words } = await readWith(folder);
    expect(() => words.get('seats')).toThrow(/en\.txt: is not UTF-8/);
  });
});

describe('one rule file tried by itself', () => {
  it('passes as the skeleton stands', async () => {
    const text = informationTypeSkeleton('locker-number');
    const results = await testInformationTypeFile(text, 'locker-number.yaml', rules);
    expect(results.filter(({ list }) => list === 'match' || list === 'reject')).toEqual([
      { list: 'match', example: 'AB123456', passed: true, says: 'matches' },
      { list: 'reject', example: 'AB12345', passed: true, says: 'does not match' },
    ]);
  });

  it('shows which examples fail, and why', async () => {
    const text = type('seat', "values: { pattern: '\\d+[A-F]' }\nexamples: { match: [12A, A12], reject: [13B], notNames: [email] }");
    expect(await testInformationTypeFile(text, 'seat.yaml', rules)).toEqual([
      { list: 'match', example: '12A', passed: true, says: 'matches' },
      { list: 'match', example: 'A12', passed: false, says: 'does not match' },
      { list: 'reject', example: '13B', passed: false, says: 'matches' },
      { list: 'notNames', example: 'email', passed: true, says: 'is proposed as email-address' },
    ]);
  });

  it('says that a type known by nothing cannot be tried', async () => {
    const results = await testInformationTypeFile(type('seat', 'examples: { match: [12A] }'), 'seat.yaml', rules);
    expect(results).toMatchObject([{ passed: false, says: expect.stringContaining('neither pattern') as string }]);
  });
});

function type(id: string, more = ''): string {
  return `id: ${id}\ntitle: Test\ndefinition: A test.\nsensitivity: internal\n${more}\n`;
}

async function put(path: string, content: string | Buffer): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

function readWith(extra: string): Promise<Rules> {
  return readRules({ extraFolders: [extra] });
}

async function expectMistake(message: RegExp, hint: RegExp): Promise<void> {
  await expect(readWith(folder)).rejects.toMatchObject({
    code: 'file-format',
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
}
