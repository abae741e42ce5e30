import type { DuckDBConnection } from '@duckdb/node-api';
import { guessDelimiter } from './csv-delimiter.js';
import { isRowOfData } from './csv-header.js';
import { columnsLiteral, literal, options } from './duckdb-sql.js';
import { textRows } from './locked-duckdb.js';
import { LONGEST_ROW_BYTES } from './table-reader.js';
import type { TextPart } from './text-source.js';

/** How a CSV file is written. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Empty for none. */
  readonly quote: string;
  readonly escape: string;
  readonly comment: string;
  readonly newLine: string;
  /** Lines above the table. */
  readonly skip: number;
  readonly header: boolean;
  /** Names, and the types that DuckDB sees in the values: `BIGINT`. */
  readonly columns: readonly (readonly [name: string, type: string])[];
}

/** Rows that a first row is compared with. */
const ROWS_BELOW_HEADER = 2_000;

/** A delimiter that no text has, for files that are one column of text. */
const NO_DELIMITER = '\x1f';

const sniffQuery = (path: string, settings: string) => `
  select Delimiter, Quote, Escape, Comment, NewLineDelimiter, SkipRows::varchar, HasHeader::varchar,
         to_json(Columns)::varchar
  from sniff_csv(${literal(path)}${settings})`;

/**
 * Finds out how a CSV file is written: by DuckDB's detection, with help where that fails: rows of unequal
 * length, rare delimiters, and first rows that are data.
 * @param head the beginning of the text
 */
export async function detectDialect(
  connection: DuckDBConnection,
  part: TextPart,
  head: string,
): Promise<CsvDialect> {
  const sniffed = await sniffWithHelp(connection, part, head);
  if (!sniffed.header || !(await startsWithData(connection, part, sniffed))) return sniffed;
  // One line above what looks like a table: rather the name over a column of text with commas in it.
  const oneColumn = sniffed.skip > 0 && (await sniff(connection, part, { delim: literal(NO_DELIMITER) }));
  if (oneColumn && oneColumn.header && !(await startsWithData(connection, part, oneColumn))) return oneColumn;
  return sniff(connection, part, {
    delim: literal(sniffed.delimiter),
    skip: sniffed.skip,
    header: false,
    ignore_errors: true,
  });
}

async function sniffWithHelp(
  connection: DuckDBConnection,
  part: TextPart,
  head: string,
): Promise<CsvDialect> {
  let failure: unknown;
  try {
    const sniffed = await sniff(connection, part, {});
    if (sniffed.columns.length > 1 && !skipsMost(sniffed, head)) return withQuotes(sniffed, head);
    const delimiter = guessDelimiter(head);
    if (delimiter === undefined) return withQuotes(sniffed, head);
  } catch (error) {
    failure = error;
  }
  const delimiter = guessDelimiter(head);
  if (delimiter === undefined) throw failure;
  const settings = { delim: literal(delimiter), ignore_errors: true };
  const helped = await sniff(connection, part, settings);
  if (!skipsMost(helped, head)) return withQuotes(helped, head);
  return withQuotes(await sniff(connection, part, { ...settings, skip: 0, strict_mode: false }), head);
}

/** One row of more fields than all above it: DuckDB takes it for the table, and the table for a preamble. */
function skipsMost({ skip }: CsvDialect, head: string): boolean {
  return skip > 2 && skip > head.split('\n').length / 2;
}

/** Quotes may come further down than DuckDB looks, unless the beginning has them in another sense. */
function withQuotes(dialect: CsvDialect, head: string): CsvDialect {
  return dialect.quote === '' && !head.includes('"') ? { ...dialect, quote: '"', escape: '"' } : dialect;
}

async function sniff(
  connection: DuckDBConnection,
  part: TextPart,
  forced: Readonly<Record<string, string | number | boolean>>,
): Promise<CsvDialect> {
  const settings = options({ ...readSettings(part), ...forced });
  const [[delimiter, quote, escape, comment, newLine, skip, header, columns]] = await textRows(
    connection,
    sniffQuery(part.path, settings),
  );
  const given = (text: string | null) => (text === null || text === '(empty)' || text === '\0' ? '' : text);
  return {
    delimiter: given(delimiter),
    quote: given(quote),
    escape: given(escape),
    comment: given(comment),
    newLine: given(newLine),
    skip: Number(skip),
    header: header === 'true',
    columns: (JSON.parse(columns!) as readonly { readonly name: string; readonly type: string }[]).map(
      ({ name, type }) => [name, type] as const,
    ),
  };
}

async function startsWithData(
  connection: DuckDBConnection,
  part: TextPart,
  dialect: CsvDialect,
): Promise<boolean> {
  const rows = await textRows(connection, `from ${readCsv(part, dialect)} limit ${ROWS_BELOW_HEADER}`);
  return isRowOfData(
    dialect.columns.map(([name]) => name),
    rows,
  );
}

/**
 * A table function that reads a part of a file in a known dialect, every value as text. Rows that do not
 * fit are kept apart, in the connection's table `reject_errors`.
 */
export function readCsv(part: TextPart, dialect: CsvDialect): string {
  const { delimiter, quote, escape, comment, newLine, skip, header, columns } = dialect;
  return `read_csv(${literal(part.path)}${options({
    ...readSettings(part),
    auto_detect: false,
    delim: literal(delimiter),
    quote: literal(quote),
    escape: literal(escape),
    comment: literal(comment),
    ...(/^(\\r)?(\\n)?$/.test(newLine) && newLine !== '' ? { new_line: literal(newLine) } : {}),
    skip,
    header,
    columns: columnsLiteral(columns.map(([name]) => [name, 'VARCHAR'])),
    store_rejects: true,
    rejects_limit: 1_000,
  })})`;
}

function readSettings({ compression }: TextPart): Readonly<Record<string, string | number>> {
  return {
    compression: literal(compression),
    max_line_size: LONGEST_ROW_BYTES,
    // By default sixteen rows of the longest kind: far more memory than a sample needs.
    buffer_size: LONGEST_ROW_BYTES,
  };
}
