import type { Catalog } from '../../src/domain/catalog/catalog.js';
import { decideRoleView } from '../../src/domain/policy/decide-role-view.js';
import type { QuerySubject } from '../../src/domain/policy/query-subject.js';
import type { RoleView } from '../../src/domain/rewriting/rewrite-context.js';
import { catalogOf, labelsFor, policyOf, shippedRules } from '../support/planning.js';

const schema = `
  create table people (id int primary key, email text not null unique, born date, owner text, note text, height int)`;

const policy = `
roles:
  analyst: {}
  support: { purposes: [complaint] }
  steward: { access: clear }
exceptions:
  - { role: analyst, column: '*.people.born', until: '2026-02-01T00:00:00Z', approvedBy: Eva, because: cohort study }
rules:
  - { when: { roles: [support], type: email-address }, mask: keep, because: they answer by mail }
  - { when: { environments: [staging], type: email-address }, mask: { technique: redact } }
  - { when: { time: { from: '2026-03-01T00:00:00Z' }, type: email-address }, mask: { technique: 'null' } }
  - { when: { type: email-address }, mask: { technique: partial, keepEnd: 4 }, exceptOwnRows: { column: owner } }
  - { when: { type: date-of-birth }, mask: { technique: generalise-date } }
`;

describe('what a role sees', () => {
  let catalog: Catalog;

  beforeAll(async () => {
    catalog = await catalogOf(schema);
  });

  const analyst: QuerySubject = { role: 'analyst', at: new Date('2026-02-10T00:00:00Z') };

  it('is decided by the first rule that holds for label, role, environment and time', async () => {
    expect(techniquesOf(await viewOf(analyst))).toMatchObject({ email: 'partial', born: 'generalise-date' });
    expect(techniquesOf(await viewOf({ ...analyst, environment: 'staging' }))).toMatchObject({
      email: 'redact',
    });
    expect(techniquesOf(await viewOf({ ...analyst, at: new Date('2026-03-02T00:00:00Z') }))).toMatchObject({
      email: 'null',
    });
    const support = await viewOf({ ...analyst, role: 'support', purpose: 'complaint' });
    expect(techniquesOf(support)).not.toHaveProperty('email');
  });

  it('has rows of their own as they are, where the rule says so and the credential names them', async () => {
    const { masks } = await viewOf({ ...analyst, attributes: { user: 'ana' } });
    expect(masks.get('public.people.email')).toMatchObject({ unless: { column: 'owner', equals: 'ana' } });
    expect((await viewOf(analyst)).masks.get('public.people.email')).not.toHaveProperty('unless');
  });

  it('has exceptions until they end', async () => {
    const before = await viewOf({ ...analyst, at: new Date('2026-01-31T23:59:59Z') });
    expect(techniquesOf(before)).not.toHaveProperty('born');
    expect(techniquesOf(await viewOf({ ...analyst, at: new Date('2026-02-01T00:00:00Z') }))).toHaveProperty(
      'born',
    );
  });

  it('hides what nobody decided', async () => {
    const types = { 'people.email': 'email-address', 'people.height': 'iban' };
    const labels = await labelsFor(catalog, types);
    const columns = new Map([...labels.columns].filter(([name]) => name !== 'public.people.note'));
    const view = await viewOf(analyst, { ...labels, columns });
    // Without a label, and with one that no rule speaks of.
    expect(techniquesOf(view)).toMatchObject({ note: 'null', height: 'null' });
  });

  it('is nothing for a role that the policy does not know, or that asks for no purpose of its own', async () => {
    await expect(viewOf({ ...analyst, role: 'stranger' })).rejects.toMatchObject({ code: 'role-refused' });
    await expect(viewOf({ ...analyst, role: '__proto__' })).rejects.toMatchObject({ code: 'role-refused' });
    await expect(viewOf({ ...analyst, role: 'support' })).rejects.toMatchObject({ code: 'role-refused' });
  });

  it('is everything for a role with clear access', async () => {
    expect(await viewOf({ ...analyst, role: 'steward' })).toMatchObject({ access: 'clear' });
  });

  async function viewOf(
    subject: QuerySubject,
    labels?: Awaited<ReturnType<typeof labelsFor>>,
  ): Promise<RoleView> {
    const { informationTypes: types } = await shippedRules();
    const own =
      labels ??
      (await labelsFor(catalog, { 'people.email': 'email-address', 'people.born': 'date-of-birth' }));
    return decideRoleView({ catalog, labels: own, policy: (await policyOf(policy)).policy, types, subject });
  }
});

function techniquesOf({ masks }: RoleView): Readonly<Record<string, string>> {
  return Object.fromEntries([...masks.values()].map(({ column, technique }) => [column.column, technique]));
}
