import { Command, Option } from 'commander';
import { printRelationName, type RelationName, type Table } from '../../domain/catalog/catalog.js';
import type { Classifier } from '../../domain/classification/classifier.js';
import {
  isSensitive,
  isUnchanged,
  type LabelChanges,
  mergeProposals,
  needsReview,
} from '../../domain/classification/label-decisions.js';
import type { Labels } from '../../domain/classification/labels-file.js';
import { fingerprintRules } from '../../domain/classification/rules-fingerprint.js';
import type { Session } from '../../engines/engine.js';
import { engineFor } from '../../engines/engine-registry.js';
import { readClassifier } from '../../rules/read-classifier.js';
import { readRules, type Rules } from '../../rules/read-rules.js';
import { classifyDataSource, type ClassifyRunResult } from '../../runs/classify-run.js';
import { explainColumns } from '../classification/explain-columns.js';
import { type Findings, inCatalogOrder } from '../classification/findings.js';
import { findingsCsv } from '../classification/findings-csv.js';
import { findingsJson } from '../classification/findings-json.js';
import { findingsSarif } from '../classification/findings-sarif.js';
import { printFindings } from '../classification/findings-table.js';
import { printLabelChanges } from '../classification/label-changes.js';
import { writeNativeLabels } from '../classification/write-native-labels.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { orAborted, untilInterrupted } from '../interruption.js';
import { type LabelsOnDisk, readOrBeginLabels, writeLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { startProgressBar } from '../progress-bar.js';
import { classifyOnServer } from '../server/classify-on-server.js';
import {
  durationMs,
  listParser,
  positiveInteger,
  rulesOption,
  type RulesChoice,
  type ServerChoice,
  serverOption,
  share,
} from '../shared-options.js';
import type { Terminal } from '../terminal.js';
import { packageVersion } from '../../package-version.js';

export interface ClassifyChoices extends RulesChoice, ServerChoice {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly sarif?: boolean;
  readonly labels?: string;
  readonly incremental?: boolean;
  readonly explain?: string;
  readonly showSamples?: boolean;
  readonly metadataOnly?: boolean;
  readonly rows: number;
  readonly timeout: number;
  readonly schemas?: readonly string[];
  readonly tables?: readonly string[];
  readonly all?: boolean;
  readonly minConfidence: number;
  readonly failOn?: readonly string[];
  readonly writeNative?: 'comment' | 'security-label';
  readonly provider?: string;
  readonly apply?: boolean;
}

/** `scrubjay classify`: what each column holds, and why. */
export function classifyCommand(terminal: Terminal): Command {
  return new Command('classify')
    .description('find the columns that hold sensitive data, and say why')
    .argument(
      '[location]',
      'database URL, data file or folder; @FILE to read the URL from a file (default: SCRUBJAY_URL); with --server the name of a data source',
    )
    .option('--json', 'print JSON, with all evidence')
    .addOption(new Option('--csv', 'print CSV, one line a column').conflicts(['json', 'sarif', 'explain']))
    .addOption(new Option('--sarif', 'print SARIF 2.1.0 for code scanning').conflicts(['json', 'explain']))
    .option('--labels <file>', 'write proposals to a labels file; decisions in it stay')
    .option('--incremental', 'with --labels: scan only tables that changed since the last scan')
    .option('--explain <column>', 'all evidence for one column: name, end of a name, or pattern with *')
    .option('--show-samples', 'with --explain, at a terminal only: some values of the column')
    .option('--metadata-only', 'read names and types, and no row')
    .option('--rows <number>', 'rows to sample from each table at most', positiveInteger, 200)
    .addOption(
      new Option('--timeout <duration>', 'longest time for the sample of one table')
        .default(10_000, '10s')
        .argParser(durationMs),
    )
    .option('--schemas <names>', 'only these schemas; * for any characters', listParser)
    .option('--tables <names>', 'only these tables: table or schema.table; * for any characters', listParser)
    .option('--all', 'show columns that hold nothing sensitive too')
    .option('--min-confidence <share>', 'show only what is at least this sure', share, 0)
    .addOption(
      new Option(
        '--fail-on <what>',
        'exit code 1 when there are: new (not in --labels yet), unreviewed, sensitive',
      ).argParser(readFailOn),
    )
    .addOption(rulesOption())
    .addOption(
      new Option('--write-native <form>', 'print SQL that keeps the labels in the database')
        .choices(['comment', 'security-label', 'sensitivity-classification'])
        .conflicts(['json', 'csv', 'sarif', 'explain']),
    )
    .option('--provider <name>', 'with --write-native security-label: its provider')
    .option('--apply', 'with --write-native: run the SQL')
    .addOption(
      serverOption().conflicts([
        ...['labels', 'csv', 'sarif', 'explain', 'schemas', 'tables', 'rules', 'writeNative', 'failOn'],
      ]),
    )
    .action((location: string | undefined, choices: ClassifyChoices) =>
      choices.server === undefined
        ? classify(terminal, location, choices)
        : classifyOnServer(terminal, choices.server, requireName(location), choices),
    );
}

/** With a service there is no location to fall back to. */
function requireName(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new UsageError('it is not said what to scan', 'name a data source of the service');
}

async function classify(
  terminal: Terminal,
  given: string | undefined,
  choices: ClassifyChoices,
): Promise<void> {
  checkChoices(terminal, choices);
  const location = await locationFrom(given, 'SCRUBJAY_URL', 'the data source');
  const engine = engineFor(location);
  const rules = await readRules({ extraFolders: choices.rules });
  const classifier = await readClassifier(rules);
  const before =
    choices.labels === undefined
      ? undefined
      : await readOrBeginLabels(choices.labels, rules.informationTypes);
  await untilInterrupted(terminal, 'stopping', (signal) =>
    orAborted(
      (async () => {
        const session = await engine.open(location);
        try {
          if (choices.explain !== undefined) {
            await explainColumns(terminal, session, classifier, choices, choices.explain);
            return;
          }
          await scan({ terminal, location, session, choices, rules, classifier, before, signal });
        } finally {
          await session.close();
        }
      })(),
      signal,
    ),
  );
}

interface Scan {
  readonly terminal: Terminal;
  readonly location: string;
  readonly session: Session;
  readonly choices: ClassifyChoices;
  readonly rules: Rules;
  readonly classifier: Classifier;
  readonly before: LabelsOnDisk | undefined;
  readonly signal: AbortSignal;
}

async function scan(run: Scan): Promise<void> {
  const { terminal, location, session, choices, rules, before } = run;
  const { display } = await session.identity();
  const result = await classifyWithBar(run);
  const findings = findingsOf(display, result, choices);
  if (choices.writeNative !== undefined) {
    return writeNativeLabels(
      terminal,
      engineFor(location),
      location,
      findings,
      result.proposals,
      choices.writeNative,
      rules.informationTypes,
      choices,
    );
  }
  const kept = before && (await keepLabels(run, before, display, result));
  const text = kept === undefined ? undefined : { file: kept.file, text: kept.text };
  if (choices.json) terminal.printJson(findingsJson(findings, kept?.changes));
  else if (choices.csv) terminal.print(findingsCsv(findings));
  else if (choices.sarif)
    terminal.printJson(findingsSarif(findings, rules.informationTypes, packageVersion(), text));
  else printForPeople(terminal, findings, kept);
  if (fails(choices.failOn ?? [], findings, kept)) process.exitCode = exitCodes.findings;
}

/** A scan's result and the tables that it was for. */
interface Scanned extends ClassifyRunResult {
  readonly tables: ReadonlySet<string>;
}

async function classifyWithBar(run: Scan): Promise<Scanned> {
  const { terminal, session, classifier, choices, before, signal } = run;
  const tables = new Set<string>();
  const only = (table: Table): boolean => {
    const chosen = isWanted(table, choices) && !(choices.incremental && isKnown(table, before!.labels, run));
    if (chosen) tables.add(printRelationName(table));
    return chosen;
  };
  const bar = startProgressBar(terminal, 'classifying');
  try {
    const result = await classifyDataSource({
      session,
      classifier,
      signal,
      options: { rows: choices.rows, timeoutMs: choices.timeout, metadataOnly: choices.metadataOnly, only },
      onProgress: ({ done, total, table }) => bar.update(done, total, printRelationName(table)),
    });
    return { ...result, tables };
  } finally {
    bar.stop();
  }
}

/** True when the last scan saw this table under these rules, as well as this one would. */
function isKnown(table: Table, labels: Labels, { classifier, choices }: Scan): boolean {
  const { scanned } = labels;
  return (
    scanned !== undefined &&
    scanned.rules === fingerprintRules(classifier) &&
    (scanned.values || choices.metadataOnly === true) &&
    !scanned.unread.includes(printRelationName(table)) &&
    isUnchanged(labels, table)
  );
}

interface KeptLabels {
  readonly file: string;
  readonly text: string;
  readonly labels: Labels;
  readonly changes: LabelChanges;
}

async function keepLabels(
  { classifier, choices }: Scan,
  before: LabelsOnDisk,
  dataSource: string,
  { catalog, proposals, failures, tables }: Scanned,
): Promise<KeptLabels> {
  const merged = mergeProposals(before.labels, catalog, proposals);
  const earlier = before.labels.scanned;
  const unread = [
    ...(earlier?.unread ?? []).filter((table) => !tables.has(table)),
    ...failures.map(({ table }) => printRelationName(table)),
  ].sort();
  const whole = choices.schemas === undefined && choices.tables === undefined;
  // A part looked at under new rules says nothing of the rest: the next scan has to.
  const scanned = whole
    ? { rules: fingerprintRules(classifier), values: choices.metadataOnly !== true, unread }
    : earlier && { ...earlier, unread };
  const labels = { ...merged.labels, dataSource, ...(scanned && { scanned }) };
  const text = await writeLabels(before, labels, merged.changes.renamed);
  return { file: before.file, text, labels, changes: merged.changes };
}

function findingsOf(dataSource: string, result: Scanned, choices: ClassifyChoices): Findings {
  const { catalog, failures, empty } = result;
  const proposals = inCatalogOrder(catalog, result.proposals).filter(({ column }) => {
    const relation = { schema: column.schema, name: column.table };
    // Beside tables left out as unchanged, a view's labels would be mere guesses from names.
    return choices.incremental ? result.tables.has(printRelationName(relation)) : isWanted(relation, choices);
  });
  return {
    dataSource,
    catalog,
    proposals: proposals.filter(
      (proposal) =>
        (choices.all === true || isSensitive(proposal)) && proposal.confidence >= choices.minConfidence,
    ),
    unread: failures,
    empty,
    columns: proposals.length,
    tables: new Set(proposals.map(({ column }) => `${column.schema}\u0000${column.table}`)).size,
  };
}

function printForPeople(terminal: Terminal, findings: Findings, kept: KeptLabels | undefined): void {
  printFindings(terminal, findings);
  if (kept === undefined) {
    terminal.say(
      "\nnext: '--labels labels.yaml' keeps this for review; '--explain COLUMN' shows all evidence for one column",
    );
    return;
  }
  terminal.print('');
  printLabelChanges(terminal, kept, kept.changes);
  const open = [...kept.labels.columns.values()].filter(needsReview).length;
  terminal.say(
    `\nlabels are in ${kept.file}; ${open} wait for a decision ('scrubjay labels show ${kept.file} --open')`,
  );
}

function fails(on: readonly string[], { proposals }: Findings, kept: KeptLabels | undefined): boolean {
  const labels = [...(kept?.labels.columns.values() ?? [])];
  return (
    (on.includes('new') && kept!.changes.added.length + kept!.changes.renamed.length > 0) ||
    (on.includes('unreviewed') && labels.some(needsReview)) ||
    (on.includes('sensitive') && proposals.some(isSensitive))
  );
}

function readFailOn(text: string, before: readonly string[] | undefined): readonly string[] {
  const known = ['new', 'unreviewed', 'sensitive'];
  const given = listParser(text, before);
  const unknown = given.find((word) => !known.includes(word));
  if (unknown !== undefined)
    throw new UsageError(`--fail-on does not know "${unknown}"`, `use ${known.join(', ')}`);
  return given;
}

/** Combinations that make no sense, or that would show values where they stay. */
function checkChoices(terminal: Terminal, choices: ClassifyChoices): void {
  const needsLabels =
    choices.incremental === true || choices.failOn?.some((word) => word !== 'sensitive') === true;
  if (needsLabels && choices.labels === undefined) {
    throw new UsageError('what is new or reviewed shows beside a labels file', 'add --labels FILE');
  }
  if (choices.showSamples && (choices.explain === undefined || choices.json)) {
    throw new UsageError(
      'values are shown for columns asked for one by one',
      'add --explain COLUMN, without --json',
    );
  }
  if (choices.showSamples && !terminal.isInteractive) {
    throw new UsageError(
      'values are shown at a terminal only, so that none is kept in a file or log',
      'run it at a terminal, without a pipe',
    );
  }
  if (choices.apply && choices.writeNative === undefined) {
    throw new UsageError('--apply runs the SQL of --write-native', 'add --write-native with a form');
  }
}

/** True for tables that the command line asks for. */
export function isWanted(
  { schema, name }: RelationName,
  { schemas, tables }: Pick<ClassifyChoices, 'schemas' | 'tables'>,
): boolean {
  return (
    (schemas === undefined || schemas.some((pattern) => matches(pattern, schema))) &&
    (tables === undefined ||
      tables.some((pattern) => matches(pattern, name) || matches(pattern, `${schema}.${name}`)))
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
