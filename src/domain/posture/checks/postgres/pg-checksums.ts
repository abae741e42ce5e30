import { defineCheck } from '../../check.js';
import { shell } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** CIS PostgreSQL 1.4.3: without checksums a damaged page is read as if it were whole. */
export const pgChecksums = defineCheck({
  id: 'pg-checksums',
  on: 'postgres',
  reads: ['settings.data_checksums'],
  evaluate: ({ settings: { data_checksums: state } }) =>
    state === 'on' ? pass('pages carry checksums') : warn('pages carry no checksums'),
  remedy: {
    ...shell('pg_checksums --enable --pgdata "$PGDATA"  # while the server is stopped'),
    then: 'restart',
  },
  verify: 'show data_checksums;',
});
