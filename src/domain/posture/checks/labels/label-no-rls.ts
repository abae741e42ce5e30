import { defineCheck } from '../../check.js';
import { columnsByTable } from '../../facts/labelled-column.js';
import { identifier, procedure, relation, sql } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** Tables that keep several tenants' data are guarded row by row, from their owner too. */
export const labelNoRls = defineCheck({
  id: 'label-no-rls',
  on: 'postgres',
  reads: ['labels', 'labelledRelations'],
  evaluate: ({ labels, labelledRelations }) => {
    const columnsOf = columnsByTable(labels);
    return each(
      labelledRelations.filter(
        ({ tenantColumn, kind }) => tenantColumn !== null && (kind === 'table' || kind === 'partitioned'),
      ),
      ({ tenantColumn, rowSecurity, forceRowSecurity, ...table }) => {
        const name = relation(table);
        const key = identifier(tenantColumn!);
        const details = {
          subject: name,
          columns: columnsOf(table).map(({ printed }) => printed),
          remedy: sql(
            ...(rowSecurity
              ? []
              : [
                  `create policy tenant_rows on ${name} using (${key}::text = current_setting('app.tenant', true));`,
                  `alter table ${name} enable row level security;`,
                ]),
            `alter table ${name} force row level security;`,
          ),
        };
        if (!rowSecurity) return warn(`has the column ${key}, and no row-level security`, details);
        return forceRowSecurity
          ? pass('row-level security holds for its owner too', details)
          : warn('row-level security does not hold for its owner', details);
      },
      notApplicable('no labelled table has a column that tells tenants apart'),
    );
  },
  remedy: procedure('enable and force row-level security'),
  verify: "select relname, relrowsecurity, relforcerowsecurity from pg_class where relkind in ('r', 'p');",
});
