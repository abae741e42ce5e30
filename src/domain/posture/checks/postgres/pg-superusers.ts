import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { fail, pass, warn } from '../../verdict.js';

/** CIS PostgreSQL 4.3: a superuser is bound by nothing, row-level security and privileges included. */
export const pgSuperusers = defineCheck({
  id: 'pg-superusers',
  on: 'postgres',
  reads: ['roles', 'declarations'],
  evaluate: ({ roles, declarations: { roles: declared } }) => {
    const found = roles.filter(({ superuser, login }) => superuser && login);
    const excess = found.filter(({ name }) => !declared.superusers.includes(name));
    const bad = excess.filter(({ name }) => found.length > 1 || declared.applications.includes(name));
    // One is needed; which of several it is, is not known here. The first made is usually the bootstrap one.
    const judged = declared.superusers.length > 0 ? bad : bad.filter(({ name }) => name !== 'postgres');
    if (judged.length === 0) return pass(`${found.length} superuser that may log in, as meant`);
    return judged.map(({ name }) => {
      const details = { subject: `role ${name}`, remedy: sql(`alter role ${identifier(name)} nosuperuser;`) };
      return declared.applications.includes(name)
        ? fail('an application logs in as superuser', details)
        : warn('one more superuser that may log in', details);
    });
  },
  remedy: procedure('keep one superuser, for people, and declare it under roles.superusers'),
  verify: 'select rolname from pg_roles where rolsuper and rolcanlogin;',
});
