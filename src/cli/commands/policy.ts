import { Command } from 'commander';
import type { Catalog } from '../../domain/catalog/catalog.js';
import { findColumns } from '../../domain/classification/label-decisions.js';
import type { QuerySubject } from '../../domain/policy/query-subject.js';
import type { ReadPolicy } from '../../domain/policy/policy-file.js';
import { planScrub } from '../../domain/scrub/plan-scrub.js';
import type { PlanProblem } from '../../domain/scrub/scrub-plan.js';
import { engineFor } from '../../engines/engine-registry.js';
import { readRules, type Rules } from '../../rules/read-rules.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { type LabelsOnDisk, readLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { precedenceLines } from '../policy/precedence.js';
import { decisionsOn, type LabelDecision, problemsOf } from '../policy/label-decisions-of-policy.js';
import { printWhen, showPolicy } from '../policy/show-policy.js';
import { readPolicyNamed } from '../policy-location.js';
import { printTable } from '../print-table.js';
import { styleOfSensitivity } from '../sensitivity-style.js';
import { showPolicyOnServer } from '../server/policy-on-server.js';
import { rulesOption, type RulesChoice, type ServerChoice, serverOption } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

interface ListChoices extends RulesChoice {
  readonly json?: boolean;
}

interface CheckChoices extends ListChoices {
  readonly labels?: string;
  readonly from?: string;
}

interface ExplainChoices extends ListChoices {
  readonly labels: string;
  readonly role?: string;
  readonly purpose?: string;
  readonly environment?: string;
  readonly at?: string;
}

const POLICY = 'id of a ready policy, or a file';

/** `scrubjay policy …`: which label gets which technique. */
export function policyCommand(terminal: Terminal): Command {
  const policy = new Command('policy').description('show and check which labels get which technique');
  policy.addCommand(
    new Command('list')
      .description('list ready policies')
      .option('--json', 'print JSON')
      .addOption(rulesOption())
      .action((choices: ListChoices) => list(terminal, choices)),
  );
  policy.addCommand(
    new Command('show')
      .description('show the rules of a policy')
      .argument('<policy>', `${POLICY}; with --server the name of a policy that a service keeps`)
      .option('--json', 'print JSON')
      .addOption(rulesOption())
      .addOption(serverOption().conflicts('rules'))
      .action((name: string, choices: ListChoices & ServerChoice) =>
        choices.server === undefined
          ? show(terminal, name, choices)
          : showPolicyOnServer(terminal, choices.server, name, choices),
      ),
  );
  policy.addCommand(
    new Command('check')
      .description('check a policy, alone or against labels and a database; exit code 1 for findings')
      .argument('<policy>', POLICY)
      .option('--labels <file>', 'show what becomes of each label in this file')
      .option('--from <location>', 'with --labels: plan a scrub of this database; reads no rows')
      .option('--json', 'print JSON')
      .addOption(rulesOption())
      .action((name: string, choices: CheckChoices) => check(terminal, name, choices)),
  );
  policy.addCommand(
    new Command('explain')
      .description('say which rule decides on a column, and why')
      .argument('<policy>', POLICY)
      .argument('<column>', 'name, end of a name or pattern with *')
      .requiredOption('--labels <file>', 'labels file that holds the column')
      .option('--role <role>', 'for queries of this role; without it for scrubs')
      .option('--purpose <purpose>', 'what the role asks for')
      .option('--environment <name>', 'environment of the data source')
      .option('--at <time>', 'the moment that counts, such as 2026-01-31T08:00:00Z; now when absent')
      .option('--json', 'print JSON')
      .addOption(rulesOption())
      .action((name: string, column: string, choices: ExplainChoices) =>
        explain(terminal, name, column, choices),
      ),
  );
  return policy;
}

async function list(terminal: Terminal, { json, rules }: ListChoices): Promise<void> {
  const { policies } = await readRules({ extraFolders: rules });
  const all = [...policies.values()].sort((a, b) => (a.policy.id < b.policy.id ? -1 : 1));
  if (json) {
    terminal.printJson(
      all.map(({ policy: { id, title, summary, rules: own, sources }, sha256 }) => ({
        ...{ id, title, summary, rules: own.length, sources, sha256 },
      })),
    );
    return;
  }
  printTable(
    terminal,
    [
      { title: 'policy', style: () => 'cyan' },
      { title: 'rules', align: 'right' },
      { title: 'title', narrowsTo: 20 },
      { title: 'sources', narrowsTo: 20 },
    ],
    all.map(({ policy: { id, rules: own, title, sources } }) => [
      id,
      `${own.length}`,
      title,
      sources.join('; '),
    ]),
  );
  terminal.print(`\n${all.length} ready policies; 'scrubjay policy show ID' shows the rules of one.`);
}

async function show(terminal: Terminal, name: string, { json, rules }: ListChoices): Promise<void> {
  const read = await readPolicyNamed(name, await readRules({ extraFolders: rules }));
  if (json) terminal.printJson({ ...read.policy, sha256: read.sha256 });
  else showPolicy(terminal, read);
}

