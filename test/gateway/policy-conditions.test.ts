import { startGateway, type TestGateway } from '../support/gateway.js';

const clear = 'canary1@example.org';
const query = 'select email from customers where id = 1';

describe('a policy that asks who queries, and when', () => {
  let test: TestGateway;
  afterEach(() => test.stop());

  const start = async (policy: string, sections: Readonly<Record<string, string>> = {}) => {
    test = await startGateway({ policy, sections });
  };
  const shown = async (user = 'ana') =>
    ((await (await test.client(user)).query(query)).rows[0] as { email: string }).email;

  it('is asked about the role, so that a rule for others does not hold for it', async () => {
    await start(`
      id: by-role
      title: By role
      rules:
        - { when: { roles: [auditor], type: email-address }, mask: keep }
        - { when: { roles: [analyst] }, mask: { technique: fixed, value: hidden } }
        - { mask: keep }`);
    expect(await shown()).toBe('hidden');
  });

  it('is asked about the environment of the database and the purpose of the role', async () => {
    const policy = `
      id: by-purpose
      title: By purpose
      rules:
        - { when: { purposes: [billing], environments: [staging] }, mask: keep }
        - { mask: { technique: 'null' } }`;
    const file = (environment: string) =>
      `{ shop: { url: { file: upstream }, labels: labels.yaml, searchPath: [shop], environment: ${environment} } }`;
    const roles = '{ analyst: { policy: analysts.yaml, purpose: billing }, steward: { sees: clear } }';
    await start(policy, { databases: file('staging'), roles });
    expect(await shown()).toBe(clear);
    await test.stop();
    await start(policy, { databases: file('production'), roles });
    expect(await shown()).toBeNull();
  });

  it('shows users of one role their own rows only', async () => {
    await start(
      `
      id: own-rows
      title: Own rows
      rules:
        - { when: { type: email-address }, mask: { technique: 'null' }, exceptOwnRows: { column: city } }
        - { mask: keep }`,
      {
        users:
          '{ Utrecht: { role: analyst, password: { file: password } }, ana: { role: analyst, password: { file: password } } }',
      },
    );
    expect(await shown('Utrecht')).toBe(clear);
    expect(await shown('ana')).toBeNull();
  });

  it('tells rows apart by another column, for conditions, joins and sorting as well', async () => {
    await start(`
      id: rows
      title: By row
      rules:
        - { when: { type: email-address }, mask: keep, whereRows: { column: city, in: [Utrecht, Gouda] } }
        - { when: { type: email-address }, mask: { technique: fixed, value: hidden } }
        - { when: { type: person-name }, mask: { technique: redact, length: 4 }, whereRows: { column: city, equals: Utrecht } }
        - { mask: keep }`);
    await test.database.query(`
      update shop.customers set city = 'Delft' where id = 2;
      update shop.customers set city = null where id = 3`);
    const client = await test.client();
    const ask = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows as unknown;
    expect(await ask('select id, email, name from customers where id < 4 order by id')).toEqual([
      [1, clear, '****'],
      [2, 'hidden', 'Canary Person 2'],
      [3, 'hidden', '****'],
    ]);
    expect(
      await ask("select id from customers where email = 'canary2@example.org' or name like '%Person 3'"),
    ).toEqual([]);
    expect(
      await ask(
        "select count(*)::int from customers c join customers d using (email) where email = 'hidden'",
      ),
    ).toEqual([[4]]);
    // Whoever could change it could unmask rows.
    await expect(ask("update customers set city = 'Utrecht' where id = 2")).rejects.toMatchObject({
      code: '42501',
    });
    await expect(
      ask(
        "insert into customers (id, name, email, city) values (2, 'x', 'x', 'Gouda') on conflict (id) do update set city = excluded.city",
      ),
    ).rejects.toMatchObject({ code: '42501' });
    // Where the column itself is not shown, it tells nothing.
    await test.reload({
      'analysts.yaml': `
      id: rows
      title: By row
      rules:
        - { when: { type: email-address }, mask: keep, whereRows: { column: phone, isNull: false } }
        - { mask: { technique: fixed, value: hidden } }`,
    });
    expect(await ask('select email from customers where id = 1')).toEqual([[null]]);
  });

  it('masks again when an exception ends, in a session and for a statement that began before', async () => {
    const untilThen = (until: string) => `
      id: for-a-while
      title: For a while
      rules: [{ mask: { technique: 'null' } }]
      exceptions:
        - { role: analyst, column: shop.customers.email, until: '${until}', approvedBy: stew, because: a case }`;
    await start(untilThen('2020-01-01T00:00:00Z'), { catalog: '{ maxAge: 1h }' });
    const client = await test.client();
    const prepared = { name: 'one', text: query };
    let rows: readonly unknown[];
    let ends = 0;
    // On a busy machine the exception may end before it was looked at: then a longer one.
    for (let ms = 1_000; Date.now() >= ends; ms *= 2) {
      ends = Date.now() + ms;
      await test.reload({ 'analysts.yaml': untilThen(new Date(ends).toISOString()) });
      ({ rows } = await client.query(prepared));
    }
    expect(rows!).toEqual([{ email: clear }]);
    await new Promise((done) => setTimeout(done, ends - Date.now() + 20));
    expect((await client.query(prepared)).rows).toEqual([{ email: null }]);
  });

  it('refuses to serve a role that the policy does not name among its roles', async () => {
    const policy = 'id: named\ntitle: Named\nroles: { auditor: {} }\nrules: [{ mask: by-type }]';
    const begun = startGateway({ policy });
    await expect(begun).rejects.toMatchObject({ code: 'role-refused' });
    test = await startGateway();
  });
});
