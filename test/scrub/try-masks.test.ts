import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import type { ScrubPlan } from '../../src/domain/scrub/scrub-plan.js';
import { createDatabase } from '../support/databases.js';
import { labelsOf, planFrom } from '../support/scrubbed-copy.js';

const CANARY = 'zanzibar';

/** What a plan refuses whose masks were tried on the rows. */
async function refusalsOf(
  sql: string,
  types: Readonly<Record<string, string>>,
  mask: string,
): Promise<ScrubPlan['refusals']> {
  const database = await createDatabase(sql);
  const source = await postgresEngine.openSource(database.url);
  try {
    const labels = await labelsOf(await source.catalog(), { types });
    const { refusals } = await planFrom(source, labels, { policy: `rules: [{ mask: ${mask} }]` });
    // Refusals or none, the sessions are still good for the copy.
    expect(await source.countRows({ schema: 'public', name: 't' })).toBeGreaterThanOrEqual(0);
    return refusals;
  } finally {
    await source.close();
    await database.drop();
  }
}

describe('masks tried on rows while planning', () => {
  const listed = `create table t (id integer, status text check (status in ('new', 'open', '${CANARY}')));
    insert into t select i, (array['new', 'open', '${CANARY}'])[1 + i % 3] from generate_series(1, 30) i`;

  it('refuse a technique whose values a check of listed values does not allow, and quote none', async () => {
    for (const mask of [
      '{ technique: keyed-hash }',
      '{ technique: redact }',
      '{ technique: fixed, value: gone }',
    ]) {
      const refusals = await refusalsOf(listed, { 't.status': 'user-name' }, mask);
      expect(refusals).toMatchObject([
        { code: 'stand-in-breaks-check', where: 'public.t, check t_status_check' },
      ]);
      expect(refusals[0].hint).toContain('pick-label');
      expect(JSON.stringify(refusals)).not.toContain(CANARY);
    }
  });

  it('let pass one whose values the check allows', async () => {
    for (const mask of [
      '{ technique: fixed, value: open }',
      '{ technique: pick-label, labels: [new, open] }',
      '{ technique: "null" }',
    ])
      expect(await refusalsOf(listed, { 't.status': 'user-name' }, mask)).toEqual([]);
  });

  it('refuse what the pattern of a domain, or of a check, does not match', async () => {
    const sql = `create domain code as text check (value ~ '^AB[0-9]{4}$');
      create table t (a code, b text check (b ~ '^AB[0-9]{4}$'));
      insert into t select 'AB' || i, 'AB' || i from generate_series(1000, 1030) i`;
    const types = { 't.a': 'customer-id', 't.b': 'customer-id' };
    const refusals = await refusalsOf(sql, types, '{ technique: pseudonymise-identifier }');
    expect(refusals.map(({ code, where }) => `${code} ${where}`)).toEqual([
      'stand-in-not-of-type public.t.a',
      'stand-in-breaks-check public.t, check t_b_check',
    ]);
    const kept = '{ technique: pseudonymise-identifier, keepStart: 2 }';
    expect(await refusalsOf(sql, types, kept)).toEqual([]);
  });

  it('refuse what leaves the range of a type or the labels of an enum', async () => {
    const sql = `create type mood as enum ('good', 'bad'); create table t (n smallint, m mood);
      insert into t select 32000, 'good' from generate_series(1, 20)`;
    const refusals = await refusalsOf(sql, { 't.n': 'customer-id' }, '{ technique: fixed, value: "40000" }');
    expect(refusals.map(({ where }) => where)).toEqual(['public.t.n']);
  });

  it('look at masked and unmasked columns of a check together', async () => {
    const sql = `create table t (kind text, tail text, check (kind ~ '^none$' or tail ~ '^.{4}$'));
      insert into t select 'some', lpad(i::text, 4, '0') from generate_series(1, 20) i`;
    const types = { 't.tail': 'customer-id' };
    const cut = await refusalsOf(sql, types, '{ technique: keyed-hash, length: 8 }');
    expect(cut.map(({ code }) => code)).toEqual(['stand-in-breaks-check']);
    expect(await refusalsOf(sql, types, '{ technique: pseudonymise-identifier }')).toEqual([]);
  });

  it('decide nothing of an empty table, or of a check that rows need not meet', async () => {
    const empty = `create table t (status text check (status in ('new', 'open')))`;
    expect(await refusalsOf(empty, { 't.status': 'user-name' }, '{ technique: redact }')).toEqual([]);
    const loose = `create table t (status text); insert into t values ('odd');
      alter table t add check (status in ('new')) not valid`;
    expect(await refusalsOf(loose, { 't.status': 'user-name' }, '{ technique: redact }')).toEqual([]);
  });
});
