import { printColumnName, printRelationName } from '../../domain/catalog/catalog.js';
import type { LabelChanges } from '../../domain/classification/label-decisions.js';
import type { Findings } from './findings.js';

/** Findings for programs; holds evidence in words and counts, and no value. */
export function findingsJson(findings: Findings, changes?: LabelChanges): object {
  const { dataSource, proposals, unread, empty, columns, tables } = findings;
  return {
    dataSource,
    tables,
    columns,
    findings: proposals.map(({ column, confidence, ...proposal }) => ({
      column: printColumnName(column),
      ...proposal,
      confidence: Math.round(confidence * 1000) / 1000,
    })),
    unread: unread.map(({ table, reason }) => ({ table: printRelationName(table), reason })),
    empty: empty.map(printRelationName),
    ...(changes && { changes }),
  };
}
