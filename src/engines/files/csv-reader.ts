import type { DuckDBConnection } from '@duckdb/node-api';
import { type CsvDialect, detectDialect, readCsv } from './csv-dialect.js';
import { quoteName } from './duckdb-sql.js';
import { textRows } from './locked-duckdb.js';
import {
  excerpt,
  type FileColumn,
  type FileDescription,
  type FileRows,
  shareOf,
  type TableReader,
} from './table-reader.js';
import type { TextPart, TextSource } from './text-source.js';
import { scalarType } from './type-mapping.js';

/** Rows that decide whether digits are numbers. */
const ROWS_LOOKED_AT = 2_000;

/** In a stretch that was cut out of quoted lines, some rows fall apart: that is no fault of the file. */
const EXCUSED_SHARE = 0.05;

/** CSV and its kin: any delimiter, quoted or not, with names in the first row or none. */
export class CsvReader implements TableReader {
  readonly #source: TextSource;
  #dialect: CsvDialect | undefined;

  constructor(source: TextSource) {
    this.#source = source;
  }

  async describe(connection: DuckDBConnection): Promise<FileDescription> {
    const dialect = await this.#detect(connection);
    const codes = await columnsOfCodes(connection, this.#source.parts[0], dialect);
    return {
      columns: dialect.columns.map(([name, type], i): FileColumn => ({
        name,
        type: scalarType(codes.has(i) ? 'VARCHAR' : type),
      })),
    };
  }

  /** The same share of rows from each part, at random within it. */
  async sample(connection: DuckDBConnection, count: number): Promise<FileRows> {
    const dialect = await this.#detect(connection);
    const { parts, whole } = this.#source;
    const rows: (readonly (string | null)[])[] = [];
    for (const [i, part] of parts.entries()) {
      const share = shareOf(count, i, parts.length);
      if (share === 0) continue;
      const isStart = i === 0;
      const inPart = isStart ? dialect : { ...dialect, header: false, skip: 0 };
      rows.push(...(await textRows(connection, sampleQuery(part, inPart, share))));
    }
    return { rows, ...(await unseenRows(connection, whole ? 0 : EXCUSED_SHARE, rows.length)) };
  }

  async #detect(connection: DuckDBConnection): Promise<CsvDialect> {
    return (this.#dialect ??= await detectDialect(connection, this.#source.parts[0], this.#source.head));
  }
}

function sampleQuery(part: TextPart, dialect: CsvDialect, count: number): string {
  const values = dialect.columns.map(([name]) => excerpt(quoteName(name), scalarType('VARCHAR')));
  return `select ${values.join(', ')} from (from ${readCsv(part, dialect)} using sample reservoir(${count} rows))`;
}

/**
 * Columns of digits that are no numbers, since some begin with a zero or a plus sign: postal codes,
 * telephone numbers.
 */
async function columnsOfCodes(
  connection: DuckDBConnection,
  part: TextPart,
  dialect: CsvDialect,
): Promise<ReadonlySet<number>> {
  const numbers = dialect.columns.flatMap(([name, type], i) =>
    ['integer', 'float'].includes(scalarType(type).family) ? [{ name, i }] : [],
  );
  if (numbers.length === 0) return new Set();
  const tests = numbers.map(
    ({ name }) => `bool_or(regexp_matches(${quoteName(name)}, '^\\s*(\\+|0\\d)'))::varchar`,
  );
  const rows = `(from ${readCsv(part, dialect)} limit ${ROWS_LOOKED_AT})`;
  const [found] = await textRows(connection, `select ${tests.join(', ')} from ${rows}`);
  return new Set(numbers.flatMap(({ i }, n) => (found[n] === 'true' ? [i] : [])));
}

const rejectsQuery = `
  select count(distinct (file_path, line))::varchar, min(line)::varchar,
         bool_and(error_type in ('MISSING COLUMNS', 'TOO MANY COLUMNS'))::varchar
  from reject_errors join reject_scans using (scan_id, file_id)`;

/** Rows that did not fit, if more than a share of what was read. */
async function unseenRows(
  connection: DuckDBConnection,
  excused: number,
  seen: number,
): Promise<{ readonly unseen?: string }> {
  const [[count, line, unequal]] = await textRows(connection, rejectsQuery);
  const rejected = Number(count);
  if (rejected <= excused * seen) return {};
  const rows = rejected >= 1_000 ? '1000 rows or more' : rejected === 1 ? '1 row' : `${rejected} rows`;
  const fault =
    unequal === 'true' ? 'with more or fewer fields than the others' : 'with broken quotes or fields';
  const first = excused === 0 ? ` (the first in line ${line})` : '';
  return { unseen: `${rows} ${fault}${first}` };
}
