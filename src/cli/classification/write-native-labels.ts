import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import type { LabelProposal } from '../../domain/classification/label.js';
import {
  type NativeClassification,
  nativeClassificationOf,
  type NativeClassificationRules,
} from '../../domain/classification/native-classification.js';
import type { Engine } from '../../engines/engine.js';
import type { NativeLabelForm } from '../../engines/native-labels.js';
import { readNativeClassification } from '../../rules/read-native-classification.js';
import { UsageError } from '../errors.js';
import type { Terminal } from '../terminal.js';
import type { Findings } from './findings.js';

/** Prints the SQL that keeps labels in the database itself, or runs it. */
export async function writeNativeLabels(
  terminal: Terminal,
  engine: Engine,
  location: string,
  { catalog, proposals: shown, dataSource }: Findings,
  all: readonly LabelProposal[],
  form: NativeLabelForm,
  types: InformationTypeRegistry,
  { apply = false, provider }: { readonly apply?: boolean; readonly provider?: string },
): Promise<void> {
  if (!engine.nativeLabels) {
    throw new UsageError(`the engine "${engine.id}" keeps no labels`, 'keep them in a file with --labels');
  }
  const { forms } = engine.nativeLabels;
  if (!forms.includes(form)) {
    throw new UsageError(
      `the engine "${engine.id}" keeps no labels as ${form}`,
      `use --write-native ${forms.join(' or ')}`,
    );
  }
  const said = new Set(shown);
  const rules = await readNativeClassification();
  const labels = all.map((proposal) =>
    said.has(proposal)
      ? { column: proposal.column, says: sayLabel(proposal), ...classify(proposal, types, rules) }
      : { column: proposal.column, says: null },
  );
  const statements = engine.nativeLabels.statements(catalog, labels, form, provider);
  if (statements.length === 0) {
    terminal.print('-- the labels in the database are these already');
    return;
  }
  if (!apply) {
    for (const { sql } of statements) terminal.print(`${sql};`);
    terminal.say(
      `\n${statements.length} statements; nothing was run: add --apply to run them on ${dataSource}`,
    );
    return;
  }
  await engine.nativeLabels.apply(location, statements);
  terminal.print(`${statements.length} labels written to ${dataSource}`);
}

/** Of a document with several types, the first found stands for it: one column has one native label. */
function classify(
  { informationType, sensitivity, paths }: LabelProposal,
  types: InformationTypeRegistry,
  rules: NativeClassificationRules,
): { readonly classification?: NativeClassification } {
  const id = informationType ?? Object.values(paths ?? {}).find((path) => path !== null);
  const type = id === undefined ? undefined : types.get(id);
  return type ? { classification: nativeClassificationOf(type, sensitivity, rules) } : {};
}

function sayLabel({ informationType, sensitivity, paths }: LabelProposal): string | null {
  const types =
    informationType === null ? [...new Set(Object.values(paths ?? {}))].join(' and ') : informationType;
  return types === '' ? null : `${types}, ${sensitivity}`;
}
