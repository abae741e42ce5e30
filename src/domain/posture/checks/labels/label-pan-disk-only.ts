import { defineCheck } from '../../check.js';
import { isCardNumber, relationOf } from '../../facts/labelled-column.js';
import { procedure, relation, yaml } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/**
 * PCI DSS 4.0.1 req. 3.5.1.2: encryption of the disk alone does not make card numbers unreadable. Some
 * assessors read "transparent decryption" as including TDE, hence the warning.
 */
export const labelPanDiskOnly = defineCheck({
  id: 'label-pan-disk-only',
  on: 'postgres',
  reads: ['labels', 'declarations', 'labelledRelations'],
  evaluate: ({ labels, declarations, labelledRelations }) =>
    each(
      labels.filter(isCardNumber),
      (column) => {
        const details = {
          subject: column.printed,
          columns: [column.printed],
          remedy: yaml(
            '# encrypt or tokenise the column in the application, with keys that the server does not hold; then declare it:',
            `columns: { '${column.printed}': encrypted-by-application }`,
          ),
        };
        const declared = declarations.columns[column.printed];
        if (declared) return pass(`the column is ${declared.replaceAll('-', ' ')}`, details);
        const name = relation(relationOf(column));
        const stored = labelledRelations.find((each) => relation(each) === name);
        if (stored?.accessMethod === 'tde_heap')
          return warn('only transparent encryption protects it', details);
        if (declarations.disk?.encrypted) return fail('only encryption of the disk protects it', details);
        return fail('nothing is known to protect it', details);
      },
      notApplicable('no column is labelled as card number'),
    ),
  remedy: procedure(
    'encrypt or tokenise the column in the application, with keys that the database server does not hold',
    "then declare it: columns: { 'schema.table.column': encrypted-by-application }",
  ),
  verify: 'label-pan-in-clear finds no card number in the column',
});
