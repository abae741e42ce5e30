import fc from 'fast-check';
import { LeadingFields } from '../../src/domain/scrub/copy-format/leading-fields.js';
import { scrubbedCopy, type ScrubbedCopy } from '../support/scrubbed-copy.js';

const schema = `
  create table people (id integer primary key, given text, family text);
  insert into people values (1, 'Quirrelmoor', 'Xanthipson'), (2, 'Wobbleton', null);
  create table tickets (id integer primary key, asked_by integer references people, told_by integer references people, body text);
  insert into tickets values
    (1, 1, 2, 'Quirrelmoor and Wobbleton called.' || chr(10) || 'Mr Xanthipson''s phone:' || chr(9) || 'none'),
    (2, 2, null, 'Wobbleton wrote; quirrelmoor did not'),
    (3, null, null, 'nobody');`;

const types = {
  'people.given': 'given-name',
  'people.family': 'family-name',
  'tickets.body': 'free-text-with-pii',
};

describe('texts that name people of rows that they refer to', () => {
  const copies: ScrubbedCopy[] = [];
  afterAll(async () => {
    for (const copy of copies) await copy.drop();
  });

  it.each([
    ['whole tables', undefined],
    ['a subset', { start: [{ table: 'people', share: 1 }], whole: ['tickets'] }],
  ])('get the stand-ins of those people (%s)', async (_, subset) => {
    const copy = await scrubbedCopy(schema, { types, subset });
    copies.push(copy);
    expect(copy.result.verification.problems).toEqual([]);
    const people = await copy.rows<{ given: string; family: string }>(
      'select given, family from people order by id',
    );
    const texts = await copy.rows<{ body: string }>('select body from tickets order by id');
    expect(texts.map(({ body }) => body)).toEqual([
      `${people[0].given} and ${people[1].given} called.\nMr ${people[0].family}'s phone:\tnone`,
      // The row is not the first person's: nobody knows of the name there.
      `${people[1].given} wrote; quirrelmoor did not`,
      'nobody',
    ]);
  });

  it('leave nothing of what was read for them, wherever the data is cut', () => {
    const text = 'a\tb\tx\ty\n\\N\t\t\\N\tz\nlong\\tescaped\tc\t\t\n';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const fields = new LeadingFields(2);
        let [from, kept] = [0, ''];
        for (const cut of [...cuts.sort((a, b) => a - b), text.length]) {
          kept += fields.push(Buffer.from(text.slice(from, cut)))?.toString() ?? '';
          from = cut;
        }
        expect(kept).toBe('a\tb\n\\N\t\nlong\\tescaped\tc\n');
      }),
    );
  });
});
