import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { notApplicable, pass, warn } from '../../verdict.js';

/** CIS PostgreSQL 6.10; the default of PostgreSQL before 19 lets MEDIUM and 3DES in. */
export const pgTlsCiphers = defineCheck({
  id: 'pg-tls-ciphers',
  on: 'postgres',
  reads: ['settings.ssl_ciphers'],
  evaluate: ({ settings: { ssl_ciphers: ciphers } }) => {
    if (ciphers === undefined || ciphers === 'none') return notApplicable('the server is built without TLS');
    const weak = ciphers
      .split(/[: ,]/)
      .filter((each) => /^(?![!-]).*(3DES|DES-|MEDIUM|LOW|RC4|NULL|EXP|\bALL\b)/.test(each));
    return weak.length === 0 ? pass('allows strong ciphers only') : warn(`allows ${weak.join(', ')}`);
  },
  remedy: setting('ssl_ciphers', 'HIGH:!aNULL:!3DES'),
  verify: 'show ssl_ciphers;',
});
