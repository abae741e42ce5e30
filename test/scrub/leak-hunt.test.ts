import fc from 'fast-check';
import { FingerprintsInMemory } from '../../src/domain/scrub/verification/fingerprint-store.js';
import { type HuntedPlace, type Leak, LeakHunt } from '../../src/domain/scrub/verification/leak-hunt.js';
import { NeedleIndex } from '../../src/domain/scrub/verification/needle-search.js';
import { needleOf } from '../../src/domain/scrub/verification/needle.js';
import { ReadableBytes } from '../../src/domain/scrub/copy-format/readable-bytes.js';
import { SpilledFingerprints } from '../../src/runs/spilled-fingerprints.js';

const key = Buffer.from('sixteen bytes --');

function newHunt(expected = 1_000): LeakHunt {
  const [needles, candidates] = [new FingerprintsInMemory(), new FingerprintsInMemory()];
  return new LeakHunt({ key, expected, needles, candidates });
}

/** Which of the needles are found in each column, the text cut anywhere. */
function search(needles: readonly string[], text: string, cuts: readonly number[] = []): number[][] {
  const hunt = newHunt();
  needles.forEach((needle, i) => hunt.addOriginal(needle, { column: String(i), domain: 'd' }));
  const bytes = Buffer.from(text);
  const columns = text.split('\n')[0].split('\t').length;
  const copy = hunt.search(
    Array.from({ length: columns }, (_, i) => ({ where: String(i), domains: new Set() })),
  );
  let from = 0;
  for (const cut of [...cuts].map((share) => share % (bytes.length + 1)).sort((a, b) => a - b)) {
    copy.push(bytes.subarray(from, cut));
    from = cut;
  }
  copy.push(bytes.subarray(from));
  copy.end();
  const { leaks } = hunt.result();
  return Array.from({ length: columns }, (_, i) =>
    leaks
      .filter(({ where }) => where === String(i))
      .flatMap(({ origins }) => origins.map(Number))
      .sort((a, b) => a - b),
  );
}

const needles = [
  'ana.lopez@corp.example',
  'Ana Lopez',
  '+49 30 901820'.slice(1),
  'José Müller',
  'AB12-cd34-9f',
  '10.1.23.71',
];

