import { Command } from 'commander';
import {
  compareNativeLabels,
  type NativeDifference,
  type NativeLabelDifference,
} from '../../domain/classification/compare-native-labels.js';
import type { NativeClassification } from '../../domain/classification/native-classification.js';
import { engineFor } from '../../engines/engine-registry.js';
import { readNativeClassification } from '../../rules/read-native-classification.js';
import { readRules } from '../../rules/read-rules.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { printTable } from '../print-table.js';
import { rulesOption, type RulesChoice } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

interface NativeDiffChoices extends RulesChoice {
  readonly json?: boolean;
}

/** `scrubjay labels native-diff`: a labels file beside the database's own classification. */
export function nativeDiffCommand(terminal: Terminal): Command {
  return new Command('native-diff')
    .description(
      'where a file and the database’s own classification differ; reads no row; exit code 1 when they do',
    )
    .argument('<file>')
    .argument('[location]', 'data source (default: SCRUBJAY_URL)')
    .option('--json', 'print JSON')
    .addOption(rulesOption())
    .action((file: string, location: string | undefined, choices: NativeDiffChoices) =>
      nativeDiff(terminal, file, location, choices),
    );
}

async function nativeDiff(
  terminal: Terminal,
  file: string,
  given: string | undefined,
  choices: NativeDiffChoices,
): Promise<void> {
  const location = await locationFrom(given, 'SCRUBJAY_URL', 'the data source');
  const engine = engineFor(location);
  if (!engine.capabilities.sensitivityClassification) {
    throw new UsageError(
      `the engine "${engine.id}" has no classification of its own`,
      'compare with a scan instead: scrubjay labels diff',
    );
  }
  const { informationTypes } = await readRules({ extraFolders: choices.rules });
  const { labels } = await readLabels(file, informationTypes);
  const rules = await readNativeClassification();
  const session = await engine.open(location);
  try {
    const catalog = await session.introspect();
    const differences = compareNativeLabels(catalog, labels, informationTypes, rules);
    if (choices.json) terminal.printJson(differences);
    else printDifferences(terminal, differences);
    if (differences.length > 0) process.exitCode = exitCodes.findings;
  } finally {
    await session.close();
  }
}

const says: Readonly<Record<NativeDifference, string>> = {
  'not-theirs': 'the database has none',
  'not-ours': 'the file says that it is nothing sensitive, or does not have it',
  weaker: 'the database asks for less care',
  stronger: 'the database asks for more care',
  'other-type': 'another information type',
  'foreign-label': 'a label of another policy',
};

function printDifferences(terminal: Terminal, differences: readonly NativeLabelDifference[]): void {
  if (differences.length === 0) {
    terminal.print('The database’s own classification says the same.');
    return;
  }
  printTable(
    terminal,
    [
      { title: 'column', narrowsTo: 16 },
      { title: 'file', narrowsTo: 12 },
      { title: 'database', narrowsTo: 12 },
      { title: 'difference', narrowsTo: 16 },
    ],
    differences.map(({ column, ours, theirs, difference }) => [
      column,
      told(ours),
      told(theirs),
      says[difference],
    ]),
  );
}

function told(classification: NativeClassification | undefined): string {
  return classification === undefined ? '' : `${classification.informationType}, ${classification.label}`;
}
