import { defineCheck } from '../../check.js';
import { isPassword, relationOf } from '../../facts/labelled-column.js';
import { identifier, procedure, relation, sql } from '../../remedy.js';
import { unreadColumn } from '../../unread-column.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** Passwords are kept as slow, salted hashes: OWASP Password Storage Cheat Sheet; PCI DSS 4.0.1 req. 8.3.2. */
export const labelPasswordFormat = defineCheck({
  id: 'label-password-format',
  on: 'postgres',
  reads: ['labels', 'columnContents', 'columnStates', 'server'],
  evaluate: ({ labels, columnContents, columnStates, server }) =>
    each(
      labels.filter(isPassword),
      (column) => {
        const content = columnContents.find(({ printed }) => printed === column.printed);
        if (!content) return unreadColumn(column, server.role);
        const type = columnStates.find(({ printed }) => printed === column.printed)?.type;
        const table = relation(relationOf(column));
        const name = identifier(column.column);
        // Wraps what stands there, whatever it is; the application hashes the same way before it compares.
        const remedy = sql(
          'create extension if not exists pgcrypto;',
          ...(type === 'text' ? [] : [`alter table ${table} alter column ${name} type text;`]),
          `update ${table} set ${name} = crypt(${name}, gen_salt('bf', 12)) where ${name} !~ '^\\$(2[abxy]\\$1|argon2|7|y|gy|5|6|scrypt|pbkdf2)';`,
          `vacuum (full, analyze) ${table};`,
        );
        const details = { subject: column.printed, columns: [column.printed], remedy };
        const bare = content.values - content.passwordHashes;
        if (bare > 0)
          return fail(`${bare} of ${content.values} values are not in the form of a password hash`, details);
        if (content.weakHashes > 0)
          return warn(`${content.weakHashes} bcrypt hashes have a cost below 10`, details);
        return pass(`all ${content.values} values are password hashes`, details);
      },
      notApplicable('no column is labelled as password'),
    ),
  remedy: procedure('hash the values with argon2id or bcrypt; hash anew at the next login'),
  verify: 'run the check again: it counts values by the form of their hash',
});
