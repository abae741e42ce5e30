import { printColumnName, printRelationName } from '../../domain/catalog/catalog.js';
import type { PlanProblem, ScrubPlan, SubsetPlan } from '../../domain/scrub/scrub-plan.js';
import { printTable } from '../print-table.js';
import type { Terminal } from '../terminal.js';

/** What a scrub will do: every masked column, then what stops or should be looked at. */
export function printPlan(terminal: Terminal, plan: ScrubPlan): void {
  const { tables, refusals, warnings, policy, subset } = plan;
  const masks = tables.flatMap((table) => table.masks);
  const rows = tables.reduce((sum, { estimatedRows = 0 }) => sum + estimatedRows, 0);
  if (masks.length > 0) {
    printTable(
      terminal,
      [
        { title: 'Column', narrowsTo: 16 },
        { title: 'Information type', narrowsTo: 12 },
        { title: 'Technique', narrowsTo: 12 },
        { title: 'Because', narrowsTo: 16 },
      ],
      masks.map((mask) => [printColumnName(mask.column), mask.informationType, mask.technique, mask.because]),
    );
    terminal.print('');
  }
  if (subset) printSubset(terminal, subset, tables);
  const moved = tables.filter((table) => printRelationName(table) !== printRelationName(table.loadsInto));
  for (const table of moved)
    terminal.print(`${printRelationName(table)} loads into ${printRelationName(table.loadsInto)}`);
  printProblems(terminal, 'Refused', refusals, 'red');
  printProblems(terminal, 'Worth a look', warnings, 'yellow');
  terminal.print(
    `${tables.length} tables with about ${rows.toLocaleString('en')} rows, ${masks.length} columns masked by policy ${policy.id}.`,
  );
}

/** Rows of each table that the subset will have, about; what is said of a partitioned table holds for its parts. */
function printSubset(
  terminal: Terminal,
  { families, expected }: SubsetPlan,
  plans: ScrubPlan['tables'],
): void {
  const rowsOf = (names: readonly string[]) =>
    plans
      .filter((table) => names.includes(printRelationName(table)))
      .reduce((sum, { estimatedRows = 0 }) => sum + estimatedRows, 0);
  const all = families.map(({ tables }) => rowsOf(tables.map(printRelationName)));
  printTable(
    terminal,
    [
      { title: 'Table', narrowsTo: 16 },
      { title: 'Rows', align: 'right' },
      { title: 'In the subset, about', align: 'right' },
    ],
    families.map((family, i) => [
      printRelationName(family),
      all[i].toLocaleString('en'),
      expected[i].toLocaleString('en'),
    ]),
  );
  terminal.print('');
}

function printProblems(
  terminal: Terminal,
  title: string,
  problems: readonly PlanProblem[],
  color: 'red' | 'yellow',
): void {
  if (problems.length === 0) return;
  terminal.print(terminal.style(color, `${title} (${problems.length})`));
  for (const { where, problem, hint } of problems) terminal.print(`  ${where}: ${problem}\n    ${hint}`);
  terminal.print('');
}
