import { defineCheck } from '../../check.js';
import { editLine, printRule } from '../../host-rules.js';
import { procedure } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** A file with a mistake is not read again: a rule that was just tightened does not hold. */
export const pgHbaError = defineCheck({
  id: 'pg-hba-error',
  on: 'postgres',
  reads: ['hostRules'],
  evaluate: ({ hostRules }) =>
    each(
      hostRules.filter(({ error }) => error !== null),
      (rule) =>
        fail('the line has a mistake: the server goes on with the rules it read before', {
          subject: printRule(rule),
          place: rule,
          remedy: editLine(rule, 's/^/# /'),
        }),
      pass('every line is understood'),
    ),
  remedy: procedure('correct the line and reload'),
  verify: 'select line_number, error from pg_hba_file_rules where error is not null;',
});
