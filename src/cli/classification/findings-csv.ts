import { printColumnName } from '../../domain/catalog/catalog.js';
import { type Findings, mainReason } from './findings.js';

const head = ['column', 'schema', 'table', 'name', 'type', 'sensitivity', 'confidence', 'paths', 'reason'];

/** Findings as CSV (RFC 4180), one line a column. */
export function findingsCsv({ proposals }: Findings): string {
  const rows = proposals.map((proposal) => [
    printColumnName(proposal.column),
    proposal.column.schema,
    proposal.column.table,
    proposal.column.column,
    proposal.informationType ?? '',
    proposal.sensitivity,
    proposal.confidence.toFixed(3),
    Object.entries(proposal.paths ?? {})
      .map(([path, type]) => `${path}=${type}`)
      .join(' '),
    mainReason(proposal)?.says ?? '',
  ]);
  return [head, ...rows].map((row) => row.map(field).join(',')).join('\r\n');
}

function field(text: string): string {
  // A name that begins like a formula would run as one in a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
