import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** Every confidential column has a rule that masks it wherever a copy or query leaves production. */
export const labelNoMaskPolicy = defineCheck({
  id: 'label-no-mask-policy',
  on: 'postgres',
  reads: ['labels', 'unmaskedColumns'],
  evaluate: ({ unmaskedColumns }) =>
    unmaskedColumns.length === 0
      ? pass('the policy masks every confidential column')
      : unmaskedColumns.map((column) =>
          fail('no rule of the policy masks it', { subject: column, columns: [column] }),
        ),
  remedy: procedure(
    "add a rule for the label to the policy; 'scrubjay policy check POLICY --labels labels.yaml' shows what becomes of each",
  ),
  verify: 'scrubjay policy check POLICY --labels labels.yaml',
});
