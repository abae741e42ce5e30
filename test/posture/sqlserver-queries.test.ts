import { allChecks } from '../../src/domain/posture/all-checks.generated.js';
import { sqlServerFactQueries } from '../../src/engines/sqlserver/facts/fact-queries.js';
import { auditorStatements } from '../../src/engines/sqlserver/facts/auditor-sql.js';

/** What comes with the run and not from the server. */
const given = ['today', 'labels', 'declarations', 'unmaskedColumns'];

describe('the queries for facts of SQL Server', () => {
  it('give every fact that a check reads, once, and no other', () => {
    const read = new Set(allChecks.filter(({ on }) => on === 'sqlserver').flatMap(({ reads }) => reads));
    const wanted = [...read].filter((fact) => !given.includes(fact)).sort();
    expect([...sqlServerFactQueries.map(({ fact }) => fact), 'columnEncryption'].sort()).toEqual(wanted);
  });

  it('say what proves that nothing was hidden, and a grant that the auditor has', () => {
    const statements = auditorStatements('reader').join('\n').toLowerCase();
    for (const { seen } of sqlServerFactQueries) {
      if (seen.proof === '1 = 1') continue;
      for (const grant of seen
        .grant('[reader]')
        .split('; ')
        .filter((each) => each.startsWith('grant')))
        expect(statements).toContain(grant.replace(/;$/, ''));
    }
  });

  it('only read', () => {
    for (const { sql } of sqlServerFactQueries) expect(sql).toMatch(/^select\b/);
  });
});
