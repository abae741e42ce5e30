import { Command, Option } from 'commander';
import { printFixScript } from '../../domain/posture/fix-script.js';
import { parsePostureResults } from '../../domain/posture/posture-results.js';
import { severities, type Severity } from '../../domain/posture/check-text.js';
import { isJudged } from '../../domain/posture/score.js';
import type { Finding } from '../../domain/posture/finding.js';
import { postureSourceFor } from '../../engines/engine-registry.js';
import { readChecks } from '../../rules/read-checks.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { listChecks, showCheck } from '../posture/show-checks.js';
import { printResults } from '../posture/print-results.js';
import { type PostureChoices, postureResultsOf, postureOptions } from '../posture/posture-choices.js';
import { writeReports } from '../posture/write-reports.js';
import { listParser } from '../shared-options.js';
import type { Terminal } from '../terminal.js';
import { readTextFile, writeTextFile } from '../text-files.js';

interface CheckChoices extends PostureChoices {
  readonly report: readonly string[];
  readonly failOn?: Severity | 'none';
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `scrubjay posture …`: is it encrypted where it lies, and would an auditor believe it. */
export function postureCommand(terminal: Terminal): Command {
  const posture = new Command('posture').description(
    'check encryption at rest and the settings around it, by labels',
  );
  const check = new Command('check')
    .description('ask every check about a data source, its endpoint, Terraform, Kubernetes or a site')
    .argument('[url]', 'the data source (default: SCRUBJAY_URL)');
  for (const option of postureOptions()) check.addOption(option);
  check
    .addOption(
      new Option(
        '--report <file>',
        'write a report; its name tells the format: .html, .json, .csv, .sarif, .oscal.json, .junit.xml; repeatable',
      )
        .default([], 'none')
        .argParser(listParser),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit code 1 when a check of this severity or a higher one fails')
        .choices([...severities, 'none'])
        .default('high'),
    )
    .option('--all', 'show what passed and what does not apply, too')
    .option('--json', 'print JSON')
    .action((url: string | undefined, choices: CheckChoices) => runCheck(terminal, url, choices));
  posture.addCommand(check);

  const fix = new Command('fix')
    .description('write a script for review that mends what was found; runs nothing')
    .argument('[url]', 'the data source (default: SCRUBJAY_URL)')
    .option('--dry-run', 'print the script; must be given, since Scrubjay applies nothing')
    .option('--from-results <file>', 'mend what an earlier run found, without looking again');
  for (const option of postureOptions()) fix.addOption(option);
  fix.action((url: string | undefined, choices: FixChoices) => runFix(terminal, url, choices));
  posture.addCommand(fix);

  posture.addCommand(
    new Command('checks')
      .description('list the checks, or show one with what it reads and the controls it answers to')
      .argument('[id]', 'the check to show')
      .option('--json', 'print JSON')
      .action(async (id: string | undefined, { json = false }: { readonly json?: boolean }) => {
        const checks = await readChecks();
        if (id === undefined) listChecks(terminal, checks, json);
        else showCheck(terminal, checks, id, json);
      }),
  );
  posture.addCommand(
    new Command('auditor-sql')
      .description('print the statements that make the least-privileged role which can read every fact')
      .option('--role <name>', 'name of the role', 'scrubjay_auditor')
      .addOption(
        new Option('--engine <name>', 'the kind of server')
          .choices(['postgres', 'sqlserver'])
          .default('postgres'),
      )
      .action(({ role, engine }: AuditorChoices) => printAuditor(terminal, role, engine)),
  );
  return posture;
}

async function runCheck(terminal: Terminal, url: string | undefined, choices: CheckChoices): Promise<void> {
  const { results, checks } = await postureResultsOf(terminal, url, choices);
  await writeReports(choices.report, results, checks);
  if (choices.results !== undefined) {
    await writeTextFile(choices.results, `${JSON.stringify(results, null, 2)}\n`);
  }
  if (choices.json) terminal.printJson(results);
  else printResults(terminal, results, { all: choices.all ?? false });
  if (fails(results.findings as readonly Finding[], choices.failOn ?? 'high'))
    process.exitCode = exitCodes.findings;
}

/** True when a check of at least a severity failed; what is unknown lowers score and coverage instead. */
function fails(findings: readonly Finding[], failOn: Severity | 'none'): boolean {
  if (failOn === 'none') return false;
  const counted = severities.slice(0, severities.indexOf(failOn) + 1);
  return findings.some(
    (finding) => isJudged(finding) && finding.outcome === 'fail' && counted.includes(finding.severity),
  );
}

interface FixChoices extends PostureChoices {
  readonly dryRun?: boolean;
  readonly fromResults?: string;
}

async function runFix(terminal: Terminal, url: string | undefined, choices: FixChoices): Promise<void> {
  if (!choices.dryRun) {
    throw new UsageError(
      'Scrubjay applies no fix by itself',
      'give --dry-run for a script, review it, and run it with psql',
    );
  }
  const results =
    choices.fromResults === undefined
      ? (await postureResultsOf(terminal, url, choices)).results
      : parsePostureResults(await readTextFile(choices.fromResults), choices.fromResults);
  terminal.print(printFixScript(results).trimEnd());
}

interface AuditorChoices {
  readonly role: string;
  readonly engine: 'postgres' | 'sqlserver';
}

function printAuditor(terminal: Terminal, role: string, engine: AuditorChoices['engine']): void {
  const statements = postureSourceFor(`${engine}://localhost/`).auditorStatements(role);
  terminal.print([...aboutAuditor[engine](role), ...statements].join('\n'));
}

const aboutAuditor: Readonly<Record<AuditorChoices['engine'], (role: string) => readonly string[]>> = {
  postgres: (role) => [
    '-- A role that can read every posture fact of PostgreSQL 13 or later, and nothing else. Run as superuser in each',
    '-- database; grants on catalogs are lost on a dump and restore or a major upgrade. Then give it a password:',
    `--   \\password ${role}`,
    '-- Helpers tell kinds and names, and no secret. To let the contents of labelled columns be counted, grant',
    '-- SELECT on these columns as well; without it, these checks are unknown.',
  ],
  sqlserver: () => [
    '-- A login that can read every posture fact of SQL Server 2016 or later, and no row of any table but the record',
    '-- of backups. Run as administrator, once for each database:',
    "--   sqlcmd -S HOST -i auditor.sql -v database=shop password='…'",
    '-- On Azure SQL Database, which has no msdb and no server permissions, make a user in the database and grant it',
    '-- VIEW DATABASE STATE and what stands after the last "use".',
  ],
};
