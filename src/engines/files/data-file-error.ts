import { ScrubjayError } from '../../domain/errors.js';

/** What can be wrong with a file of data; stable, scripts may match on it. */
export type DataFileProblem =
  | 'file-missing'
  | 'file-forbidden'
  | 'file-unsupported'
  | 'file-empty'
  | 'folder-empty'
  | 'file-not-text'
  | 'file-encoding'
  | 'file-damaged'
  | 'file-encrypted'
  | 'file-dialect'
  | 'value-too-large'
  | 'time-limit'
  | 'out-of-memory'
  | 'data-file';

/** A file of data cannot be read; the message names the file and, where known, the line, never a value. */
export class DataFileError extends ScrubjayError {
  constructor(
    readonly code: DataFileProblem,
    message: string,
    hint: string,
  ) {
    super(message, hint);
  }
}

type Meaning = readonly [code: DataFileProblem, says: string, hint: string];

/** What DuckDB's words mean; its own text quotes rows, so none of it goes on but a line number. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [
    /^INTERRUPT/i,
    ['time-limit', 'reading it took longer than the time limit', 'allow more time with --timeout'],
  ],
  [
    /out of memory|could not allocate|memory limit/i,
    [
      'out-of-memory',
      'its values need more memory than a sample may take',
      'split the file into smaller ones',
    ],
  ],
  [
    /maximum line size|maximum_object_size|exceeds? (the )?maximum|buffer_size/i,
    [
      'value-too-large',
      'a row or document is longer than 16 MB',
      'leave values of that size out of the export',
    ],
  ],
  [
    /no magic bytes|too small to be a parquet/i,
    ['file-damaged', 'it is not a whole Parquet file: its end is missing', 'write or download it again'],
  ],
  [
    /encrypted|encryption/i,
    ['file-encrypted', 'it is an encrypted Parquet file', 'give a file that is not encrypted'],
  ],
  [
    /malformed json|invalid json|unexpected end of data/i,
    ['file-damaged', 'it is not JSON throughout', 'mend the file, or write it again'],
  ],
  [
    /sniffing|dialect/i,
    [
      'file-dialect',
      'its rows do not divide into columns by any delimiter',
      'check that it is a CSV file, with the same number of fields in each row',
    ],
  ],
  [
    /unicode|not utf-8|utf8|encoded/i,
    ['file-encoding', 'its text is not in one encoding throughout', 'convert the file to UTF-8'],
  ],
  [
    /csv error|expected number of columns/i,
    ['file-damaged', 'its rows do not fit its columns', 'check quotes and delimiters in the file'],
  ],
  [
    /decompress|snappy|gzip|zstd|corrupt|thrift|deserializ|invalid page|footer|metadata/i,
    ['file-damaged', 'its content is damaged', 'write or download it again'],
  ],
  [/permission denied|cannot open file/i, ['file-forbidden', 'it cannot be opened', 'check its permissions']],
];

const unknown: Meaning = ['data-file', 'it cannot be read', 'check that the file is whole and of its kind'];

/**
 * DuckDB's error as one of ours.
 * @param file as the user knows it
 */
export function translateDuckDbError(error: unknown, file: string): DataFileError {
  if (error instanceof DataFileError) return error;
  const text = messageOf(error);
  const [code, says, hint] = meanings.find(([pattern]) => pattern.test(text))?.[1] ?? unknown;
  const line = code === 'file-damaged' ? /\bin (line|record\/value) (\d+)/.exec(text) : null;
  const where = line ? ` (${line[1] === 'line' ? 'line' : 'record'} ${line[2]})` : '';
  return new DataFileError(code, `${file}: ${says}${where}`, hint);
}

/** Errors of native modules need not be of this realm's `Error`. */
export function messageOf(error: unknown): string {
  const message = (error as { readonly message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : '';
}

/** A failure of the file system as one of ours. */
export function translateFileSystemError(error: unknown, file: string): Error {
  if (error instanceof DataFileError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new DataFileError('file-missing', `${file}: there is no such file or folder`, 'check the path');
    case 'EACCES':
    case 'EPERM':
      return new DataFileError(
        'file-forbidden',
        `${file}: reading it is not allowed`,
        'grant your account read access to it',
      );
    default:
      return error instanceof Error ? error : new Error(`${file}: reading failed`, { cause: error });
  }
}
