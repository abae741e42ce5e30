// Closes a CI run: names every test that was skipped and fails on one that has no reason here.
import { readFileSync } from 'node:fs';

/** Test names (by their beginning) that a bare machine may skip, and why. */
const mayBeSkipped = new Map([
  ['a folder goes on where a file may not be read', 'run as root, which may read every file'],
  ['on a real SQL Server', 'none runs here; MSSQL_URL=… npm run test:sqlserver runs them'],
  ['an OSCAL report is valid by the published JSON schema', 'OSCAL_SCHEMA names no copy of that schema'],
  ['the service, when its database has a full disk', 'needs a small disk, which only root may mount'],
  ['traces by OpenTelemetry', 'needs OpenTelemetry from the npm registry, which .ci/run installs beside'],
  ['drivers of other languages through the gateway', 'needs Python with psycopg, or Java with pgJDBC'],
]);

const results = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = results.testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter(
  ({ status }) => status === 'pending' || status === 'todo' || status === 'skipped',
);

const unexplained = skipped.filter(({ fullName }) => {
  const reason = [...mayBeSkipped].find(([beginning]) => fullName.startsWith(beginning))?.[1];
  console.log(`skipped: ${fullName}: ${reason ?? 'for no reason known to .ci/summary.mjs'}`);
  return reason === undefined;
});

const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
console.log(`${results.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
if (failed > 0 || unexplained.length > 0 || results.numPassedTests === 0) process.exitCode = 1;
