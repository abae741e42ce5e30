import type { Catalog } from '../../src/domain/catalog/catalog.js';
import { decideMasks } from '../../src/domain/policy/decide-masks.js';
import { decideRoleView } from '../../src/domain/policy/decide-role-view.js';
import { loadPostgresParser } from '../../src/domain/rewriting/postgres/parser.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import { connect } from '../../src/engines/postgres/connection.js';
import { readQueryCatalog } from '../../src/engines/postgres/query-catalog.js';
import type { QueryCatalog } from '../../src/domain/rewriting/query-catalog.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { labelsFor, policyOf, shippedRules } from '../support/planning.js';

const schema = `
  create type mood as enum ('glad', 'sad');
  create table people (
    id int primary key, email varchar(40), country varchar(2), opted_in boolean, score numeric(6,2), born date,
    seen timestamptz, noted timestamp, mood mood, code uuid, price money, secret text,
    twice int generated always as (id * 2) stored);
  create table base (email text, country text);
  create table child () inherits (base);
  insert into base values ('ana@example.org', 'NL');
  insert into people (id, email, country, opted_in, score, born, seen, noted, mood, code, secret) values
    (1, 'ana@example.org', 'NL', true, 1.5, '1990-01-01', '2024-01-01 00:00:00+00', '2024-01-01', 'glad',
      '6f1c0f7e-52b4-4b5e-9c3a-2f6d1f0b8f5a', 'x'),
    (2, 'bob@example.org', 'US', false, 2.5, '2000-01-01', '2025-01-01 00:00:00+00', '2025-01-01', 'sad',
      '00000000-0000-0000-0000-000000000000', 'y'),
    (3, 'eva@example.org', null, null, null, null, null, null, null, null, 'z'),
    (4, null, 'NL', true, 1.5, '1990-01-01', '2024-01-01 00:00:00+00', '2024-01-01', 'glad',
      '6f1c0f7e-52b4-4b5e-9c3a-2f6d1f0b8f5a', null)`;
const types: Readonly<Record<string, string>> = {
  'base.email': 'email-address',
  'child.email': 'email-address',
  'child.country': 'user-name',
  'people.email': 'email-address',
  'people.secret': 'user-name',
};
const address = 'type: email-address';
const hide = `{ when: { ${address} }, mask: { technique: fixed, value: hidden } }`;
const keep = `{ when: { ${address} }, mask: keep }`;
const others = '{ when: { type: user-name }, mask: { technique: redact } }';

