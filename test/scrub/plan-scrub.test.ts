import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import type { ScrubPlan } from '../../src/domain/scrub/scrub-plan.js';
import { catalogOf, labelsFor, planOf, policyOf, shippedRules } from '../support/planning.js';

/** Column to technique, for what is masked. */
function masksOf({ tables }: ScrubPlan): Record<string, string> {
  return Object.fromEntries(
    tables.flatMap(({ name, masks }) =>
      masks.map((mask) => [`${name}.${mask.column.column}`, mask.technique]),
    ),
  );
}

const codesOf = ({ refusals }: ScrubPlan) => refusals.map(({ code, where }) => `${code} ${where}`);

describe('a plan', () => {
  it('gives each labelled column the technique of its type, and passes the others', async () => {
    const plan = await planOf(
      `create table people (id integer primary key, name text, email text unique, note text, seen timestamptz,
         tags text[], age integer, doubled integer generated always as (age * 2) stored)`,
      {
        'people.name': 'person-name',
        'people.email': 'email-address',
        'people.note': 'free-text-with-pii',
        'people.tags': 'email-address',
      },
    );
    expect(plan.refusals).toEqual([]);
    expect(masksOf(plan)).toEqual({
      'people.name': 'pseudonymise-person-name',
      'people.email': 'pseudonymise-email',
      'people.note': 'free-text',
      'people.tags': 'array-elements',
    });
    expect(plan.tables[0].columns).toEqual(['id', 'name', 'email', 'note', 'seen', 'tags', 'age']);
    const note = plan.tables[0].masks.find(({ column }) => column.column === 'note');
    expect(note?.options).toMatchObject({ people: [{ column: 'name', part: 'full' }] });
    expect(note?.because).toContain('rule 1 of policy default');
  });

  it('stops at a column that nobody labelled, and at one that changed since', async () => {
    const catalog = await catalogOf('create table t (a text, b text)');
    const labels = await labelsFor(catalog, {});
    const columns = new Map(labels.columns);
    columns.delete('public.t.a');
    columns.set('public.t.b', { ...columns.get('public.t.b')!, structure: 'of another time' });
    const plan = planScrub({
      catalog,
      labels: { ...labels, columns },
      labelsSha256: '',
      policy: await policyOf('default'),
      types: (await shippedRules()).informationTypes,
      keyId: '',
    });
    expect(codesOf(plan)).toEqual(['unlabelled-column public.t.a', 'changed-column public.t.b']);
  });

  it('masks unlabelled columns where the policy says so', async () => {
    const catalog = await catalogOf(
      'create table t (a text not null, b integer, c date, d bytea, e jsonb not null)',
    );
    const plan = planScrub({
      catalog,
      labels: { columns: new Map(), references: [] },
      labelsSha256: '',
      policy: await policyOf('unlabelled: mask\nrules:\n  - mask: by-type\n'),
      types: (await shippedRules()).informationTypes,
      keyId: '',
    });
    expect(plan.refusals).toEqual([]);
    expect(Object.keys(masksOf(plan))).toEqual(['t.a', 't.b', 't.c', 't.d', 't.e']);
  });

  it('masks a key and all that refers to it alike, through cycles and declared links', async () => {
    const plan = await planOf(
      `create table a (email text primary key, boss text);
       create table b (mail text references a, back text);
       create table c (mail text unique references a);
       create table d (mail text references c (mail));`,
      { 'a.email': 'email-address' },
    );
    expect(plan.refusals).toEqual([]);
    const masks = plan.tables.flatMap(({ masks: own }) => own);
    expect(
      masks.map(({ column, technique, domain }) => [column.table, column.column, technique, domain]),
    ).toEqual([
      ['a', 'email', 'pseudonymise-email', 'email-address'],
      ['b', 'mail', 'pseudonymise-email', 'email-address'],
      ['c', 'mail', 'pseudonymise-email', 'email-address'],
      ['d', 'mail', 'pseudonymise-email', 'email-address'],
    ]);
  });

  it('takes a stand-by where the type’s technique does not fit, and refuses where the policy insists', async () => {
    const schema = 'create table t (phone text unique, born date not null)';
    const byType = await planOf(schema, { 't.phone': 'phone-number', 't.born': 'date-of-birth' });
    expect(byType.refusals).toEqual([]);
    expect(masksOf(byType)['t.phone']).toBe('pseudonymise-identifier');
    const insists = await planOf(
      schema,
      { 't.born': 'date-of-birth' },
      'rules:\n  - mask: { technique: "null" }\n',
    );
    expect(codesOf(insists)).toEqual(['technique-misfit public.t.born']);
  });

  it('refuses what would break keys, checks and exclusions', async () => {
    const plan = await planOf(
      `create table k (name text, city text, primary key (name, city));
       create table n (email text, unique nulls not distinct (email));
       create table s (start date, stop date, check (stop >= start));
       create table x (during daterange, who text, exclude using gist (during with &&));`,
      { 'k.city': 'city', 's.start': 'date-of-birth', 's.stop': 'date-of-death' },
    );
    expect(codesOf(plan)).toEqual([
      'key-may-collide public.k, key k_pkey',
      'check-across-masked-columns public.s, check s_check',
    ]);
  });

  describe('for a key of some rows', () => {
    const base =
      'create table t (id integer, mail text, gone text, "e ]mail" text); create unique index k on t';
    const predicateOf = async (predicate: string, of: string, technique: string) => {
      const catalog = await catalogOf(`${base} (id) where true`);
      const [table] = catalog.tables;
      // As SQL Server prints it, which PostgreSQL cannot be made to.
      const uniqueKeys = [{ name: 'k', columns: [of], primary: false, nullsNotDistinct: true, predicate }];
      const labels = await labelsFor(catalog, {
        [/^\w+$/.test(of) ? `t.${of}` : `t."${of}"`]: 'email-address',
      });
      const plan = planScrub({
        ...{
          catalog: { ...catalog, tables: [{ ...table, uniqueKeys }] },
          labels,
          labelsSha256: '',
          keyId: '',
        },
        policy: await policyOf(`rules: [{ mask: { technique: ${technique} } }]`),
        types: (await shippedRules()).informationTypes,
      });
      return plan.refusals.map(({ code }) => code);
    };

    it.each(['([mail] IS NOT NULL)', '(mail IS NOT NULL)', '("mail" IS NOT NULL)'])(
      'takes masks that keep NULL as NULL, and NULL itself, where it asks for a value: %s',
      async (predicate) => {
        expect(await predicateOf(predicate, 'mail', 'keyed-hash')).toEqual([]);
        expect(await predicateOf(predicate, 'mail', '"null"')).toEqual([]);
      },
    );

    it.each([
      ["([mail]='a')", 'mail', 'keyed-hash', ['partial-key-may-collide']],
      ['([e ]]mail] > 5)', 'e ]mail', 'keyed-hash', ['partial-key-may-collide']],
      ['([mail] IS NULL)', 'mail', '"null"', ['one-null-only', 'partial-key-may-collide']],
      ["([gone]='x' OR [mail] IS NOT NULL)", 'mail', '"null"', ['one-null-only', 'partial-key-may-collide']],
      ['([mail2] IS NOT NULL)', 'mail', '"null"', ['one-null-only']],
    ])('refuses what may bring other rows under it: %s', async (predicate, of, technique, refused) => {
      expect(await predicateOf(predicate, of, technique)).toEqual(refused);
    });
  });

  it('loads through the root where a mask may move rows between partitions', async () => {
    const plan = await planOf(
      `create table e (id bigint, born date, ip inet) partition by range (born);
       create table e1 partition of e for values from (minvalue) to ('2000-01-01');
       create table e2 partition of e default;
       create table f (id bigint, at date, ip inet) partition by range (at);
       create table f1 partition of f default;`,
      {
        'e.born': 'date-of-birth',
        'e1.born': 'date-of-birth',
        'e2.born': 'date-of-birth',
        'f1.ip': 'ip-address',
        'f.ip': 'ip-address',
      },
    );
    expect(plan.refusals).toEqual([]);
    expect(plan.tables.map(({ name, loadsInto }) => [name, loadsInto.name])).toEqual([
      ['e1', 'e'],
      ['e2', 'e'],
      ['f1', 'f1'],
    ]);
  });

  it('masks JSON by the paths of its label', async () => {
    const catalog = await catalogOf('create table t (profile jsonb)');
    const labels = await labelsFor(catalog, { 't.profile': 'json-with-pii' });
    const paths = { '$.contact.email': 'email-address', '$.nick': 'user-name' };
    const columns = new Map([['public.t.profile', { ...labels.columns.get('public.t.profile')!, paths }]]);
    const plan = planScrub({
      catalog,
      labels: { ...labels, columns },
      labelsSha256: '',
      policy: await policyOf('default'),
      types: (await shippedRules()).informationTypes,
      keyId: '',
    });
    expect(plan.tables[0].masks).toMatchObject([
      {
        technique: 'json-paths',
        options: {
          paths: { '$.contact.email': { technique: 'pseudonymise-email', domain: 'email-address' } },
        },
      },
    ]);
  });

  it('warns of personal data in the schema itself, without quoting it', async () => {
    const plan = await planOf(
      `create table t (a text default 'ask ana.lopez@example.org'); comment on table t is 'Owner: +49 30 901820'`,
      {},
    );
    expect(plan.warnings.map(({ code, where }) => [code, where])).toEqual([
      ['personal-data-in-schema', 'public.t'],
      ['personal-data-in-schema', 'public.t.a'],
    ]);
    expect(JSON.stringify(plan)).not.toContain('ana.lopez');
  });
});

describe('the ready policies', () => {
  it.each(['default', 'gdpr', 'pci-dss', 'hipaa'])('%s can be read', async (id) => {
    const { policies } = await shippedRules();
    expect(policies.get(id)?.policy.rules.length).toBeGreaterThan(0);
  });

  it('name file and line of a mistake', async () => {
    const broken = [
      ['rules:\n  - mask: { technique: shred }\n', 4, "there is no masking technique 'shred'"],
      ['rules:\n  - when: { type: e-mail }\n    mask: by-type\n', 4, 'there is no information type "e-mail"'],
      ['rules:\n  - mask: { technique: partial, keepEnds: 4 }\n', 4, 'there is no such option'],
      ['rules: []\n', 3, ''],
    ] as const;
    for (const [text, line, says] of broken) {
      const failure = policyOf(text);
      await expect(failure).rejects.toMatchObject({ code: 'file-format', file: 'policy.yaml', line });
      await expect(failure).rejects.toThrow(says);
    }
  });
});
