import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Labels } from '../../src/domain/classification/labels-file.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import type { ScrubPlan } from '../../src/domain/scrub/scrub-plan.js';
import type { Verification } from '../../src/domain/scrub/verification/verification.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { verifyCopy } from '../../src/runs/verify-run.js';
import type { LeakHuntScope } from '../../src/runs/verify-step.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { labelsFor, policyOf, shippedRules } from '../support/planning.js';

const shop = `
  create table people (id integer primary key, given text, family text, mail text unique, card varchar(19), born date, city text, profile jsonb, photo bytea);
  insert into people select i, (array['Ana','Bea','Carl','Dora','Emil'])[1 + i % 5], 'Lopez' || chr(97 + i / 26) || chr(97 + i % 26), 'p' || i || '@corp.example',
    '41111111' || lpad(i::text, 8, '0'), date '1960-01-01' + i, (array['Berlin','Paris','Rome'])[1 + i % 3],
    jsonb_build_object('mail', 'p' || i || '@corp.example', 'theme', 'dark') from generate_series(1, 400) i;
  create table notes (id bigserial primary key, person integer references people, note text, tags text[] constraint tagged check (tags <> '{}'));
  insert into notes (person, note, tags) select i, 'please call p' || i || '@corp.example tomorrow', '{vip}' from generate_series(1, 400) i;
  analyze;`;

const types = {
  'people.given': 'given-name',
  'people.family': 'family-name',
  'people.mail': 'email-address',
  'people.card': 'payment-card-number',
  'people.born': 'date-of-birth',
  'people.city': 'city',
  'notes.note': 'free-text-with-pii',
};

