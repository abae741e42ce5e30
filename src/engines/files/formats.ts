/** How rows are written in a file. */
export type DataFormat = 'csv' | 'json' | 'parquet';

/** How a file's bytes are packed. */
export type Compression = 'none' | 'gzip' | 'zstd';

const formats = new Map<string, DataFormat>([
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['tab', 'csv'],
  ['psv', 'csv'],
  ['txt', 'csv'],
  ['json', 'json'],
  ['jsonl', 'json'],
  ['ndjson', 'json'],
  ['parquet', 'parquet'],
  ['pq', 'parquet'],
]);

const packings = new Set(['gz', 'zst']);

/** What a file's name says of it. */
export interface DataFileName {
  readonly format: DataFormat;
  /** The name without the endings that say its format. */
  readonly stem: string;
}

/** The format that a name's ending says, `orders.csv.gz`; undefined for any other file. */
export function readDataFileName(name: string): DataFileName | undefined {
  const parts = name.split('.');
  if (parts.length > 2 && packings.has(parts.at(-1)!.toLowerCase())) parts.pop();
  if (parts.length < 2) return undefined;
  const format = formats.get(parts.pop()!.toLowerCase());
  const stem = parts.join('.');
  return format && stem !== '' ? { format, stem } : undefined;
}

/** The endings for messages: `.csv, .tsv, …`. */
export const dataFileEndings = [...formats.keys()].map((ending) => `.${ending}`).join(', ');
