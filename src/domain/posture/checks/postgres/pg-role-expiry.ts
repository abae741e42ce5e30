import { defineCheck } from '../../check.js';
import { daysAfter } from '../../days.js';
import { identifier, literal, procedure, sql } from '../../remedy.js';
import { each, pass, warn } from '../../verdict.js';

/** A password without an end outlives whoever chose it. */
export const pgRoleExpiry = defineCheck({
  id: 'pg-role-expiry',
  on: 'postgres',
  reads: ['roles', 'today'],
  evaluate: ({ roles, today }) =>
    each(
      roles.filter(({ login, validUntil }) => login && (validUntil === null || validUntil === 'infinity')),
      ({ name }) =>
        warn('its password never expires', {
          subject: `role ${name}`,
          remedy: sql(`alter role ${identifier(name)} valid until ${literal(daysAfter(today, 365))};`),
        }),
      pass('every password of a login role expires'),
    ),
  remedy: procedure('set VALID UNTIL on login roles'),
  verify: 'select rolname, rolvaliduntil from pg_roles where rolcanlogin;',
});