describe('verification', () => {
  let source: TestDatabase;
  let location: string;
  let plan: ScrubPlan;
  let labels: Labels;

  beforeAll(async () => {
    source = await createDatabase(shop);
    location = serverUrl(`${source.name}_copy`);
    const from = await postgresEngine.openSource(source.url);
    const catalog = await from.catalog();
    const labelled = await labelsFor(catalog, types);
    const profile = {
      ...labelled.columns.get('public.people.profile')!,
      paths: { '$.mail': 'email-address' },
    };
    labels = { ...labelled, columns: new Map(labelled.columns).set('public.people.profile', profile) };
    const { informationTypes, words } = await shippedRules();
    plan = planScrub({
      catalog,
      labels,
      labelsSha256: '',
      policy: await policyOf('default'),
      types: informationTypes,
      keyId: '',
    });
    await runScrub({
      source: from,
      target: await postgresEngine.openTarget(location, { replace: false, source: await from.identity() }),
      plan,
      pseudonyms: createPseudonyms(randomBytes(32)),
      words,
      verify: () => Promise.resolve({ problems: [] }),
    });
    await from.close();
  });
  afterAll(async () => {
    await source.query(`drop database if exists "${source.name}_copy" with (force)`);
    await source.drop();
  });

  async function verify(leakHunt?: LeakHuntScope, sampleRows?: number): Promise<Verification> {
    const from = await postgresEngine.openSource(source.url);
    const target = await postgresEngine.openSource(location);
    const sampler = await postgresEngine.open(source.url);
    try {
      const { words } = await shippedRules();
      return await verifyCopy({ source: from, target, sampler, plan, labels, words, leakHunt, sampleRows });
    } finally {
      await Promise.all([from.close(), target.close(), sampler.close()]);
    }
  }

  /** What is wrong after a change to the copy, which is taken back. */
  async function afterChange(change: string, undo: string): Promise<readonly string[]> {
    const client = new pg.Client(location);
    await client.connect();
    const origin = new pg.Client(source.url);
    await origin.connect();
    try {
      await client.query(change);
      return (await verify()).problems;
    } finally {
      await client.query(undo);
      await Promise.all([client.end(), origin.end()]);
    }
  }

  it('passes a copy that is right, and says what it looked at', async () => {
    const { passed, problems, checks } = await verify();
    expect(problems).toEqual([]);
    expect(passed).toBe(true);
    expect(checks.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual([
      'schema passed',
      'row-counts passed',
      'unmasked-values passed',
      'foreign-keys passed',
      'uniqueness passed',
      'check-constraints passed',
      'masked-values passed',
      'leak-hunt passed',
    ]);
    expect(checks.every(({ examined }) => examined > 0)).toBe(true);
    expect(checks.at(-1)!.examined).toBeGreaterThan(1_000);
  });

  it.each([
    [
      'an original address in a list that nobody labelled',
      `update notes set tags = '{vip,p17@corp.example}' where id = 1`,
      `update notes set tags = '{vip}' where id = 1`,
      /leak-hunt: public\.notes\.tags: holds 1 original value of .*public\.people\.mail/,
    ],
    [
      'originals in a text that was masked',
      `alter table notes add old text; update notes set old = note, note = 'card 4111 1111 0000 0123' where id = 1`,
      `update notes set note = old where id = 1; alter table notes drop old`,
      /schema: public\.notes/,
    ],
    [
      'a number with other separators in JSON',
      `update people set profile = profile || '{"pay": "4111 1111 0000 0123"}' where id = 3`,
      `update people set profile = profile - 'pay' where id = 3`,
      /leak-hunt: public\.people\.profile: holds 1 original value of public\.people\.card/,
    ],
    [
      'a lost row',
      'create table kept as select * from notes where id = 9; delete from notes where id = 9',
      'insert into notes select * from kept; drop table kept',
      /row-counts: public\.notes: 400 rows in the source, 399 in the copy/,
    ],
    [
      'a reference that leads nowhere',
      `set session_replication_role = replica; update notes set person = 999 where id = 1`,
      'update notes set person = 1 where id = 1',
      /foreign-keys: notes_person_fkey of public\.notes: 1 rows refer to nothing/,
    ],
    [
      'an original in bytes',
      `update people set photo = convert_to('Exif by p17@corp.example', 'UTF8') where id = 5`,
      'update people set photo = null where id = 5',
      /leak-hunt: public\.people\.photo: holds 1 original value of .*public\.people\.mail/,
    ],
    [
      'a value that nothing masks and that changed',
      `update notes set tags = '{VIP}' where id = 7`,
      `update notes set tags = '{vip}' where id = 7`,
      /unmasked-values: public\.notes\.tags: nothing masks it, and it holds other values/,
    ],
    [
      'unmasked values that changed their rows',
      `update notes set person = 401 - person`,
      `update notes set person = 401 - person`,
      /unmasked-values: public\.notes: its unmasked values are those of the source, in other rows/,
    ],
    [
      'a row that a check does not let in',
      `alter table notes drop constraint tagged; update notes set tags = '{}' where id = 3;
       alter table notes add constraint tagged check (tags <> '{}') not valid;
       update pg_constraint set convalidated = true where conname = 'tagged'`,
      `update notes set tags = '{vip}' where id = 3; alter table notes validate constraint tagged`,
      /check-constraints: tagged of public\.notes: 1 rows do not meet it/,
    ],
  ])('finds %s', async (_, change, undo, expected) => {
    expect((await afterChange(change, undo)).join('\n')).toMatch(expected);
  });

  it('finds one original of all in a column nobody masks, which a sample misses', async () => {
    const change = `update notes set tags = '{p399@corp.example}' where id = 1`;
    const client = new pg.Client(location);
    await client.connect();
    try {
      await client.query(change);
      const leaksOf = (found: Verification) =>
        found.problems.filter((problem) => problem.startsWith('leak-hunt'));
      expect(leaksOf(await verify('full', 1))).toEqual([
        expect.stringMatching(/public\.notes\.tags: holds 1 original value of .*public\.people\.mail/),
      ]);
      expect(leaksOf(await verify('sample', 1))).toEqual([]);
    } finally {
      await client.query(`update notes set tags = '{vip}' where id = 1`);
      await client.end();
    }
  });

  it('names no value in what it says', async () => {
    const change = `update notes set tags = array(select mail from people limit 0) || '{p17@corp.example}'::text[] where id = 1`;
    const problems = await afterChange(change, `update notes set tags = '{vip}' where id = 1`);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).not.toContain('p17');
  });
});
