import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { Style, Terminal } from './terminal.js';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Fewest characters that the column is narrowed to; without it the column keeps its width. */
  readonly narrowsTo?: number;
  readonly style?: (text: string) => Style | undefined;
}

const GAP = 2;

const bare = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

/** A table without lines that fits the terminal: columns that may narrow wrap at words. */
export function printTable(
  terminal: Terminal,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): void {
  const cells = rows.map((row) => row.map(printable));
  const natural = columns.map(({ title }, i) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[i]))),
  );
  const widths = terminal.width === undefined ? natural : fit(natural, columns, terminal.width);
  const table = new Table({
    head: columns.map(({ title }) => terminal.style('bold', title)),
    chars: bare,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colWidths: widths.map((width) => width + GAP),
    colAligns: columns.map(({ align = 'left' }) => align),
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  table.push(...cells.map((row) => row.map((text, i) => styled(terminal, columns[i], text, widths[i]))));
  const lines = table.toString().split('\n');
  terminal.print(lines.map((line) => line.trimEnd()).join('\n'));
}

/** Names come from strangers' databases: what would steer a terminal is shown, not sent. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
    character === '\n' ? '\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function styled(terminal: Terminal, { style }: TableColumn, text: string, width: number): string {
  const broken = breakLongWords(text, width);
  const chosen = style?.(text);
  return chosen === undefined ? broken : terminal.style(chosen, broken);
}

/** The table library cuts what has no space to wrap at: names must stay readable in full. */
function breakLongWords(text: string, width: number): string {
  return text
    .split(' ')
    .map((word) => (displayWidth(word) <= width ? word : inPieces(word, width).join('\n')))
    .join(' ');
}

function inPieces(word: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (rest.length > width) {
    // Better after a dot or an underscore than anywhere.
    const seam = Math.max(...['.', '_', '-', '/', ','].map((mark) => rest.lastIndexOf(mark, width - 1))) + 1;
    const length = seam > width / 2 ? seam : width;
    pieces.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return [...pieces, rest];
}

/** Takes from the widest column that may narrow until the line fits. */
function fit(natural: readonly number[], columns: readonly TableColumn[], width: number): number[] {
  const widths = [...natural];
  const lineWidth = () => widths.reduce((sum, each) => sum + each + GAP, -GAP);
  while (lineWidth() > width) {
    const candidates = widths
      .map((each, i) => ({ each, i }))
      .filter(({ each, i }) => each > (columns[i].narrowsTo ?? Infinity));
    const widest = candidates.sort((a, b) => b.each - a.each)[0];
    if (!widest) break;
    widths[widest.i]--;
  }
  return widths;
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** Columns of a terminal that the longest line of a text takes. */
function displayWidth(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length + (line.match(wide)?.length ?? 0)),
  );
}
