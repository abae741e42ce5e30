import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataFileError, translateFileSystemError } from './data-file-error.js';
import { dataFileEndings, type DataFormat, readDataFileName } from './formats.js';
import type { NamedFile } from './text-bytes.js';

/** Files that a folder may hold, and folders in folders: more is rather a disk than an export. */
const MOST_FILES = 10_000;
const DEEPEST = 16;

/** A file of rows. */
export interface DataFile extends NamedFile {
  /** Folders below the location, outermost first. */
  readonly folders: readonly string[];
  /** `orders.csv.gz`. */
  readonly name: string;
  /** `orders`. */
  readonly stem: string;
  readonly format: DataFormat;
  readonly bytes: number;
}

/** Something in the folder that is not read. */
export interface LeftOut {
  readonly folders: readonly string[];
  readonly name: string;
  readonly reason: string;
}

/** What stands at a location. */
export interface FoundFiles {
  /** The real path of the file or folder. */
  readonly path: string;
  readonly name: string;
  readonly isFolder: boolean;
  readonly files: readonly DataFile[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * The data files of a location: the file, or those of the folder and the folders in it. Names that begin
 * with a dot or an underscore are marks that other tools leave, and no data.
 * @throws DataFileError when there is nothing to read
 */
export async function findFiles(location: string): Promise<FoundFiles> {
  try {
    const path = await realpath(location);
    const about = await stat(path);
    const name = basename(path);
    if (!about.isDirectory()) {
      const file = await singleFile(path, location, name, about.size);
      return { path, name, isFolder: false, files: [file], leftOut: [] };
    }
    const found: Gathered = { files: [], leftOut: [] };
    await gather(path, [], location.replace(/[/\\]+$/, '') || location, found);
    refuseNothing(location, found);
    return { path, name, isFolder: true, ...found };
  } catch (error) {
    throw translateFileSystemError(error, location);
  }
}

async function singleFile(path: string, shown: string, name: string, bytes: number): Promise<DataFile> {
  const known = readDataFileName(name) ?? { format: await formatByContent(path), stem: name };
  return { path, shown, name, folders: [], bytes, ...known };
}

/** A file that somebody names may be called anything. */
async function formatByContent(path: string): Promise<DataFormat> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    if (start.startsWith('PAR1')) return 'parquet';
    return /^(\xef\xbb\xbf)?\s*(\{\s*"|\[\s*[{[])/.test(start) ? 'json' : 'csv';
  } finally {
    await handle.close();
  }
}

interface Gathered {
  readonly files: DataFile[];
  readonly leftOut: LeftOut[];
}

async function gather(
  path: string,
  folders: readonly string[],
  shown: string,
  found: Gathered,
): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name.startsWith('_')) continue;
    if (found.files.length >= MOST_FILES) {
      throw new DataFileError(
        'file-unsupported',
        `${shown}: more than ${MOST_FILES} files`,
        'give the folders of it one by one',
      );
    }
    const reason = await gatherEntry(entry, path, folders, shown, found);
    if (reason !== undefined) found.leftOut.push({ folders, name: entry.name, reason });
  }
}

/** Adds what an entry holds; returns why it was left out, if it was. */
async function gatherEntry(
  entry: Dirent,
  parent: string,
  folders: readonly string[],
  parentShown: string,
  found: Gathered,
): Promise<string | undefined> {
  const { name } = entry;
  const path = join(parent, name);
  const shown = join(parentShown, name);
  if (entry.isDirectory()) return gatherFolder(path, [...folders, name], shown, found);
  const known = readDataFileName(name);
  if (!known) return 'not a kind of file that holds tables';
  try {
    const about = await stat(path);
    if (!about.isFile()) return 'a link or a device, not a file';
    found.files.push({ path: await realpath(path), shown, name, folders, bytes: about.size, ...known });
    return undefined;
  } catch (error) {
    const problem = translateFileSystemError(error, name);
    if (problem instanceof DataFileError) return 'a link that leads nowhere that you may read';
    throw problem;
  }
}

async function gatherFolder(
  path: string,
  folders: readonly string[],
  shown: string,
  found: Gathered,
): Promise<string | undefined> {
  if (folders.length > DEEPEST) return 'a folder too deep in folders';
  try {
    await gather(path, folders, shown, found);
    return undefined;
  } catch (error) {
    const problem = translateFileSystemError(error, shown);
    if (problem instanceof DataFileError && problem.code === 'file-forbidden')
      return 'a folder that your account may not read';
    throw problem;
  }
}

function refuseNothing(location: string, { files, leftOut }: Gathered): void {
  if (files.length > 0) return;
  const message =
    leftOut.length === 0
      ? `${location}: the folder is empty`
      : `${location}: none of the ${leftOut.length} files in the folder holds tables`;
  throw new DataFileError('folder-empty', message, `give a folder with files that end in ${dataFileEndings}`);
}
