/** Delimiters that exports use, likelier ones first. */
const candidates = [',', ';', '\t', '||', '|', '^', '~|~', '~', '\x01', '\x1f', '\x1e', '¦', '§', '::'];

/** Lines that a guess is made from. */
const LINES = 200;

/** Of the lines, this share must have the same number of delimiters. */
const REGULAR_SHARE = 0.7;

/**
 * The delimiter that divides most lines alike, though not all: DuckDB's own detection wants every row to
 * fit. Undefined when none does: then a line is one value.
 */
export function guessDelimiter(head: string): string | undefined {
  const lines = head
    .replace(/"[^"]*"/g, '""')
    .split(/\r\n|\n|\r/)
    .slice(0, LINES)
    .filter((line) => line.trim() !== '');
  let best: { readonly delimiter: string; readonly share: number } | undefined;
  for (const delimiter of candidates) {
    const share = regularShare(lines.map((line) => line.split(delimiter).length - 1));
    if (share >= REGULAR_SHARE && share > (best?.share ?? 0)) best = { delimiter, share };
  }
  return best?.delimiter;
}

/** The share of lines with the commonest number of delimiters; 0 when the commonest is none. */
function regularShare(counts: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const count of counts) sizes.set(count, (sizes.get(count) ?? 0) + 1);
  const [count, lines] = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return count === 0 ? 0 : lines / counts.length;
}
