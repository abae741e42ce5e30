import { defineCheck } from '../../check.js';
import { shell } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** Fewer different values than this are shared by chance. */
const SMALLEST_DOMAIN = 50;

/** What stand-ins share with real values by nature: drawn from the same lists. */
const commonWords = new Set([
  ...[
    'given-name',
    'family-name',
    'middle-name',
    'person-name',
    'city',
    'region',
    'postal-code',
    'nationality',
  ],
  ...[
    'gender',
    'marital-status',
    'job-title',
    'date-of-birth',
    'age',
    'religion',
    'ethnicity',
    'health-diagnosis',
  ],
  ...['medication', 'blood-type', 'education', 'cardholder-name', 'user-agent', 'salary', 'income'],
]);

/** PCI DSS 4.0.1 req. 6.5.5, ISO/IEC 27001 A.8.33: copies for tests hold no value of production. */
export const labelLowerEnvSame = defineCheck({
  id: 'label-lower-env-same',
  on: 'postgres',
  reads: ['labels', 'declarations', 'sharedValues'],
  evaluate: ({ labels, declarations, sharedValues }) =>
    each(
      declarations.environment === 'production' ? [] : sharedValues,
      ({ printed, here, production, common }) => {
        const details = { subject: printed, columns: [printed] };
        const type = labels.find((label) => label.printed === printed)?.informationType ?? '';
        const least = Math.min(here, production);
        const share = least === 0 ? 0 : common / least;
        const says = `${common} of ${least} compared values are those of production`;
        if (here === 0) return pass('holds no value', details);
        if (commonWords.has(type) || least < SMALLEST_DOMAIN) {
          return share > 0
            ? unknown(`${says}; so few or so common values may agree by chance`, details)
            : pass(says, details);
        }
        if (share > 0.05) return fail(says, details);
        return share > 0 ? warn(says, details) : pass(says, details);
      },
      notApplicable('this is production'),
    ),
  remedy: shell(
    'scrubjay scrub --from PRODUCTION --to THIS --labels labels.yaml --policy gdpr --key-file masking.key --replace',
  ),
  verify: 'scrubjay verify --from PRODUCTION --to THIS --labels labels.yaml --policy gdpr',
});
