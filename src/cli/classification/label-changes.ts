import { isSensitive, type LabelChanges } from '../../domain/classification/label-decisions.js';
import type { KeptLabel, Labels } from '../../domain/classification/labels-file.js';
import type { Terminal } from '../terminal.js';

/** Names listed before the rest is counted. */
const SHOWN = 12;

/** Says what a scan changed in the labels. */
export function printLabelChanges(
  terminal: Terminal,
  { labels }: { labels: Labels },
  changes: LabelChanges,
): void {
  const { added, renamed, vanished, flagged } = changes;
  const review = (name: string) => labels.columns.get(name)?.review;
  section(
    terminal,
    'new',
    sensitiveFirst(added, labels).map((name) => `${name}: ${holds(labels.columns.get(name))}`),
  );
  section(
    terminal,
    'renamed',
    renamed.map(({ from, to }) => `${from} is now ${to}`),
  );
  section(terminal, 'vanished', vanished);
  section(
    terminal,
    'to review',
    flagged.map((name) => `${name}: ${review(name) ?? ''}`),
  );
  if (added.length + renamed.length + vanished.length + flagged.length === 0) {
    terminal.print('Nothing is new, renamed, vanished or to be reviewed.');
  }
}

/** Sensitive ones before the others, each in the order they came. */
function sensitiveFirst(names: readonly string[], { columns }: Labels): readonly string[] {
  const rank = (name: string): number => (isSensitiveLabel(columns.get(name)) ? 0 : 1);
  return [...names].sort((a, b) => rank(a) - rank(b));
}

function isSensitiveLabel(label: KeptLabel | undefined): boolean {
  return label !== undefined && isSensitive(label);
}

function holds(label: KeptLabel | undefined): string {
  const inside = [...new Set(Object.values(label?.paths ?? {}))];
  return label?.informationType ?? (inside.length > 0 ? `inside: ${inside.join(', ')}` : 'nothing sensitive');
}

function section(terminal: Terminal, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  terminal.print(`${terminal.style('bold', title)} (${lines.length})`);
  for (const line of lines.slice(0, SHOWN)) terminal.print(`  ${line}`);
  if (lines.length > SHOWN) terminal.print(`  … and ${lines.length - SHOWN} more`);
}
