import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { proposeLabels, unreviewedColumns } from '../../src/runs/propose-labels.js';
import { readClassifier } from '../../src/rules/read-classifier.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { labelsFor, policyOf, shippedRules } from '../support/planning.js';

const schema = `
  create table people (id integer primary key, mail text, nick text, code text not null, badge text unique not null);
  insert into people select i, 'ana' || i || '@corp.example', 'n', 'c', 'b' || i from generate_series(1, 50) i;`;

describe('columns that nobody has reviewed', () => {
  let source: TestDatabase;
  beforeAll(async () => {
    source = await createDatabase(schema);
  });
  afterAll(() => source.drop());

  async function planWith(policy: string) {
    const session = await postgresEngine.open(source.url);
    try {
      const catalog = await session.introspect();
      const all = await labelsFor(catalog, {});
      const columns = new Map(all.columns);
      for (const name of ['mail', 'code', 'badge']) columns.delete(`public.people.${name}`);
      const nick = columns.get('public.people.nick')!;
      columns.set('public.people.nick', { ...nick, structure: '0000000000000000' });
      const labels = { ...all, columns };
      const rules = await shippedRules();
      const proposals = await proposeLabels(
        unreviewedColumns(catalog, labels),
        session,
        await readClassifier(rules),
      );
      return planScrub({
        ...{ catalog, labels, labelsSha256: '', keyId: '', types: rules.informationTypes, proposals },
        policy: await policyOf(policy),
      });
    } finally {
      await session.close();
    }
  }
  const rules = 'rules: [{ when: {}, mask: keep }]\n';

  it('stop a run, each with what a scan takes it for', async () => {
    const { refusals } = await planWith(rules);
    expect(refusals.map(({ code, where }) => `${code} ${where}`).sort()).toEqual([
      'changed-column public.people.nick',
      'unlabelled-column public.people.badge',
      'unlabelled-column public.people.code',
      'unlabelled-column public.people.mail',
    ]);
    expect(refusals.find(({ where }) => where.endsWith('mail'))!.problem).toMatch(
      /a scan takes it for email-address \(\d+ % sure\)/,
    );
  });

  it('are emptied where the policy says quarantine: null, but for keys, and told of', async () => {
    const plan = await planWith(`quarantine: null\n${rules}`);
    expect(plan.tables[0].masks.map(({ column, technique }) => [column.column, technique])).toEqual([
      ['mail', 'null'],
      ['nick', 'null'],
      ['code', 'fixed'],
    ]);
    expect(
      plan.warnings.filter(({ code }) => code === 'quarantined-column').map(({ where }) => where),
    ).toEqual(expect.arrayContaining(['public.people.mail', 'public.people.nick', 'public.people.code']));
    expect(plan.refusals.map(({ where }) => where)).toEqual(['public.people.badge']);
  });
});
