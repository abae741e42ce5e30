import { defineCheck } from '../../check.js';
import { columnsByTable } from '../../facts/labelled-column.js';
import { identifier, procedure, relation, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** Login roles beside owner and superusers that may read a table of confidential data. */
const MOST_READERS = 10;

/** Least privilege: ISO/IEC 27001 A.8.3, PCI DSS 4.0.1 req. 7.2, CIS PostgreSQL 4.6. */
export const labelOverGranted = defineCheck({
  id: 'label-over-granted',
  on: 'postgres',
  reads: ['labels', 'labelledRelations', 'columnStates'],
  evaluate: ({ labels, labelledRelations, columnStates }) => {
    const open = new Set(columnStates.filter((state) => state.publicMayRead).map(({ printed }) => printed));
    const columnsOf = columnsByTable(labels);
    return each(
      labelledRelations,
      (table) => {
        const name = relation(table);
        const own = columnsOf(table);
        const openColumns = own
          .filter(({ printed }) => open.has(printed))
          .map(({ column }) => identifier(column));
        const details = {
          subject: name,
          columns: own.map(({ printed }) => printed),
          remedy: sql(
            ...(table.publicMayRead ? [`revoke select on ${name} from public;`] : []),
            ...(openColumns.length > 0
              ? [`revoke select (${openColumns.join(', ')}) on ${name} from public;`]
              : []),
          ),
        };
        if (table.publicMayRead || openColumns.length > 0) return fail('everybody may read it', details);
        const { readers } = table;
        if (readers.length > MOST_READERS) {
          return warn(`${readers.length} login roles may read it`, {
            ...details,
            remedy: procedure(`revoke select on ${name} from those who need it not: ${readers.join(', ')}`),
          });
        }
        return pass(`${readers.length} login roles beside its owner may read it`, details);
      },
      notApplicable('none of the labelled tables is there'),
    );
  },
  remedy: procedure('revoke select from those who do not need it'),
  verify:
    "select grantee, privilege_type from information_schema.table_privileges where table_name = 'TABLE';",
});
