import type { LabelProposal } from '../../domain/classification/label.js';
import type { Engine, NativeLabelForm } from '../../engines/engine.js';
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
  { apply = false, provider }: { readonly apply?: boolean; readonly provider?: string },
): Promise<void> {
  if (!engine.nativeLabels) {
    throw new UsageError(`the engine "${engine.id}" keeps no labels`, 'keep them in a file with --labels');
  }
  const said = new Set(shown);
  const labels = all.map((proposal) => ({
    column: proposal.column,
    says: said.has(proposal) ? sayLabel(proposal) : null,
  }));
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

function sayLabel({ informationType, sensitivity, paths }: LabelProposal): string | null {
  const types =
    informationType === null ? [...new Set(Object.values(paths ?? {}))].join(' and ') : informationType;
  return types === '' ? null : `${types}, ${sensitivity}`;
}
