import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { fail, pass, warn } from '../../verdict.js';

/** CIS PostgreSQL 3.2: reads of labelled objects are recorded by pgaudit, without their parameters. */
export const pgAuditExt = defineCheck({
  id: 'pg-audit-ext',
  on: 'postgres',
  reads: ['settings.shared_preload_libraries', 'settings.pgaudit.log', 'settings.pgaudit.log_parameter'],
  evaluate: ({ settings }) => {
    if (!/(^|[ ,])pgaudit([ ,]|$)/.test(settings.shared_preload_libraries ?? ''))
      return fail('pgaudit is not loaded');
    const what = settings['pgaudit.log'] ?? 'none';
    if (what === 'none') return fail('pgaudit is loaded and records nothing');
    if (settings['pgaudit.log_parameter'] === 'on') return warn('pgaudit records bind values');
    return pass(`pgaudit records ${what}`);
  },
  remedy: {
    ...sql(
      '-- install the package of pgaudit first: without the library the server does not start',
      "alter system set shared_preload_libraries = 'pgaudit';  -- beside those that are there",
      "alter system set pgaudit.log = 'role, ddl, read';",
      "alter system set pgaudit.log_parameter = 'off';",
    ),
    then: 'restart',
  },
  verify: 'show pgaudit.log;',
});
