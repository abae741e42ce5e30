import { printColumnName, printRelationName } from '../../domain/catalog/catalog.js';
import { isSensitive } from '../../domain/classification/label-decisions.js';
import { printTable } from '../print-table.js';
import { styleOfSensitivity } from '../sensitivity-style.js';
import type { Terminal } from '../terminal.js';
import { type Findings, mainReason, typeShown } from './findings.js';

/** Findings for people: one line a column, then what was not seen, then the sum. */
export function printFindings(terminal: Terminal, findings: Findings): void {
  const { proposals, unread, empty, columns, tables, dataSource } = findings;
  if (proposals.length > 0) {
    printTable(
      terminal,
      [
        { title: 'column', style: () => 'cyan', narrowsTo: 16 },
        { title: 'type', narrowsTo: 12 },
        { title: 'sensitivity', style: styleOfSensitivity },
        { title: 'sure', align: 'right' },
        { title: 'main reason', narrowsTo: 20 },
      ],
      proposals.map((proposal) => [
        printColumnName(proposal.column),
        typeShown(proposal),
        proposal.sensitivity,
        `${Math.round(proposal.confidence * 100)} %`,
        mainReason(proposal)?.says ?? 'nothing speaks for a sensitive type',
      ]),
    );
    terminal.print('');
  }
  const sensitive = proposals.filter(isSensitive).length;
  if (columns === 0) terminal.print(`${dataSource}: no table to scan.`);
  else
    terminal.print(
      `${dataSource}: ${sensitive} of ${columns} columns in ${tables} tables and views look sensitive.`,
    );
  if (empty.length > 0)
    terminal.print(
      `\nWithout a row, so that names alone decided: ${empty.map(printRelationName).join(', ')}`,
    );
  if (unread.length === 0) return;
  terminal.print(
    terminal.style(
      'yellow',
      `\nRows of ${unread.length} ${unread.length === 1 ? 'table' : 'tables'} were not seen; names alone decided there:`,
    ),
  );
  for (const { table, reason } of unread) terminal.print(`  ${printRelationName(table)}: ${reason}`);
}
