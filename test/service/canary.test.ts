import { ApiClient } from '../support/api-client.js';
import { createDatabase, serverUrl } from '../support/databases.js';
import { pause } from '../support/jobs.js';
import { work } from '../support/serve.js';
import { startService, type TestService } from '../support/service.js';

/** Secrets and personal data that must be nowhere but where they were put. */
const canaries = {
  password: 'canary-password-7391',
  email: 'canary.person@example.org',
  iban: 'GB33BUKB20201555555555',
  note: 'canary-note-of-a-patient',
};

describe('secrets and personal data', () => {
  let service: TestService;
  const lines: string[] = [];
  const answers: string[] = [];
  beforeAll(async () => {
    service = await startService({ LOG_LEVEL: 'trace' }, { write: (line) => void lines.push(line) });
  });
  afterAll(() => service.stop());

  it('enter no log line, no answer, no job and no event of the audit log', async () => {
    const tenant = await service.tenant(['tenant-admin', 'steward', 'operator', 'auditor']);
    const client = new ApiClient(service, tenant.token);
    const call: ApiClient['call'] = async (...request) => {
      const answer = await client.call(...request);
      answers.push(answer.text, JSON.stringify(answer.headers));
      return answer as never;
    };
    const production = await createDatabase(`
      create role canary_reader login password '${canaries.password}';
      create table people (id int primary key, email text unique, iban text, note text);
      insert into people values (1, '${canaries.email}', '${canaries.iban}', '${canaries.note}');
      grant select on people to canary_reader;
    `);
    const working = await work(service.foundation);
    try {
      const location = new URL(serverUrl(production.name));
      location.username = 'canary_reader';
      location.password = canaries.password;
      const register = (name: string, url: string) =>
        call<{ id: string }>('POST', '/data-sources', {
          body: { name, environment: 'production', location: url },
        });
      const { id } = (await register('shop', location.href)).body;
      await call('POST', `/data-sources/${id}/test`);
      await call('POST', `/data-sources/${id}/scans`);
      await settled();

      // What goes wrong must tell nothing either: refused passwords, unknown databases, bad bodies.
      location.password = `wrong-${canaries.password}`;
      const wrong = (await register('wrong password', location.href)).body.id;
      await call('POST', `/data-sources/${wrong}/test`);
      await call('POST', `/data-sources/${wrong}/scans`);
      await settled();
      await register('bad option', `${location.href}?sslkey=${canaries.password}`);
      await register('no URL', canaries.password);
      await call('POST', '/data-sources', {
        body: `{"location":"${canaries.password}"`,
        headers: { 'content-type': 'application/json' },
      });
      await call('POST', '/data-sources', { body: { [canaries.password]: canaries.email } });
      await call('GET', `/labels?column=${canaries.email}&${canaries.note}=1`);
      await call('GET', `/${canaries.note}`);
      await new ApiClient(service, `sj_aaaaaaaaaaaa_${canaries.password.padEnd(43, 'x')}`).get('/labels');

      for (const path of [
        '/findings',
        '/labels',
        '/jobs',
        '/scans',
        '/audit-events',
        '/audit-events/export',
        '/data-sources',
      ]) {
        await call('GET', path);
      }
      const { body } = await call<{ items: { id: string }[] }>('GET', '/findings');
      expect(body.items.length).toBeGreaterThan(3);
      for (const finding of body.items) await call('GET', `/findings/${finding.id}`);
    } finally {
      await working.stop();
      await production.drop();
      await service.own.query('drop role canary_reader');
    }

    // The sender's own words come back in what names its mistake: an unknown field, a path that is not there.
    const echoed = answers.filter((text) => text.includes('unrecognized') || text.includes('Unrecognized'));
    const leaks = Object.values(canaries).flatMap((canary) => [
      ...lines.filter((line) => line.includes(canary)).map((line) => `log: ${line.slice(0, 300)}`),
      ...answers
        .filter((text) => text.includes(canary) && !echoed.includes(text))
        .map((text) => `answer: ${text.slice(0, 300)}`),
    ]);
    expect(leaks).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);

    for (const { name } of await service.own.query<{ name: string }>(
      `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    )) {
      for (const canary of Object.values(canaries)) {
        const rows = await service.own.query(`select from ${name} as t where t::text like $1`, [
          `%${canary}%`,
        ]);
        expect([name, canary, rows.length]).toEqual([name, canary, 0]);
      }
    }
  });

  async function settled(): Promise<void> {
    for (;;) {
      const open = await service.own.query(`select from jobs where state in ('queued', 'running')`);
      if (open.length === 0) return;
      await pause(50);
    }
  }
});
