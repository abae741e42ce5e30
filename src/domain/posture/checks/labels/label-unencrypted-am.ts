import { defineCheck } from '../../check.js';
import { judgeDisk } from '../../disk-evidence.js';
import { columnsByTable } from '../../facts/labelled-column.js';
import { procedure, relation, sql } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** Restricted columns lie in encrypted storage: a table of pg_tde, or else an encrypted disk. */
export const labelUnencryptedAm = defineCheck({
  id: 'label-unencrypted-am',
  on: 'postgres',
  reads: ['today', 'labels', 'declarations', 'labelledRelations', 'keyProviders'],
  evaluate: ({ today, labels, declarations, labelledRelations, keyProviders }) => {
    const restricted = labels.filter(({ sensitivity }) => sensitivity === 'restricted');
    const columns = restricted.map(({ printed }) => printed);
    if (restricted.length === 0) return notApplicable('no column is labelled as restricted');
    if (keyProviders.length === 0) return { ...judgeDisk(today, declarations.disk), columns };
    const stored = labelledRelations.filter(({ kind }) => kind === 'table' || kind === 'materialised-view');
    const columnsOf = columnsByTable(restricted);
    return stored.flatMap((each) => {
      const own = columnsOf(each);
      if (own.length === 0) return [];
      const details = {
        subject: relation(each),
        columns: own.map(({ printed }) => printed),
        remedy: sql(`alter table ${relation(each)} set access method tde_heap;`),
      };
      return each.accessMethod === 'tde_heap'
        ? [pass('the table is encrypted by pg_tde', details)]
        : [
            fail(
              `the table is stored as ${each.accessMethod ?? 'nothing'}, which pg_tde does not encrypt`,
              details,
            ),
          ];
    });
  },
  remedy: procedure('encrypt the disk and declare it, or use pg_tde'),
  verify: 'select relname, amname from pg_class c join pg_am a on a.oid = c.relam;',
});
