import type { RelationName } from '../../domain/catalog/catalog.js';
import type { DataFile, FoundFiles } from './find-files.js';
import type { FileColumn } from './table-reader.js';

/** The schema of files that stand at the location itself; those in folders have the folders' names after it. */
const TOP = 'files';

/** `year=2024`: a folder that stands for a value of a partition, not for a place. */
const partition = /^[^=]+=/;

/** Endings of file names that writers add to number the parts of one table. */
const partEndings: readonly RegExp[] = [
  /\.(snappy|gzip|gz|zstd|lz4|brotli|uncompressed)$/i,
  /[-_.]c\d+$/i,
  /[-_.]?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /[-_. \d]*\d$/,
  /[-_. ]?part$/i,
];

/** The schema of a file or folder entry. */
export function schemaOf(folders: readonly string[]): string {
  return [TOP, ...folders.filter((folder) => !partition.test(folder))].join('/');
}

/** A file whose columns are known. */
export interface DescribedFile {
  readonly file: DataFile;
  readonly columns: readonly FileColumn[];
}

/** Files that are one table. */
export interface TableFiles<File extends DescribedFile> {
  readonly name: RelationName;
  readonly files: readonly File[];
}

/**
 * Puts files together that are parts of one table: numbered alike, in one folder (or in folders of one
 * partitioned table), of one format and with the same columns. All others are tables of their own.
 */
export function groupIntoTables<File extends DescribedFile>(
  files: readonly File[],
  found: FoundFiles,
): readonly TableFiles<File>[] {
  const sets = Map.groupBy(files, ({ file, columns }) =>
    JSON.stringify([
      schemaOf(file.folders),
      partStem(file, found),
      file.format,
      columns.map(({ name }) => name),
    ]),
  );
  const tables = [...sets.values()].map((parts) => ({
    schema: schemaOf(parts[0].file.folders),
    stem: parts.length > 1 ? partStem(parts[0].file, found) : parts[0].file.stem,
    files: parts,
  }));
  const taken = Map.groupBy(tables, ({ schema, stem }) => `${schema}\0${stem}`);
  return tables.map(({ schema, stem, files: parts }) => {
    const isAlone = taken.get(`${schema}\0${stem}`)!.length === 1;
    // Two tables of one name are told apart by the whole names of their first files.
    return { name: { schema, name: isAlone ? stem : placeOf(parts[0].file) }, files: parts };
  });
}

/** The name of a file within its schema, partitions included. */
function placeOf({ folders, name }: DataFile): string {
  return [...folders.filter((folder) => partition.test(folder)), name].join('/');
}

/** What the parts of a table have in common; a folder's name for partitions, and when their own names are but numbers. */
function partStem({ stem, folders }: DataFile, found: FoundFiles): string {
  const folder = folders.findLast((name) => !partition.test(name)) ?? found.name;
  if (folders.some((name) => partition.test(name))) return folder;
  const common = partEndings.reduce((rest, ending) => rest.replace(ending, ''), stem);
  return common === '' ? folder : common;
}