async function check(terminal: Terminal, name: string, choices: CheckChoices): Promise<void> {
  if (choices.from !== undefined && choices.labels === undefined) {
    throw new UsageError('--from needs --labels', "a plan is made from labels: add '--labels labels.yaml'");
  }
  const rules = await readRules({ extraFolders: choices.rules });
  const read = await readPolicyNamed(name, rules);
  const labels =
    choices.labels === undefined ? undefined : await readLabels(choices.labels, rules.informationTypes);
  const decisions = labels === undefined ? [] : decisionsFor(labels, read, rules);
  const found = labels === undefined ? [] : problemsOf(labels.labels, decisions, read.policy);
  const planned =
    labels === undefined || choices.from === undefined
      ? undefined
      : await plan(choices.from, labels, read, rules);
  const problems = distinct([...found, ...(planned?.refusals ?? [])]);
  const warnings = planned?.warnings ?? [];
  if (problems.length > 0) process.exitCode = exitCodes.findings;
  if (choices.json) {
    terminal.printJson({
      ...{ policy: read.policy.id, sha256: read.sha256, rules: read.policy.rules.length },
      ...{ decisions, problems, warnings },
    });
    return;
  }
  if (decisions.length > 0) printDecisions(terminal, decisions);
  printProblems(terminal, 'red', problems);
  printProblems(terminal, 'yellow', warnings);
  const sum = `policy ${read.policy.id}: ${read.policy.rules.length} rules`;
  const verdict =
    problems.length > 0 ? `problems: ${problems.length}` : terminal.style('green', 'no problem');
  terminal.print(`${sum}${labels === undefined ? '' : `, ${decisions.length} sensitive labels`}, ${verdict}`);
}

function decisionsFor(
  { labels }: LabelsOnDisk,
  { policy }: ReadPolicy,
  { informationTypes }: Rules,
): readonly LabelDecision[] {
  return [...labels.columns.values()].flatMap((label) => decisionsOn(label, policy, informationTypes));
}

/** Plans without a key, which changes nothing of what fits where. */
async function plan(
  from: string,
  labels: LabelsOnDisk,
  policy: ReadPolicy,
  rules: Rules,
): Promise<ReturnType<typeof planScrub>> {
  return planScrub({
    catalog: await catalogAt(await locationFrom(from, 'SCRUBJAY_URL', 'the data source')),
    labels: labels.labels,
    labelsSha256: labels.sha256,
    policy,
    types: rules.informationTypes,
    keyId: 'none',
  });
}

async function catalogAt(location: string): Promise<Catalog> {
  const session = await engineFor(location).open(location);
  try {
    return await session.introspect();
  } finally {
    await session.close();
  }
}

/** Labels and plan may find the same. */
function distinct(problems: readonly PlanProblem[]): readonly PlanProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

async function explain(
  terminal: Terminal,
  name: string,
  wanted: string,
  choices: ExplainChoices,
): Promise<void> {
  const rules = await readRules({ extraFolders: choices.rules });
  const { policy } = await readPolicyNamed(name, rules);
  const { labels } = await readLabels(choices.labels, rules.informationTypes);
  const subject = subjectOf(choices);
  const explained = findColumns(labels.columns.keys(), wanted).map((column) => ({
    column,
    decisions: decisionsOn(labels.columns.get(column)!, policy, rules.informationTypes, subject),
  }));
  if (choices.json) {
    terminal.printJson(explained);
    return;
  }
  for (const { column, decisions } of explained) {
    terminal.print(terminal.style('bold', column));
    if (decisions.length === 0) terminal.print('  nothing sensitive, says its label: it passes as it is');
    for (const decision of decisions) {
      const lines = subject
        ? precedenceLines(labels.columns.get(column)!, decision, {
            policy,
            types: rules.informationTypes,
            subject,
          })
        : reasonLines(decision, policy);
      for (const line of lines) terminal.print(`  ${line}`);
    }
  }
}

function subjectOf({ role, purpose, environment, at }: ExplainChoices): QuerySubject | undefined {
  if (role === undefined) return undefined;
  const moment = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(moment.getTime()))
    throw new UsageError(`--at '${at}' is no time`, 'write 2026-01-31T08:00:00Z');
  return {
    role,
    at: moment,
    ...(purpose === undefined ? {} : { purpose }),
    ...(environment === undefined ? {} : { environment }),
  };
}

function reasonLines(
  { path, informationType, sensitivity, mask, rule, because }: LabelDecision,
  policy: ReadPolicy['policy'],
): readonly string[] {
  const label = `${path === undefined ? '' : `${path}: `}labelled ${informationType}, ${sensitivity}`;
  if (rule === null)
    return [label, `no rule of policy ${policy.id} holds: its values would pass as they are`];
  const chosen = policy.rules[rule - 1];
  const passed = rule === 1 ? '' : `; rules before it ask for something else`;
  const byType = chosen.mask === 'by-type' ? ', as the type’s own file says' : '';
  return [
    label,
    `rule ${rule} holds (${printWhen(chosen)})${passed}`,
    mask === 'keep' ? 'its values pass as they are' : `masked by ${mask}${byType}`,
    ...(because === null ? [] : [`because: ${because}`]),
  ];
}

function printDecisions(terminal: Terminal, decisions: readonly LabelDecision[]): void {
  printTable(
    terminal,
    [
      { title: 'column', style: () => 'cyan', narrowsTo: 16 },
      { title: 'type', narrowsTo: 12 },
      { title: 'sensitivity', style: styleOfSensitivity },
      { title: 'mask', narrowsTo: 16 },
      { title: 'rule', align: 'right' },
      { title: 'because', narrowsTo: 16 },
    ],
    decisions.map(({ column, path, informationType, sensitivity, mask, rule, because }) => [
      path === undefined ? column : `${column} ${path}`,
      informationType,
      sensitivity,
      mask ?? 'none',
      rule === null ? '' : `${rule}`,
      because ?? '',
    ]),
  );
  terminal.print('');
}

function printProblems(terminal: Terminal, style: 'red' | 'yellow', problems: readonly PlanProblem[]): void {
  for (const { code, where, problem, hint } of problems) {
    terminal.print(`${terminal.style(style, code)}  ${where}: ${problem}`);
    terminal.print(`  next: ${hint}`);
  }
  if (problems.length > 0) terminal.print('');
}
