import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import type { ScrubTarget } from '../../src/engines/scrub-target.js';
import type { CheckResult } from '../../src/domain/scrub/verification/verification.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { compareMasked } from '../../src/runs/compare-masked.js';
import { planRun } from '../../src/runs/plan-run.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { labelsFor, policyOf, shippedRules } from '../support/planning.js';

const ROWS = 10_000;
const people = `
  create table people (id integer primary key, given text, mail text, town char(30), born date, profile jsonb, score numeric(10,2));
  insert into people select i, (array['Ana','Bea','Zoë','a\\b'])[1 + i % 4], case when i % 100 > 0 then 'p' || i || '@corp.example' end,
    'Town ' || i % 50, date '1960-01-01' + i, jsonb_build_object('mail', 'p' || i || '@corp.example'), i / 7.0
  from generate_series(1, ${ROWS}) i;
  create table visits (day date, person text, note text) partition by hash (person);
  create table visits_even partition of visits for values with (modulus 2, remainder 0);
  create table visits_odd (note text, person text, day date);
  alter table visits attach partition visits_odd for values with (modulus 2, remainder 1);
  insert into visits select date '2020-01-01' + i % 360, 'Person ' || i, 'note' from generate_series(1, 500) i;`;
const types = {
  'people.given': 'given-name',
  'people.mail': 'email-address',
  'people.town': 'city',
  'people.born': 'date-of-birth',
  'people.profile': 'email-address',
  'people.score': 'salary',
  'visits.person': 'person-name',
  'visits_even.person': 'person-name',
  'visits_odd.person': 'person-name',
};

describe('masking once more', () => {
  let source: TestDatabase;

  beforeAll(async () => {
    source = await createDatabase(people);
  });
  afterAll(() => source.drop());

  /**
   * Copies, and compares.
   * @param before SQL that is run in the work database when its tables are made
   * @param after when the copy is
   */
  async function compared({ before, after }: { before?: string; after?: string } = {}): Promise<CheckResult> {
    const from = await postgresEngine.openSource(source.url);
    const name = `${source.name}_copy`;
    try {
      const catalog = await from.catalog();
      const { informationTypes, words } = await shippedRules();
      const pseudonyms = createPseudonyms(Buffer.alloc(32, 'compare'));
      const basis = {
        ...{ catalog, labels: await labelsFor(catalog, types), labelsSha256: '', keyId: '' },
        ...{ policy: await policyOf('default'), types: informationTypes },
      };
      const plan = await planRun(basis, { source: from, pseudonyms, words });
      const work = await postgresEngine.openTarget(serverUrl(name), {
        replace: true,
        source: await from.identity(),
      });
      const target = before === undefined ? work : runningFirst(work, before);
      let check: CheckResult | undefined;
      await runScrub({
        ...{ source: from, target, plan, pseudonyms, words },
        verify: async ({ copied, tables, orphans }) => {
          if (after !== undefined)
            await work.execute([{ makes: 'a change', sql: `set search_path = public; ${after}` }]);
          const run = { source: copied, target: work, plan, words, pseudonyms, tables, orphans };
          check = await compareMasked(run, catalog);
          return { problems: [] };
        },
      });
      return check!;
    } finally {
      await from.close();
      for (const made of [name, `${name}__previous`])
        await source.query(`drop database if exists "${made}" with (force)`);
    }
  }

  it('finds every masked value as its mask makes it, and counts them', async () => {
    const { outcome, failures, examined, notes } = await compared();
    expect(failures).toEqual([]);
    expect(outcome).toBe('passed');
    const all = 6 * ROWS + 500;
    expect(examined).toBe(all);
    expect(notes).toEqual([{ where: 'all tables', problem: `masked values compared: ${all} of ${all}` }]);
  });

  it('finds one value of ten thousand that a trigger of the target changed', async () => {
    const before = `
      create function public.spoil() returns trigger language plpgsql as $$
        begin if new.id = 7777 then new.mail := 'x' || new.mail; end if; return new; end $$;
      create trigger spoils before insert on public.people for each row execute function public.spoil()`;
    expect((await compared({ before })).failures).toEqual([
      {
        where: 'public.people.mail',
        problem: 'holds other values than its mask gives for those of the source',
      },
    ]);
  });

  it.each([
    ['a value cut short', `update people set given = left(given, 2) where id = 17`, 'public.people.given'],
    ['a value that became NULL', `update people set mail = null where id = 17`, 'public.people.mail'],
    ['a NULL that became empty', `update people set mail = '' where id = 100`, 'public.people.mail'],
    ['a day later', `update people set born = born + 1 where id = 9999`, 'public.people.born'],
    ['a cent more', `update people set score = score + 0.01 where id = 9`, 'public.people.score'],
    [
      'a key of JSON more',
      `update people set profile = profile || '{"x": 1}' where id = 9`,
      'public.people.profile',
    ],
    ['another case of letters', `update people set town = upper(town) where id = 5`, 'public.people.town'],
    [
      'a lost row',
      `delete from visits where person = (select min(person) from visits)`,
      'public.visits.person',
    ],
    [
      'a row that stands for another',
      `update visits set person = (select max(person) from visits) where person = (select min(person) from visits)`,
      'public.visits.person',
    ],
    [
      'values that changed their rows',
      `update people p set mail = q.mail from people q where p.id in (1, 2) and q.id = 3 - p.id`,
      'public.people',
    ],
  ])('finds %s', async (_, after, where) => {
    const { failures, outcome } = await compared({ after });
    expect(outcome).toBe('failed');
    expect(failures.map((failure) => failure.where)).toEqual([where]);
    expect(JSON.stringify(failures)).not.toMatch(/@|Town/);
  });
});

/** A target in which SQL is run before the first row arrives. */
function runningFirst(target: ScrubTarget, sql: string): ScrubTarget {
  let made: Promise<void> | undefined;
  return new Proxy(target, {
    get(own, property) {
      const value: unknown = Reflect.get(own, property, own);
      if (typeof value !== 'function') return value;
      if (property !== 'copyIn') return value.bind(own) as unknown;
      return async (...asked: Parameters<ScrubTarget['copyIn']>) => {
        await (made ??= own.execute([{ makes: 'a trigger', sql }]));
        return own.copyIn(...asked);
      };
    },
  });
}
