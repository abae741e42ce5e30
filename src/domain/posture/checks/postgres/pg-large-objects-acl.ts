import { defineCheck } from '../../check.js';
import { setting, sql } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** Large objects have privileges of their own, which nobody looks at; lo_compat_privileges switches them off. */
export const pgLargeObjectsAcl = defineCheck({
  id: 'pg-large-objects-acl',
  on: 'postgres',
  reads: ['publicLargeObjects', 'settings.lo_compat_privileges'],
  evaluate: ({ publicLargeObjects, settings }) => [
    settings.lo_compat_privileges === 'on'
      ? fail('privileges of large objects are not checked at all', {
          remedy: setting('lo_compat_privileges', 'off'),
        })
      : pass('privileges of large objects are checked'),
    ...publicLargeObjects.map(({ oid }) =>
      fail('everybody may read it', {
        subject: `large object ${oid}`,
        remedy: sql(`revoke select on large object ${oid} from public;`),
      }),
    ),
  ],
  remedy: setting('lo_compat_privileges', 'off'),
  verify: 'select oid, lomacl from pg_largeobject_metadata;',
});
