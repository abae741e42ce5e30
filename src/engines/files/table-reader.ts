import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType } from '../../domain/catalog/column-type.js';

/** Characters of a value that are looked at; JSON is cut later, so that it still parses. */
const TEXT_CHARACTERS = 4_000;
const JSON_CHARACTERS = 40_000;

/** Bytes of a binary value that are looked at. */
export const BINARY_BYTES = 64;

/** Bytes that a row or a document may have. */
export const LONGEST_ROW_BYTES = 16_000_000;

export interface FileColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** What a file's columns are. */
export interface FileDescription {
  readonly columns: readonly FileColumn[];
  /** Where the file keeps count itself. */
  readonly rows?: number;
}

/** Rows taken from a file, each with a value a column, as text. */
export interface FileRows {
  readonly rows: readonly (readonly (string | null)[])[];
  /** What of the file could not be seen, and why; absent when nothing was in the way. */
  readonly unseen?: string;
}

/** Reads the columns of one file, then some of its rows. One file a format implements this. */
export interface TableReader {
  describe(connection: DuckDBConnection): Promise<FileDescription>;
  /** @param count rows to take at most, from all over the file */
  sample(connection: DuckDBConnection, count: number): Promise<FileRows>;
}

/** The beginning of a value, in SQL, so that a huge one is cut before it is held many times over. */
export function excerpt(textExpression: string, { family }: ColumnType): string {
  const isDocument = family === 'json' || family === 'array';
  return `left(${textExpression}, ${isDocument ? JSON_CHARACTERS : TEXT_CHARACTERS})`;
}

/** The `index`th of `parts` shares of `count`, which differ by one at most. */
export function shareOf(count: number, index: number, parts: number): number {
  return Math.floor(((index + 1) * count) / parts) - Math.floor((index * count) / parts);
}
