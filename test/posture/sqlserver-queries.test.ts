import { allChecks } from '../../src/domain/posture/all-checks.generated.js';
import { sqlServerFactQueries } from '../../src/engines/sqlserver/facts/fact-queries.js';

/** What comes with the run and not from the server. */
const given = ['today', 'labels', 'declarations', 'unmaskedColumns'];

describe('the queries for facts of SQL Server', () => {
  it('give every fact that a check reads, once, and no other', () => {
    const read = new Set(allChecks.filter(({ on }) => on === 'sqlserver').flatMap(({ reads }) => reads));
    const wanted = [...read].filter((fact) => !given.includes(fact)).sort();
    expect(sqlServerFactQueries.map(({ fact }) => fact).sort()).toEqual(wanted);
  });

  it('say what proves that nothing was hidden, and the grant', () => {
    for (const { proof, grant } of sqlServerFactQueries) {
      expect(proof).not.toBe('');
      if (proof !== '1 = 1') expect(grant).toMatch(/^(use \w+; )?grant /);
    }
  });
});
