import { userInfo } from 'node:os';
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { type Catalog, columnsOf, printColumnName } from '../../domain/catalog/catalog.js';
import {
  decide,
  decidePath,
  findColumns,
  isSensitive,
  mergeProposals,
  needsReview,
  structureOf,
} from '../../domain/classification/label-decisions.js';
import { type KeptLabel, type Labels, NOTHING } from '../../domain/classification/labels-file.js';
import { sensitivities, type Sensitivity } from '../../domain/classification/sensitivity.js';
import { engineFor } from '../../engines/engine-registry.js';
import { readClassifier } from '../../rules/read-classifier.js';
import { readRules } from '../../rules/read-rules.js';
import { classifyDataSource } from '../../runs/classify-run.js';
import { printLabelChanges } from '../classification/label-changes.js';
import { nativeDiffCommand } from '../classification/native-diff.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { printLabelTable } from '../label-table.js';
import { readLabels, writeLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { confirmLabelsOnServer, showOnServer } from '../server/labels-commands.js';
import { rulesOption, type RulesChoice, type ServerChoice, serverOption, share } from '../shared-options.js';
import type { Terminal } from '../terminal.js';
import { classifyCommand } from './classify.js';

/** `scrubjay labels …`: the labels file that a steward decides in. */
export function labelsCommand(terminal: Terminal): Command {
  const labels = new Command('labels').description(
    'review and decide what columns hold, in a file that git keeps',
  );
  labels.addCommand(
    new Command('init')
      .description('scan a data source and begin a labels file')
      .argument('<file>', 'labels file to write; must not be there yet')
      .argument('[location]', 'data source (default: SCRUBJAY_URL)')
      .option('--metadata-only', 'read names and types, and no row')
      .addOption(rulesOption())
      .action((file: string, location: string | undefined, choices: InitChoices) =>
        init(terminal, file, location, choices),
      ),
  );
  labels.addCommand(
    new Command('show')
      .description('show labels, all or some')
      .argument('<file>', 'labels file, or with --server the name of a data source')
      .argument('[columns...]', 'names, ends of names or patterns with *')
      .option('--open', 'only those that wait for a decision')
      .option('--sensitive', 'only sensitive ones')
      .option('--json', 'print JSON')
      .addOption(serverOption())
      .action((file: string, columns: string[], choices: ShowChoices) =>
        choices.server === undefined
          ? show(terminal, file, columns, choices)
          : showOnServer(terminal, choices.server, file, columns, choices),
      ),
  );
  labels.addCommand(
    withDecisionOptions(
      new Command('set')
        .description('decide that a column holds a type')
        .argument('<file>')
        .argument('<column>', 'name, end of a name or pattern with *')
        .argument('<type>', `information type, or "${NOTHING}"`)
        .addOption(
          new Option('--sensitivity <sensitivity>', 'another than the type’s own').choices(sensitivities),
        )
        .addOption(pathOption())
        .addOption(rulesOption()),
    ).action((file: string, column: string, type: string, choices: SetChoices) =>
      set(terminal, file, column, type, choices),
    ),
  );
  labels.addCommand(
    withDecisionOptions(
      new Command('confirm')
        .description('decide that labels are right as they stand')
        .addOption(serverOption())
        .argument('<file>', 'labels file, or with --server the name of a data source')
        .argument('[columns...]', 'names, ends of names or patterns with *')
        .option('--all', 'every label that nobody decided on yet; flagged ones are left')
        .option('--min-confidence <share>', 'with --all: only what is at least this sure', share, 0),
    ).action((file: string, columns: string[], choices: ConfirmChoices) =>
      choices.server === undefined
        ? confirm(terminal, file, columns, choices)
        : confirmLabelsOnServer(terminal, choices.server, file, columns, choices),
    ),
  );
  labels.addCommand(
    withDecisionOptions(
      new Command('reject')
        .description('decide that columns hold nothing sensitive')
        .argument('<file>')
        .argument('<columns...>', 'names, ends of names or patterns with *')
        .addOption(pathOption()),
    ).action((file: string, columns: string[], choices: DecisionChoices) =>
      reject(terminal, file, columns, choices),
    ),
  );
  labels.addCommand(
    new Command('diff')
      .description(
        'what a scan now would change in the file; writes nothing; exit code 1 when something would',
      )
      .argument('<file>')
      .argument('[location]', 'data source (default: SCRUBJAY_URL)')
      .option('--metadata-only', 'read names and types, and no row')
      .option('--json', 'print JSON')
      .addOption(rulesOption())
      .action((file: string, location: string | undefined, choices: DiffChoices) =>
        diff(terminal, file, location, choices),
      ),
  );
  labels.addCommand(
    new Command('check')
      .description('check a file, and beside a data source that it is complete; exit code 1 for findings')
      .argument('<file>')
      .argument('[location]', 'data source to compare with; only its structure is read')
      .option('--json', 'print JSON')
      .addOption(rulesOption())
      .action((file: string, location: string | undefined, choices: DiffChoices) =>
        check(terminal, file, location, choices),
      ),
  );
  labels.addCommand(nativeDiffCommand(terminal));
  return labels;
}

type InitChoices = RulesChoice & { readonly metadataOnly?: boolean };
type DiffChoices = RulesChoice & { readonly metadataOnly?: boolean; readonly json?: boolean };
interface ShowChoices extends ServerChoice {
  readonly open?: boolean;
  readonly sensitive?: boolean;
  readonly json?: boolean;
}
interface DecisionChoices {
  readonly by?: string;
  readonly reason?: string;
  readonly path?: string;
}
type SetChoices = DecisionChoices & RulesChoice & { readonly sensitivity?: Sensitivity };
type ConfirmChoices = DecisionChoices &
  ServerChoice & { readonly all?: boolean; readonly minConfidence: number };

function withDecisionOptions(command: Command): Command {
  return command
    .addOption(new Option('--by <who>', 'who decides (default: your user name)').env('SCRUBJAY_USER'))
    .option('--reason <text>', 'why, in a sentence; kept in the file');
}

function pathOption(): Option {
  return new Option('--path <path>', 'a JSON path inside the column, such as $.contact.email');
}

async function init(
  terminal: Terminal,
  file: string,
  location: string | undefined,
  { metadataOnly, rules }: InitChoices,
): Promise<void> {
  if (existsSync(file)) {
    throw new UsageError(
      `${file} exists already`,
      `'scrubjay classify --labels ${file}' renews it and keeps its decisions`,
    );
  }
  const options = [
    '--labels',
    file,
    ...(metadataOnly ? ['--metadata-only'] : []),
    ...rules.flatMap((folder) => ['--rules', folder]),
  ];
  await classifyCommand(terminal).parseAsync([...options, ...(location === undefined ? [] : [location])], {
    from: 'user',
  });
}

async function show(
  terminal: Terminal,
  file: string,
  columns: readonly string[],
  choices: ShowChoices,
): Promise<void> {
  const { labels } = await readLabels(file);
  const names = columns.length === 0 ? [...labels.columns.keys()] : resolve(labels, columns);
  const chosen = names
    .map((name) => labels.columns.get(name)!)
    .filter((label) => (!choices.open || needsReview(label)) && (!choices.sensitive || isSensitive(label)));
  if (choices.json) {
    terminal.printJson(chosen.map(({ column, ...label }) => ({ column: printColumnName(column), ...label })));
    return;
  }
  if (chosen.length > 0) printLabelTable(terminal, chosen);
  const open = chosen.filter(needsReview).length;
  terminal.print(`${chosen.length > 0 ? '\n' : ''}${chosen.length} labels, ${open} wait for a decision.`);
}

async function set(
  terminal: Terminal,
  file: string,
  wanted: string,
  typeId: string,
  choices: SetChoices,
): Promise<void> {
  const { informationTypes } = await readRules({ extraFolders: choices.rules });
  const type = typeId === NOTHING ? null : informationTypes.get(typeId);
  const sensitivity = choices.sensitivity ?? type?.sensitivity ?? 'public';
  await change(terminal, file, [wanted], (labels, name) =>
    choices.path === undefined
      ? decide(labels, name, { ...who(choices), informationType: type?.id ?? null, sensitivity })
      : decidePath(labels, name, checkedPath(choices.path), {
          ...who(choices),
          informationType: type?.id ?? null,
        }),
  );
}

async function confirm(
  terminal: Terminal,
  file: string,
  columns: readonly string[],
  choices: ConfirmChoices,
): Promise<void> {
  if (columns.length === 0 && !choices.all) {
    throw new UsageError('it is not said which labels are right', 'name columns, or add --all');
  }
  const asTheyStand = (labels: Labels, name: string): Labels => {
    const { informationType, sensitivity } = labels.columns.get(name)!;
    return decide(labels, name, { ...who(choices), informationType, sensitivity });
  };
  const undecided = ({ status, review, confidence = 0 }: KeptLabel) =>
    status === 'proposed' && review === undefined && confidence >= choices.minConfidence;
  await change(terminal, file, choices.all ? undecided : columns, asTheyStand);
}

async function reject(
  terminal: Terminal,
  file: string,
  columns: readonly string[],
  choices: DecisionChoices,
): Promise<void> {
  const { path } = choices;
  await change(terminal, file, columns, (labels, name) =>
    path === undefined
      ? decide(labels, name, { ...who(choices), informationType: null, sensitivity: 'public' })
      : decidePath(labels, name, checkedPath(path), { ...who(choices), informationType: null }),
  );
}

/** Decides on some labels and writes the file once. */
async function change(
  terminal: Terminal,
  file: string,
  columns: readonly string[] | ((label: KeptLabel) => boolean),
  decideOn: (labels: Labels, name: string) => Labels,
): Promise<void> {
  const before = await readLabels(file);
  const names =
    typeof columns === 'function'
      ? [...before.labels.columns].filter(([, label]) => columns(label)).map(([name]) => name)
      : resolve(before.labels, columns);
  const after = names.reduce(decideOn, before.labels);
  await writeLabels(before, after);
  const decided = names.map((name) => after.columns.get(name)!);
  // What a person named is shown; of what a filter chose, a long list of nothings would hide the rest.
  const shown = typeof columns === 'function' ? decided.filter(isSensitive) : decided;
  if (shown.length > 0) printLabelTable(terminal, shown);
  if (shown.length < decided.length)
    terminal.say(`and ${decided.length - shown.length} that hold nothing sensitive`);
  const open = [...after.columns.values()].filter(needsReview).length;
  terminal.say(`${names.length} decided in ${file}; ${open} wait for a decision`);
}

function resolve({ columns }: Labels, wanted: readonly string[]): readonly string[] {
  return [...new Set(wanted.flatMap((name) => findColumns(columns.keys(), name)))];
}

function who({ by, reason }: DecisionChoices): { by: string; at: string; reason?: string } {
  const at = `${new Date().toISOString().slice(0, 19)}Z`;
  return { by: by ?? userInfo().username, at, ...(reason === undefined ? {} : { reason }) };
}

function checkedPath(path: string): string {
  if (path.startsWith('$')) return path;
  throw new UsageError(
    `"${path}" is no JSON path`,
    'write it from the root, such as $.contact.email or $.tags[*]',
  );
}

async function diff(
  terminal: Terminal,
  file: string,
  given: string | undefined,
  choices: DiffChoices,
): Promise<void> {
  const rules = await readRules({ extraFolders: choices.rules });
  const { labels } = await readLabels(file, rules.informationTypes);
  const location = await locationFrom(given, 'SCRUBJAY_URL', 'the data source');
  const classifier = await readClassifier(rules);
  const session = await engineFor(location).open(location);
  try {
    const { catalog, proposals } = await classifyDataSource({
      session,
      classifier,
      options: { metadataOnly: choices.metadataOnly },
    });
    const merged = mergeProposals(labels, catalog, proposals);
    const { added, renamed, vanished, flagged } = merged.changes;
    if (added.length + renamed.length + vanished.length + flagged.length > 0)
      process.exitCode = exitCodes.findings;
    if (choices.json) terminal.printJson(merged.changes);
    else printLabelChanges(terminal, merged, merged.changes);
  } finally {
    await session.close();
  }
}

async function check(
  terminal: Terminal,
  file: string,
  location: string | undefined,
  choices: DiffChoices,
): Promise<void> {
  const { informationTypes } = await readRules({ extraFolders: choices.rules });
  const { labels } = await readLabels(file, informationTypes);
  const all = [...labels.columns.values()];
  const beside =
    location === undefined
      ? undefined
      : drift(labels, await catalogAt(await locationFrom(location, 'SCRUBJAY_URL', 'the data source')));
  const findings = {
    open: all.filter(needsReview).map(({ column }) => printColumnName(column)),
    ...beside,
  };
  const bad = Object.values(findings).some((names) => names.length > 0);
  if (bad) process.exitCode = exitCodes.findings;
  if (choices.json) {
    terminal.printJson({ file, columns: all.length, ...findings });
    return;
  }
  const titles: Readonly<Record<string, string>> = {
    open: 'wait for a decision',
    unlabelled: 'have no label',
    vanished: 'are labelled and gone',
    changed: 'changed since they were labelled',
  };
  for (const [kind, names] of Object.entries(findings)) {
    if (names.length === 0) continue;
    terminal.print(terminal.style('yellow', `${names.length} columns ${titles[kind]}`));
    for (const name of names) terminal.print(`  ${name}`);
  }
  const sum = `${file}: ${all.length} labels, ${all.filter(isSensitive).length} sensitive`;
  terminal.print(
    bad ? sum : `${sum}, ${terminal.style('green', 'all decided')}${beside ? ' and complete' : ''}`,
  );
}

async function catalogAt(location: string): Promise<Catalog> {
  const session = await engineFor(location).open(location);
  try {
    return await session.introspect();
  } finally {
    await session.close();
  }
}

function drift(
  { columns }: Labels,
  catalog: Catalog,
): Readonly<Record<'unlabelled' | 'vanished' | 'changed', string[]>> {
  const present = new Map(
    Array.from(columnsOf(catalog), ({ name, column }) => [printColumnName(name), column]),
  );
  const changed = [...present].filter(([name, column]) => {
    const structure = columns.get(name)?.structure;
    return structure !== undefined && structure !== structureOf(column);
  });
  return {
    unlabelled: [...present.keys()].filter((name) => !columns.has(name)),
    vanished: [...columns.keys()].filter((name) => !present.has(name)),
    changed: changed.map(([name]) => name),
  };
}
