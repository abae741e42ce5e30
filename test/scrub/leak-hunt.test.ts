import fc from 'fast-check';
import { LeakHuntBuilder } from '../../src/domain/scrub/verification/leak-hunt.js';
import { needleOf } from '../../src/domain/scrub/verification/needle.js';
import { CopySearch, NeedleIndex } from '../../src/domain/scrub/verification/needle-search.js';

/** The needles found in each column, the text cut anywhere. */
function search(needles: readonly string[], text: string, cuts: readonly number[] = []): number[][] {
  const bytes = Buffer.from(text);
  const columns = text.split('\n')[0].split('\t').length;
  const copy = new CopySearch(new NeedleIndex(needles), columns);
  let from = 0;
  for (const cut of [...cuts].map((share) => share % (bytes.length + 1)).sort((a, b) => a - b)) {
    copy.push(bytes.subarray(from, cut));
    from = cut;
  }
  copy.push(bytes.subarray(from));
  copy.end();
  return copy.found.map((found) => [...found].sort((a, b) => a - b));
}

const needles = [
  'ana.lopez@corp.example',
  'Ana Lopez',
  '+49 30 901820'.slice(1),
  'José Müller',
  'AB12-cd34-9f',
];

describe('the search for original values', () => {
  it.each([
    ['in any case of letters', 'Write to ANA.LOPEZ@Corp.Example!', [0]],
    ['inside JSON, as COPY escapes it', '{"say": "hi\\\\nana.lopez@corp.example"}', [0]],
    ['after an escaped line end', 'called\\nAna Lopez twice', [1]],
    ['in an array', '{vip,"Ana Lopez"}', [1]],
    ['in a URL', 'https://x.example/?m=ana.lopez%40corp.example', [0]],
    ['numbers written with other separators', 'tel. (49) 30-90.18 20', [2]],
    ['numbers written without any', '4930901820', [2]],
    ['letters beyond ASCII in capitals', 'FRAU JOSÉ MÜLLER', [3]],
    ['not inside longer words', 'Diana Lopezia, xana.lopez@corp.example', []],
    ['not inside longer addresses', 'maria.ana.lopez@corp.example', []],
    ['not inside longer numbers', '49309018205 and 149309018 20', []],
    ['not where only the beginning agrees', 'AB12-cd34-8f', []],
  ])('finds: %s', (_, text, expected) => {
    expect(search(needles, `${text}\n`)).toEqual([expected]);
  });

  it('tells columns apart', () => {
    expect(search(needles, 'Ana Lopez\tnothing\tAB12-CD34-9F\n\\N\tjosé müller\t\\N\n')).toEqual([
      [1],
      [3],
      [4],
    ]);
  });

  it('finds the same wherever the data is cut', () => {
    const text = 'x\tAna Lopez\n4930901820\tJosé Müller, ana.lopez@corp.example\nAB12-cd34-9f\tAna Lopez';
    const whole = search(needles, text);
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 12 }), (cuts) => {
        expect(search(needles, text, cuts)).toEqual(whole);
      }),
    );
  });
});

describe('what can be looked for', () => {
  it.each([
    ['ana@corp.example', 'certain'],
    ['4111 1111 1111 1111', 'certain'],
    ['DE89 3704 0044 0532 0130 00', 'certain'],
    ['9f86d081-884c-4d65-9a2f-eaa0c55ad015', 'certain'],
    ['https://people.example/ana', 'certain'],
    ['Ana Lopez', 'likely'],
    ['030 9018200', 'likely'],
    ['Berlin', undefined],
    ['12345', undefined],
    ['', undefined],
  ])('takes %p as %p', (value, strength) => {
    expect(needleOf(value)?.strength).toBe(strength);
  });

  it('keeps of a value what copies do not write in another way', () => {
    expect(needleOf('c/o "The Grange Farm"\n7')?.text).toBe('The Grange Farm');
  });
});

describe('the judgement on what was found', () => {
  const plain = { domains: new Set<string>() };
  const origin = { column: 'public.people.mail', domain: 'email-address' };

  function huntOf(originals: readonly string[], decoys: readonly string[] = []) {
    const builder = new LeakHuntBuilder();
    for (const value of originals) builder.addOriginal(value, origin);
    for (const value of decoys) builder.addDecoy(value, origin.domain);
    return builder.build();
  }
  const mails = Array.from({ length: 100 }, (_, i) => `ana.${i}@corp.example`);
  const names = Array.from(
    { length: 100 },
    (_, i) => `Ana Lo${String.fromCharCode(97 + (i % 26), 97 + ((i / 26) | 0))}pez`,
  );

  it('takes one certain value in a column nobody masks for a leak, and names where it comes from', () => {
    expect(huntOf(mails).judge(new Set([7]), plain)).toEqual([
      { strength: 'certain', found: 1, origins: ['public.people.mail'], verdict: 'leak' },
    ]);
  });

  it('takes a column that stayed as it was for a leak, though its mask writes the like', () => {
    const all = new Set(mails.keys());
    expect(huntOf(mails).judge(all, { domains: new Set(['email-address']) })[0].verdict).toBe('leak');
  });

  it('takes one name of a hundred for chance, and five for a leak', () => {
    expect(huntOf(names).judge(new Set([1]), plain)[0].verdict).toBe('chance');
    expect(huntOf(names).judge(new Set([1, 2, 3, 4, 5]), plain)[0].verdict).toBe('leak');
  });

  it('takes what finds decoys as well for chance', () => {
    const hunt = huntOf(names, ['Bea Smith', 'Carl Jones']);
    const found = new Set([1, 2, 3, 4, 5, 100, 101]);
    expect(hunt.judge(found, { domains: new Set(['email-address']) })[0].verdict).toBe('chance');
  });

  it('lets a person’s word outweigh names, and never addresses', () => {
    const decided = { ...plain, passes: 'not-sensitive' } as const;
    expect(huntOf(names).judge(new Set([1, 2, 3, 4, 5]), decided)[0].verdict).toBe('decided');
    expect(huntOf(mails).judge(new Set([1]), decided)[0].verdict).toBe('leak');
  });
});