describe('the search for original values', () => {
  it.each([
    ['in any case of letters', 'Write to ANA.LOPEZ@Corp.Example!', [0]],
    ['inside JSON, as COPY escapes it', '{"say": "hi\\\\nana.lopez@corp.example"}', [0]],
    ['after an escaped line end', 'called\\nAna Lopez twice', [1]],
    ['across an escaped line end', 'called Ana\\nLopez twice', [1]],
    ['in an array', '{vip,"Ana Lopez"}', [1]],
    ['in a URL', 'https://x.example/?m=ana.lopez%40corp.example', [0]],
    ['numbers written with other separators', 'tel. (49) 30-90.18 20', [2]],
    ['numbers written without any', '4930901820', [2]],
    ['not an address of the network by its digits', '10.12.3.71 and 10123.71', []],
    ['letters beyond ASCII in capitals', 'FRAU JOSÉ MÜLLER', [3]],
    ['not inside longer words', 'Diana Lopezia, xana.lopez@corp.example', []],
    ['not inside longer addresses', 'maria.ana.lopez@corp.example', []],
    ['not inside longer numbers', '49309018205 and 149309018 20', []],
    ['not where only the beginning agrees', 'AB12-cd34-8f', []],
    ['not over the end of a field', 'Ana\tLopez', [], []],
  ])('finds: %s', (_, text, ...expected) => {
    expect(search(needles, `${text}\n`)).toEqual(expected);
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

  it('reads what stands in bytes, wherever the data is cut', () => {
    const text = `1\t\\\\x${Buffer.from('GIF\0by ana.lopez@corp.example').toString('hex')}\tAna Lopez\n2\t\\N\tx\n`;
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 8 }), (cuts) => {
        const readable = new ReadableBytes([false, true, false]);
        const bytes = Buffer.from(text);
        let [from, read] = [0, ''];
        for (const cut of [...cuts.map((at) => at % bytes.length).sort((a, b) => a - b), bytes.length]) {
          read += Buffer.from(readable.push(bytes.subarray(from, cut))).toString('latin1');
          from = cut;
        }
        expect(search(needles, read)).toEqual([[], [0], [1]]);
      }),
    );
  });

  it('finds a value wherever it stands, and however long the word before it', () => {
    for (let before = 0; before < 50; before++) {
      expect(search(needles, `${'w'.repeat(before)} Ana Lopez`)).toEqual([[1]]);
      const columns = `${'.'.repeat(before)}\\nAna Lopez\t+${' '.repeat(before)}4930901820`;
      expect(search(needles, columns)).toEqual([[1], [2]]);
      expect(search(needles, `${'w'.repeat(before)}Ana Lopez`)).toEqual([before === 0 ? [1] : []]);
    }
  });

  it('gives as few texts one fingerprint as 64 bits can', () => {
    const [whole, high, low] = [new Set<string>(), new Set<number>(), new Set<number>()];
    const index = new NeedleIndex(1_000, key, (fingerprint) => {
      whole.add(`${fingerprint.high} ${fingerprint.low}`);
      high.add(fingerprint.high);
      low.add(fingerprint.low);
    });
    const texts = 40_000;
    for (let i = 0; i < texts; i++) index.add(`user ${i} corp example`, 0);
    expect(whole.size).toBe(texts);
    // Of 32 bits about texts² / 2^33 meet: none or one.
    for (const half of [high, low]) expect(texts - half.size).toBeLessThan(8);
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
    ['030 9018200', 'number'],
    ['1980-05-17', 'number'],
    ['2024-01-31 12:33:44+00', 'number'],
    ['2024-01-31 12:33:44.123456', 'certain'],
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
  const origin = { column: 'public.people.mail', domain: 'email-address' };
  const mails = Array.from({ length: 100 }, (_, i) => `ana.${i}@corp.example`);
  const names = Array.from(
    { length: 100 },
    (_, i) => `Ana Lo${String.fromCharCode(97 + (i % 26), 97 + ((i / 26) | 0))}pez`,
  );

  function judge(
    originals: readonly string[],
    found: readonly string[],
    place: Partial<HuntedPlace> = {},
    decoys: readonly string[] = [],
  ): readonly Leak[] {
    const hunt = newHunt();
    for (const value of originals) hunt.addOriginal(value, origin);
    for (const value of decoys) hunt.addDecoy(value, { domain: origin.domain });
    const copy = hunt.search([{ where: 'public.t.a', domains: new Set(), ...place }]);
    copy.push(Buffer.from(found.join('\n')));
    copy.end();
    return hunt.result().leaks;
  }

  it('takes one certain value in a column nobody masks for a leak, and names where it comes from', () => {
    expect(judge(mails, ['ana.7@corp.example'])).toEqual([
      {
        where: 'public.t.a',
        strength: 'certain',
        found: 1,
        chance: 0,
        origins: ['public.people.mail'],
        verdict: 'leak',
      },
    ]);
  });

  it('counts a value once, however often it is there', () => {
    expect(judge(mails, Array<string>(50).fill('ana.7@corp.example'))[0].found).toBe(1);
  });

  it('takes a column that stayed as it was for a leak, though its mask writes the like', () => {
    expect(judge(mails, mails, { domains: new Set(['email-address']) })[0].verdict).toBe('leak');
  });

  it('takes one name of a hundred for chance, and five for a leak', () => {
    expect(judge(names, names.slice(0, 1))[0].verdict).toBe('chance');
    expect(judge(names, names.slice(0, 5))[0].verdict).toBe('leak');
  });

  it('takes what finds decoys as well for chance', () => {
    const decoys = ['Bea Smith', 'Carl Jones'];
    const found = [...names.slice(0, 5), ...decoys];
    const [leak] = judge(names, found, { domains: new Set(['email-address']) }, decoys);
    expect(leak).toMatchObject({ verdict: 'chance', found: 5, chance: 15 });
  });

  it('takes some of many numbers for chance, more of them or some of few for a leak', () => {
    const many = Array.from({ length: 3_000 }, (_, i) => `${300_000_000 + i * 7919}`);
    expect(judge(many, many.slice(0, 15))[0]).toMatchObject({ verdict: 'chance', chance: 20 });
    expect(judge(many, many.slice(0, 21))[0].verdict).toBe('leak');
    expect(judge(many.slice(0, 200), many.slice(0, 3))[0].verdict).toBe('leak');
  });

  it('takes some of very many long numbers for chance where their mask writes the like, and nowhere else', () => {
    const phones = Array.from({ length: 50_000 }, (_, i) => `+49 30 ${10_000_000 + i * 1_571}`);
    const own = { domains: new Set([origin.domain]) };
    expect(judge(phones, phones.slice(0, 5), own)[0]).toMatchObject({
      strength: 'certain',
      verdict: 'chance',
    });
    expect(judge(phones, phones.slice(0, 6), own)[0].verdict).toBe('leak');
    expect(judge(phones.slice(0, 1_000), phones.slice(0, 2), own)[0].verdict).toBe('leak');
    expect(judge(phones, phones.slice(0, 1))[0].verdict).toBe('leak');
  });

  it('knows less of chance where a decoy stands for several', () => {
    const many = Array.from({ length: 3_000 }, (_, i) => `${300_000_000 + i * 7919}`);
    const hunt = newHunt();
    for (const value of many) hunt.addOriginal(value, origin);
    for (let i = 0; i < 375; i++)
      hunt.addDecoy(`${700_000_000 + i * 7919}`, { domain: origin.domain, weight: 8 });
    const copy = hunt.search([{ where: 'public.t.a', domains: new Set() }]);
    copy.push(Buffer.from(many.slice(0, 100).join('\n')));
    copy.end();
    expect(hunt.result().leaks).toMatchObject([{ found: 100, chance: 160, verdict: 'chance' }]);
  });

  it('takes no find for a leak of what stand-ins are drawn from, as days of birth', () => {
    const days = Array.from({ length: 400 }, (_, i) =>
      new Date(Date.UTC(1980, 0, 1 + i)).toISOString().slice(0, 10),
    );
    const hunt = newHunt();
    for (const [i, day] of days.entries()) {
      hunt.addOriginal(day, { column: 'public.people.born', domain: 'date' });
      hunt.addDecoy(days[(i + 31) % days.length], { domain: 'date' });
      hunt.addOriginal(mails[i % mails.length], origin);
      hunt.addDecoy(`bea.${i}@corp.example`, { domain: origin.domain });
    }
    const copy = hunt.search([{ where: 'public.t.phone', domains: new Set() }]);
    copy.push(
      Buffer.from([...days.slice(0, 50).map((day) => day.replaceAll('-', ' ')), mails[3]].join('\n')),
    );
    copy.end();
    const { leaks, untellable } = hunt.result();
    expect(untellable).toEqual(['date']);
    expect(leaks).toMatchObject([{ found: 1, origins: ['public.people.mail'], verdict: 'leak' }]);
  });

  it('lets decoys that are originals by chance count with the others', () => {
    const decoys = Array.from({ length: 10 }, (_, i) => `Bea Smith${String.fromCharCode(97 + i)}`);
    const [leak] = judge(names, [...names.slice(0, 40), ...decoys.slice(0, 6)], {}, [
      ...decoys,
      ...names.slice(0, 4),
    ]);
    // Four in fourteen are hidden: the six that were found stand for 8.4, and five spreads of 4.1 may be chance.
    expect(leak).toMatchObject({ found: 40, chance: 29, verdict: 'leak' });
  });

  it('lets a person’s word outweigh names, and never addresses', () => {
    const decided = { passes: 'not-sensitive' } as const;
    expect(judge(names, names.slice(0, 5), decided)[0].verdict).toBe('decided');
    expect(judge(mails, mails.slice(0, 1), decided)[0].verdict).toBe('leak');
  });

  it('finds the same when fingerprints go to disk', () => {
    const stores = [new SpilledFingerprints(8), new SpilledFingerprints(8)];
    const hunt = new LeakHunt({ key, expected: 10, needles: stores[0], candidates: stores[1] });
    // More than 256 parts keep in memory.
    for (let i = 0; i < 20_000; i++) hunt.addOriginal(`ana.${i}@corp.example`, origin);
    const copy = hunt.search([{ where: 'public.t.a', domains: new Set() }]);
    copy.push(Buffer.from('bea.1@corp.example\nana.19999@corp.example\nana.20000@corp.example\n'));
    copy.end();
    const { originals, leaks } = hunt.result();
    for (const store of stores) store.close();
    expect(originals).toBe(20_000);
    expect(leaks).toMatchObject([{ found: 1, verdict: 'leak' }]);
  });
});
