import { defineCheck } from '../../check.js';
import { daysBetween, EVIDENCE_DAYS } from '../../days.js';
import { procedure, yaml } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** Whatever is set, some errors quote a value (`value "…" is out of range`): logs are labelled data. */
export const pgLogResidual = defineCheck({
  id: 'pg-log-residual',
  on: 'postgres',
  reads: ['declarations', 'today'],
  evaluate: ({ declarations: { logs }, today }) => {
    const details = {
      remedy: yaml(
        '# encrypt the logs, let them expire, and declare it in the file given with --declarations:',
        `logs: { encrypted: true, by: LUKS2 on /var/log and 30 days of logrotate, seen: ${today} }`,
      ),
    };
    if (!logs?.encrypted) {
      return warn(
        'errors may quote values whatever is set, and no protection of the logs is declared',
        details,
      );
    }
    return daysBetween(logs.seen, today) > EVIDENCE_DAYS
      ? warn(`the logs are protected by ${logs.by}, last seen ${logs.seen}`, details)
      : pass(`the logs are protected by ${logs.by}, seen ${logs.seen}`, details);
  },
  remedy: procedure('encrypt the logs, let them expire, and declare it'),
  verify: 'look at the storage of the log folder, and at what empties it',
});
