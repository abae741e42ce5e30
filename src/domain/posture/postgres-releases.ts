/**
 * Supported versions and their newest minor releases; postgresql.org/support/versioning. All branches are
 * released on the same days. Bring up to date with each quarterly release.
 */
export const postgresReleases = {
  asOf: '2026-11-12',
  majors: [
    { major: 14, endOfLife: '2026-11-12', latestMinor: 25 },
    { major: 15, endOfLife: '2027-11-11', latestMinor: 20 },
    { major: 16, endOfLife: '2028-11-09', latestMinor: 16 },
    { major: 17, endOfLife: '2029-11-08', latestMinor: 12 },
    { major: 18, endOfLife: '2030-11-14', latestMinor: 6 },
  ],
} as const;
