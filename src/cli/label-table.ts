import { printColumnName } from '../domain/catalog/catalog.js';
import { isReviewed } from '../domain/classification/label-decisions.js';
import { type KeptLabel, NOTHING } from '../domain/classification/labels-file.js';
import { printTable } from './print-table.js';
import { styleOfSensitivity } from './sensitivity-style.js';
import type { Style, Terminal } from './terminal.js';

/** Labels for people: one line a column. */
export function printLabelTable(terminal: Terminal, labels: readonly KeptLabel[]): void {
  printTable(
    terminal,
    [
      { title: 'column', style: () => 'cyan', narrowsTo: 16 },
      { title: 'type', narrowsTo: 12 },
      { title: 'sensitivity', style: styleOfSensitivity },
      { title: 'status', style: styleOfStatus },
      { title: 'by' },
      { title: 'why', narrowsTo: 16 },
    ],
    labels.map((label) => [
      printColumnName(label.column),
      typeOf(label),
      label.sensitivity,
      label.review === undefined ? label.status : `${label.status}, to review`,
      label.decidedBy ?? '',
      label.review ?? label.reason ?? (isReviewed(label) ? '' : sureness(label)),
    ]),
  );
}

function typeOf({ informationType, paths }: KeptLabel): string {
  const inside = Object.entries(paths ?? {}).map(([path, type]) => `${path}: ${type}`);
  return [informationType ?? NOTHING, ...inside].join('\n');
}

function sureness({ confidence }: KeptLabel): string {
  return confidence === undefined ? '' : `${Math.round(confidence * 100)} % sure`;
}

function styleOfStatus(status: string): Style | undefined {
  if (status.includes('review')) return 'yellow';
  return status === 'proposed' ? undefined : 'green';
}
