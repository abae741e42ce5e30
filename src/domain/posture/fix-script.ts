import { severities } from './check-text.js';
import type { Finding } from './finding.js';
import type { PostureResults } from './posture-results.js';
import { bracket } from './sqlserver-names.js';

/**
 * A script for people to review: SQL that psql (or sqlcmd, for a SQL Server) runs as it stands, everything else as
 * comments beside it.
 * Statements that several findings share come once. Nothing in it was run.
 */
export function printFixScript({
  findings,
  finishedAt,
}: Pick<PostureResults, 'findings' | 'finishedAt'>): string {
  const open = findings.filter(
    ({ outcome, exception }) =>
      !exception && (outcome === 'fail' || outcome === 'warn' || outcome === 'unknown'),
  ) as readonly Finding[];
  const written = new Set<string>();
  const parts = [...open].sort(bySeverity).map((finding) => printFix(finding, written));
  return [
    `-- What mends the findings of ${finishedAt}. Nothing of it was run: review each part, then`,
    open.some(({ asset }) => asset.kind === 'sqlserver')
      ? '--   sqlcmd -S HOST -i THIS [-v folder=… certificate=…]'
      : '--   psql --file THIS [--set key=… --set password=… --set conninfo=…] URL',
    "-- Lines that begin with '--' are for you: other files, shells and people.",
    '',
    ...parts,
    ...(open.length === 0 ? ['-- Nothing to mend.'] : []),
    '',
  ].join('\n');
}

function printFix(finding: Finding, written: Set<string>): string {
  const { severity, check, subject, says, why, remedy, verify, place } = finding;
  const where = place ? ` (${place.file}${place.line === undefined ? '' : `:${place.line}`})` : '';
  const isSql = remedy.language === 'sql';
  const steps = remedy.steps.filter((step) => !isSql || !written.has(step) || step.startsWith('--'));
  if (isSql) for (const step of remedy.steps) written.add(step);
  return [
    `-- ${severity} ${check}: ${oneLine(subject)}${oneLine(where)}: ${oneLine(says)}`,
    `--   ${oneLine(why)}`,
    ...(isSql ? batchOf(finding, steps) : [`--   ${remedy.language}:`, ...remedy.steps.flatMap(commented)]),
    ...(isSql && steps.length === 0 ? ['--   mended by a statement above'] : []),
    ...(remedy.then === 'restart' ? ['--   then restart the server'] : []),
    ...commented(`see that it holds: ${verify}`),
    '',
  ].join('\n');
}

/** T-SQL runs in the database that was looked at, whatever a statement before has gone to. */
function batchOf({ asset }: Finding, steps: readonly string[]): readonly string[] {
  if (asset.kind !== 'sqlserver' || steps.length === 0) return steps;
  const database = decodeURIComponent(asset.name.slice(asset.name.lastIndexOf('/') + 1));
  return [`use ${bracket(database)};`, ...steps, 'go'];
}

function commented(text: string): string[] {
  return text.split('\n').map((line) => `--     ${line}`);
}

/** Names come from strangers: a line break in one would end the comment. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function bySeverity(a: Finding, b: Finding): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity);
}
