import { defineCheck } from '../../check.js';
import { daysBetween } from '../../days.js';
import { postgresReleases } from '../../postgres-releases.js';
import { procedure } from '../../remedy.js';
import { fail, pass, unknown, warn } from '../../verdict.js';

/** A list older than this does not know the newest fixes. */
const LIST_DAYS = 180;

/** A version after its end gets no fixes: ISO/IEC 27001 A.8.8, PCI DSS 4.0.1 req. 6.3.3. */
export const pgEol = defineCheck({
  id: 'pg-eol',
  on: 'postgres',
  reads: ['server', 'today'],
  evaluate: ({ server: { versionNumber }, today }) => {
    const major = Math.floor(versionNumber / 10_000);
    const minor = versionNumber % 10_000;
    const release = postgresReleases.majors.find((each) => each.major === major);
    if (!release) {
      return major < postgresReleases.majors[0].major
        ? fail(`PostgreSQL ${major} gets no fixes any more`)
        : unknown(`PostgreSQL ${major} came after the list that Scrubjay has (${postgresReleases.asOf})`);
    }
    const left = daysBetween(today, release.endOfLife);
    if (left < 0) return fail(`PostgreSQL ${major} gets no fixes since ${release.endOfLife}`);
    if (left < 183) return warn(`PostgreSQL ${major} gets fixes until ${release.endOfLife} only`);
    if (minor < release.latestMinor)
      return warn(`${major}.${minor} lacks fixes up to ${major}.${release.latestMinor}`);
    return daysBetween(postgresReleases.asOf, today) > LIST_DAYS
      ? unknown(`${major}.${minor} was current on ${postgresReleases.asOf}; newer fixes are not known here`)
      : pass(`${major}.${minor} has the fixes of ${postgresReleases.asOf}`);
  },
  remedy: procedure('install the newest minor release of a supported major version', 'restart the server'),
  verify: 'show server_version;',
});