describe('a rule for some rows', () => {
  let database: TestDatabase;
  let queryCatalog: QueryCatalog;
  let catalog: Catalog;

  beforeAll(async () => {
    await loadPostgresParser();
    database = await createDatabase(schema);
    const client = await connect(database.url, { access: 'read-only' });
    queryCatalog = await readQueryCatalog(client);
    ({ catalog } = queryCatalog);
    await client.end();
  });
  afterAll(() => database.drop());

  const viewOf = async (...rules: readonly string[]) => {
    const { informationTypes } = await shippedRules();
    const { policy } = await policyOf(
      `roles: { analyst: {} }\nrules:\n${[...rules, others].map((rule) => `  - ${rule}\n`).join('')}`,
    );
    return decideRoleView({
      ...{ catalog, labels: await labelsFor(catalog, types), policy, types: informationTypes },
      subject: { role: 'analyst', at: new Date('2026-01-01T00:00:00Z'), attributes: { user: 'US' } },
    });
  };
  /** The e-mail addresses that a query answers with. */
  const seen = async (sql: string, ...rules: readonly string[]) => {
    const view = await viewOf(...rules);
    const answer = rewrite(sql, {
      protection: protect(queryCatalog, view),
      names: { searchPath: ['pg_catalog', 'public'], temporary: [] },
    });
    if (answer.outcome === 'refused') throw new Error(answer.reason);
    return (await database.query<{ email: string | null }>(answer.sql)).map(({ email }) => email);
  };
  const people = 'select email from people order by id';
  const [ana, bob, eva] = ['ana@example.org', 'bob@example.org', 'eva@example.org'];

  it.each([
    ['{ column: country, equals: NL }', true, false],
    ['{ column: country, in: [US, DE] }', false, true],
    ['{ column: opted_in, equals: true }', true, false],
    ['{ column: score, equals: 1.5 }', true, false],
    ['{ column: score, in: [2.5, 7] }', false, true],
    ['{ column: born, before: 2000-01-01 }', true, false],
    ['{ column: born, after: 1990-01-01 }', false, true],
    ['{ column: born, after: 1980-01-01, before: 1995-01-01 }', true, false],
    ['{ column: seen, before: "2024-06-01T00:00:00+02:00" }', true, false],
    ['{ column: noted, after: "2024-06-01T00:00:00" }', false, true],
    ['{ column: noted, after: 2024-06-01 }', false, true],
    ['{ column: mood, equals: glad }', true, false],
    ['{ column: code, equals: 6F1C0F7E-52B4-4B5E-9C3A-2F6D1F0B8F5A }', true, false],
  ])('shows rows where %s is true, and no row where it is unknown', async (where, first, second) => {
    const shown = `{ when: { ${address} }, mask: keep, whereRows: ${where} }`;
    expect(await seen(people, shown, hide)).toEqual([
      first ? ana : 'hidden',
      second ? bob : 'hidden',
      'hidden',
      null,
    ]);
    // The other way round: masked where it is true or unknown, shown where it is false for certain.
    const masked = `{ when: { ${address} }, mask: { technique: fixed, value: hidden }, whereRows: ${where} }`;
    expect((await seen(people, masked, keep)).slice(0, 3)).toEqual([
      first ? 'hidden' : ana,
      second ? 'hidden' : bob,
      'hidden',
    ]);
  });

  it('asks for NULL, of which nothing is unknown', async () => {
    const where = (isNull: boolean) =>
      `{ when: { ${address} }, mask: keep, whereRows: { column: country, isNull: ${isNull} } }`;
    expect(await seen(people, where(true), hide)).toEqual(['hidden', 'hidden', eva, null]);
    expect((await seen(people, where(false), hide)).slice(0, 3)).toEqual([ana, bob, 'hidden']);
  });

  it('leaves other rows to the rules behind it, in their order, and to NULL where there is none', async () => {
    const rule = (mask: string, where: string) =>
      `{ when: { ${address} }, mask: ${mask}, whereRows: ${where} }`;
    const first = rule('{ technique: fixed, value: one }', '{ column: country, equals: US }');
    const second = rule('keep', '{ column: opted_in, equals: true }');
    // Of the third nobody knows the country: masked by the first rule.
    expect((await seen(people, first, second, hide)).slice(0, 3)).toEqual([ana, 'one', 'one']);
    expect((await seen(people, second, first, hide)).slice(0, 3)).toEqual([ana, 'one', 'one']);
    expect(await seen(people, second)).toEqual([ana, null, null, null]);
    expect(await seen(people, first)).toEqual([null, 'one', 'one', null]);
    expect(await seen(people, second, keep)).toEqual([ana, bob, eva, null]);
    const own = `{ when: { ${address} }, mask: { technique: fixed, value: two }, exceptOwnRows: { column: country } }`;
    expect((await seen(people, second, own)).slice(0, 3)).toEqual([ana, bob, 'two']);
  });

  it.each([
    ['that is masked itself', '{ column: secret, equals: x }', 'does not see'],
    ['that is masked by a rule for some rows', '{ column: email, equals: x }', 'does not see'],
    ['that the table does not have', '{ column: nowhere, equals: x }', 'does not have'],
    ['that is computed from others', '{ column: twice, equals: 2 }', 'computed'],
    ['of another type', '{ column: opted_in, equals: yes please }', 'not compared with a string'],
    ['of money, which compares with no number', '{ column: price, equals: 1 }', 'not compared'],
    ['whose labels lack the value', '{ column: mood, equals: furious }', 'not compared'],
    ['of times, by a moment without an offset', '{ column: seen, before: 2024-01-01 }', 'offset'],
    [
      'of times without a zone, by one with an offset',
      '{ column: noted, before: "2024-01-01T00:00:00Z" }',
      'no time zone',
    ],
    ['of texts, by a date', '{ column: country, before: 2024-01-01 }', 'no date'],
  ])('hides the whole column where its rows are told by a column %s', async (_, where, why) => {
    const rule = `{ when: { ${address} }, mask: keep, whereRows: ${where} }`;
    const { masks } = await viewOf(rule, hide);
    expect(masks.get('public.people.email')).toMatchObject({
      technique: 'null',
      because: expect.stringContaining(why) as string,
    });
    expect(await seen(people, rule, hide)).toEqual([null, null, null, null]);
  });

  it('hides the column where its rows are told by one that nobody labelled', async () => {
    const { informationTypes } = await shippedRules();
    const labels = await labelsFor(catalog, types);
    const columns = new Map([...labels.columns].filter(([name]) => name !== 'public.people.country'));
    const { policy } = await policyOf(
      `roles: { analyst: {} }\nrules:\n  - { when: { ${address} }, mask: keep, whereRows: { column: country, equals: NL } }\n  - ${hide}\n  - ${others}\n`,
    );
    const { masks } = decideRoleView({
      ...{ catalog, labels: { ...labels, columns }, policy, types: informationTypes },
      subject: { role: 'analyst', at: new Date() },
    });
    expect(masks.get('public.people.email')).toMatchObject({ technique: 'null' });
  });

  it('hides the column where a child of the table does not show what tells the rows', async () => {
    const rule = `{ when: { ${address} }, mask: keep, whereRows: { column: country, equals: NL } }`;
    expect(await seen('select email from base', rule, hide)).toEqual([null]);
    expect(await seen('select email from child', rule, hide)).toEqual([]);
  });

  it('masks every row of a copy, which asks no query', async () => {
    const { informationTypes } = await shippedRules();
    const of = async (...rules: readonly string[]) => {
      const { policy } = await policyOf(
        `rules:\n${[...rules, others].map((rule) => `  - ${rule}\n`).join('')}`,
      );
      return decideMasks({
        catalog,
        labels: await labelsFor(catalog, types),
        policy,
        types: informationTypes,
      });
    };
    const where = 'whereRows: { column: country, equals: NL }';
    const masking = await of(`{ when: { ${address} }, mask: { technique: redact }, ${where} }`, keep);
    const email = masking.masks.get('public.people.email');
    expect(email).toMatchObject({ technique: 'redact', because: 'rule 1, for all rows, of policy test' });
    expect(email).not.toHaveProperty('rows');
    const keeping = await of(`{ when: { ${address} }, mask: keep, ${where} }`, hide);
    expect(keeping.masks.get('public.people.email')).toMatchObject({ technique: 'fixed' });
    const alone = await of(`{ when: { ${address} }, mask: keep, ${where} }`);
    expect(alone.refusals).toContainEqual(
      expect.objectContaining({ code: 'no-rule', where: 'public.people.email' }),
    );
  });

  it.each([
    ['two tests', '{ column: country, equals: NL, isNull: true }', "say one of 'equals'"],
    ['no test', '{ column: country }', "say one of 'equals'"],
    ['SQL', "{ column: country, sql: 'true' }", 'sql'],
    ['a date that is none', '{ column: born, before: soon }', 'rules'],
  ])('is refused as a file with %s', async (_, where, says) => {
    await expect(viewOf(`{ mask: keep, whereRows: ${where} }`)).rejects.toMatchObject({
      code: 'file-format',
      message: expect.stringContaining(says) as string,
    });
  });

  it('is refused as a file where it is about own rows as well', async () => {
    const rule =
      '{ mask: by-type, exceptOwnRows: { column: country }, whereRows: { column: id, equals: 1 } }';
    await expect(viewOf(rule)).rejects.toMatchObject({
      code: 'file-format',
      hint: expect.stringContaining('two rules') as string,
    });
  });
});
