import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** An untrusted language reaches the server's files and network with the server's rights. */
export const pgUntrustedLang = defineCheck({
  id: 'pg-untrusted-lang',
  on: 'postgres',
  reads: ['untrustedLanguages'],
  evaluate: ({ untrustedLanguages }) =>
    each(
      untrustedLanguages,
      ({ language, extension }) =>
        fail('its functions can do what the server can', {
          subject: `language ${language}`,
          remedy: sql(
            extension === null
              ? `drop language ${identifier(language)};`
              : `drop extension ${identifier(extension)};`,
          ),
        }),
      pass('no untrusted language is installed'),
    ),
  remedy: procedure('drop the language, after its functions'),
  verify: 'select lanname from pg_language where not lanpltrusted;',
});
