import {
  type Catalog,
  printColumnName,
  printRelationName,
  type Table,
} from '../../domain/catalog/catalog.js';
import type { Classifier } from '../../domain/classification/classifier.js';
import { explainProposal } from '../../domain/classification/explain-proposal.js';
import { findColumns } from '../../domain/classification/label-decisions.js';
import type { LabelProposal } from '../../domain/classification/label.js';
import type { Session } from '../../engines/engine.js';
import { classifyDataSource } from '../../runs/classify-run.js';
import type { ClassifyChoices } from '../commands/classify.js';
import { printable } from '../print-table.js';
import type { Terminal } from '../terminal.js';

/** Values shown of a column, and characters of each. */
const VALUES = 5;
const CHARACTERS = 60;

/** Shows all evidence for the columns that a person names; only their tables, and those they refer to, are sampled. */
export async function explainColumns(
  terminal: Terminal,
  session: Session,
  classifier: Classifier,
  choices: ClassifyChoices,
  wanted: string,
): Promise<void> {
  const catalog = await session.introspect();
  const names = new Set(findColumns(columnNames(catalog), wanted));
  const tables = tablesFor(catalog, names);
  const { proposals, failures } = await classifyDataSource({
    session,
    classifier,
    options: {
      rows: choices.rows,
      timeoutMs: choices.timeout,
      metadataOnly: choices.metadataOnly,
      only: (table) => tables.has(printRelationName(table)),
    },
  });
  const found = proposals.filter(({ column }) => names.has(printColumnName(column)));
  if (choices.json) {
    terminal.printJson(found.map((proposal) => ({ ...proposal, column: printColumnName(proposal.column) })));
    return;
  }
  for (const [i, proposal] of found.entries()) {
    if (i > 0) terminal.print('');
    const [head, ...lines] = explainProposal(proposal);
    terminal.print([terminal.style('bold', head), ...lines].join('\n'));
    if (choices.showSamples) await showValues(terminal, session, catalog, proposal, choices);
  }
  for (const { table, reason } of failures)
    terminal.say(`rows of ${printRelationName(table)} were not seen: ${reason}`);
}

function columnNames({ tables, views }: Catalog): string[] {
  return [...tables, ...views].flatMap(({ schema, name: table, columns }) =>
    columns.map(({ name: column }) => printColumnName({ schema, table, column })),
  );
}

/** Printed names of the tables that hold these columns, and of all that they take labels from. */
function tablesFor(catalog: Catalog, names: ReadonlySet<string>): ReadonlySet<string> {
  const byName = new Map(
    [...catalog.tables, ...catalog.views].map((relation) => [printRelationName(relation), relation]),
  );
  const needed = new Set<string>();
  const visit = (name: string): void => {
    const relation = byName.get(name);
    if (!relation || needed.has(name)) return;
    needed.add(name);
    const above =
      'readsFrom' in relation
        ? relation.readsFrom
        : [...relation.parents, ...relation.foreignKeys.map(({ references }) => references)];
    for (const other of above) visit(printRelationName(other));
  };
  for (const [name, { schema, name: table, columns }] of byName) {
    if (columns.some(({ name: column }) => names.has(printColumnName({ schema, table, column }))))
      visit(name);
  }
  return needed;
}

/** Values at a terminal, for who is allowed to read them anyway; never kept. */
async function showValues(
  terminal: Terminal,
  session: Session,
  catalog: Catalog,
  { column }: LabelProposal,
  { timeout }: ClassifyChoices,
): Promise<void> {
  const table = catalog.tables.find(
    ({ schema, name }: Table) => schema === column.schema && name === column.table,
  );
  if (!table) {
    terminal.print('  values: of a view, which is not sampled');
    return;
  }
  if (table.columns.find(({ name }) => name === column.column)?.clientEncrypted) {
    terminal.print('  values: not seen, only clients with the keys read them (Always Encrypted)');
    return;
  }
  const sample = await session.sample(table, { rows: VALUES * 4, timeoutMs: timeout });
  if ('reason' in sample) {
    terminal.print(`  values: not seen, ${sample.reason}`);
    return;
  }
  const values = (sample.values.get(column.column) ?? []).filter((value) => value !== null);
  terminal.print('  values:');
  for (const value of [...new Set(values)].slice(0, VALUES)) {
    const shown = value.length > CHARACTERS ? `${value.slice(0, CHARACTERS)}…` : value;
    terminal.print(`    ${printable(shown).replaceAll('\n', '⏎')}`);
  }
}
