import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { protect } from '../../src/domain/rewriting/protect.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import { loadTsqlParser } from '../../src/domain/rewriting/tsql/parser.js';
import type { MaskingSet } from './masking-set.js';
import type { CaseResult } from './run-postgres.js';
import { catalogOfFixture } from './tsql-catalog.js';

/** Decides on the T-SQL cases; with no server, the rewritten text is what is judged. */
export async function runTsqlCases(set: MaskingSet): Promise<readonly CaseResult[]> {
  await loadTsqlParser();
  const catalog = catalogOfFixture(readFileSync(join(set.folder, 'fixture.tsql.sql'), 'utf8'));
  return set.cases
    .filter(({ dialect }) => dialect === 'tsql')
    .map(({ id, role, sql, script }) => {
      const access = set.roles[role];
      const protection = protect(catalog, {
        role,
        access,
        masks: access === 'masked' ? set.masks.tsql : new Map(),
      });
      const answers = (script ?? [sql!]).map((one) =>
        rewrite(one, { protection, names: { searchPath: ['dbo'], temporary: [] } }),
      );
      const refused = answers.find(({ outcome }) => outcome === 'refused');
      if (refused?.outcome === 'refused')
        return { id, outcome: 'denied', text: `${refused.code}: ${refused.reason}` };
      return {
        id,
        outcome: 'rewritten',
        text: answers.map((answer) => ('sql' in answer ? answer.sql : '')).join('\n'),
      };
    });
}
