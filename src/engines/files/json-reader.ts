import type { DuckDBConnection } from '@duckdb/node-api';
import { DataFileError, translateDuckDbError } from './data-file-error.js';
import { columnsLiteral, literal, options, quoteName } from './duckdb-sql.js';
import { textRows } from './locked-duckdb.js';
import {
  excerpt,
  type FileColumn,
  type FileDescription,
  type FileRows,
  LONGEST_ROW_BYTES,
  shareOf,
  type TableReader,
} from './table-reader.js';
import { emptyFile, type NamedFile } from './text-bytes.js';
import type { TextPart, TextSource } from './text-source.js';
import { columnType } from './type-mapping.js';

/** Documents from the start of an array that is too long to be read whole. */
const DOCUMENTS_OF_LONG_ARRAY = 20_000;

interface JsonShape {
  readonly columns: readonly FileColumn[];
  /** What broke, when lines have to be left out. */
  readonly fault?: string;
}

/** JSON: a document a line, or one array of documents; objects become rows, their keys columns. */
export class JsonReader implements TableReader {
  readonly #file: NamedFile;
  readonly #source: TextSource;
  /** True for one array; else documents follow each other. */
  readonly #isArray: boolean;
  /** True when the documents are objects. */
  readonly #isRecords: boolean;
  #shape: JsonShape | undefined;

  constructor(file: NamedFile, source: TextSource) {
    this.#file = file;
    this.#source = source;
    const head = source.head.replace(/^\ufeff/, '').trimStart();
    this.#isArray = head.startsWith('[') && !isLineOfArrays(head);
    this.#isRecords = /^\[?\s*\{/.test(head);
    if (source.whole && /^\[\s*\]\s*$/.test(head)) throw emptyFile(file);
  }

  async describe(connection: DuckDBConnection): Promise<FileDescription> {
    return { columns: (await this.#read(connection)).columns };
  }

  async sample(connection: DuckDBConnection, count: number): Promise<FileRows> {
    const { columns, fault } = await this.#read(connection);
    const parts = this.#parts();
    const rows: (readonly (string | null)[])[] = [];
    for (const [i, part] of parts.entries()) {
      const share = shareOf(count, i, parts.length);
      if (share > 0)
        rows.push(...(await textRows(connection, this.#sampleQuery(part, columns, share, fault))));
    }
    const unseen = leftOutOf(this.#source) ?? fault;
    return { rows, ...(unseen === undefined ? {} : { unseen }) };
  }

  async #read(connection: DuckDBConnection): Promise<JsonShape> {
    return (this.#shape ??= await this.#detect(connection));
  }

  async #detect(connection: DuckDBConnection): Promise<JsonShape> {
    const [part] = this.#parts();
    const describe = async (settings: Readonly<Record<string, string | boolean>>) => {
      const reader = await connection.runAndReadAll(`from ${this.#readJson(part, settings)} limit 0`);
      const types = reader.columnTypes();
      return reader.columnNames().map((name, i): FileColumn => ({ name, type: columnType(types[i]) }));
    };
    try {
      return { columns: await describe({ format: this.#format(part) }) };
    } catch (error) {
      const translated = translateDuckDbError(error, this.#file.shown);
      if (this.#isArray || translated.code !== 'file-damaged') throw translated;
      return { columns: await describe(lenient), fault: faultOf(translated, this.#file) };
    }
  }

  /** An array cannot be cut: a long one is read from its start. */
  #parts(): readonly TextPart[] {
    const { parts, whole, inPlace, encoding } = this.#source;
    if (whole || !this.#isArray) return parts;
    if (encoding === 'utf-8') return [inPlace];
    throw new DataFileError(
      'file-encoding',
      `${this.#file.shown}: a JSON array of this length has to be UTF-8`,
      'convert it to UTF-8, or write one document a line',
    );
  }

  #sampleQuery(part: TextPart, columns: readonly FileColumn[], count: number, fault?: string): string {
    const source = this.#readJson(part, {
      ...(fault === undefined ? { format: this.#format(part) } : lenient),
      columns: columnsLiteral(
        columns.map(({ name, type }) => [name, isDocument(type.family) ? 'JSON' : 'VARCHAR']),
      ),
    });
    const isLongArray = this.#isArray && !this.#source.whole;
    const rows = isLongArray ? `(from ${source} limit ${DOCUMENTS_OF_LONG_ARRAY})` : source;
    const values = columns.map(({ name, type }) => excerpt(`${quoteName(name)}::varchar`, type));
    return `select ${values.join(', ')} from (from ${rows} using sample reservoir(${count} rows))`;
  }

  /** Lines that were cut out of a file are lines; a whole file may hold documents over several lines. */
  #format(part: TextPart): string {
    if (this.#isArray) return literal('array');
    return literal(
      this.#source.whole || part.path === this.#source.inPlace.path ? 'auto' : 'newline_delimited',
    );
  }

  #readJson(part: TextPart, settings: Readonly<Record<string, string | boolean>>): string {
    return `read_json(${literal(part.path)}${options({
      // Here DuckDB does not know the 'none' that it takes for CSV.
      compression: literal(part.compression === 'none' ? 'uncompressed' : part.compression),
      maximum_object_size: LONGEST_ROW_BYTES,
      // Names below the first level come with the values; their types are not asked for.
      maximum_depth: 3,
      map_inference_threshold: -1,
      records: literal(this.#isRecords ? 'true' : 'false'),
      ...settings,
    })})`;
  }
}

const lenient = { format: literal('newline_delimited'), ignore_errors: true };

/**
 * Documents of which each has a line of its own are told from broken lines one by one: DuckDB would take
 * the line after a quote that is not closed for a part of it.
 */
export function jsonLines(head: string): ((line: string) => boolean) | undefined {
  const text = head.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('[') && !isLineOfArrays(text)) return undefined;
  const [first, second] = text.split('\n');
  const isLines = second !== undefined && (isJson(first) || (isJson(second) && /^[{[]/.test(second)));
  return isLines ? isJson : undefined;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line.replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}

function leftOutOf({ leftOut }: TextSource): string | undefined {
  if (!leftOut) return undefined;
  const lines = leftOut.count === 1 ? '1 line that is no JSON' : `${leftOut.count} lines that are no JSON`;
  if (leftOut.first === undefined) return lines;
  return leftOut.count === 1
    ? `${lines}: line ${leftOut.first}`
    : `${lines}, the first of them line ${leftOut.first}`;
}

/** `[1, "a"]` in every line, rather than one array over lines. */
function isLineOfArrays(head: string): boolean {
  const [first, second] = head.split(/\r?\n/, 2);
  return /\]\s*$/.test(first) && second?.startsWith('[');
}

function isDocument(family: string): boolean {
  return family === 'json' || family === 'array';
}

function faultOf({ message }: DataFileError, { shown }: NamedFile): string {
  const where = /\((?:line|record) \d+\)$/.exec(message.slice(shown.length))?.[0];
  return `lines that are no JSON${where ? `, the first of them ${where.slice(1, -1)}` : ''}`;
}
