import { defineCheck } from '../../check.js';
import { shell } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** Types with so few different values that equal ciphertexts tell them. */
const fewValues = new Set([
  'gender',
  'blood-type',
  'marital-status',
  'religion',
  'ethnicity',
  'card-cvv',
  'health-diagnosis',
]);

/** Always Encrypted keeps restricted columns from administrators; deterministic encryption of few values tells them apart. */
export const labelAeMissing = defineCheck({
  id: 'label-ae-missing',
  on: 'sqlserver',
  reads: ['labels', 'columnEncryption'],
  evaluate: ({ labels, columnEncryption }) => {
    const states = new Map(columnEncryption.map((state) => [state.printed, state]));
    return each(
      labels.filter(({ sensitivity }) => sensitivity === 'restricted'),
      ({ printed, informationType }) => {
        const details = { subject: printed, columns: [printed] };
        const found = states.get(printed);
        if (!found) return unknown('the column cannot be seen', details);
        if (found.type === null) return fail('is not under Always Encrypted', details);
        return found.type === 'deterministic' && fewValues.has(informationType)
          ? warn('is encrypted deterministically, and has few different values', details)
          : pass(`is under Always Encrypted (${found.type})`, details);
      },
      notApplicable('no column is labelled as restricted'),
    );
  },
  remedy: shell(
    '$settings = New-SqlColumnEncryptionSettings -ColumnName SCHEMA.TABLE.COLUMN -EncryptionType Randomized -EncryptionKey CEK1',
    'Set-SqlColumnEncryption -InputObject $database -ColumnEncryptionSettings @($settings)  # PowerShell, module SqlServer',
  ),
  verify: 'select name, encryption_type_desc from sys.columns where encryption_type is not null;',
});
