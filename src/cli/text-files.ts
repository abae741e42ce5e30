import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { FileFormatError } from '../domain/errors.js';
import { reasonOfFileError } from '../domain/file-failures.js';
import { FileAccessError } from './errors.js';

/** The text of a file that a person named. Throws `FileAccessError`, or `FileFormatError` when it is not UTF-8. */
export async function readTextFile(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw accessError('read', file, error);
  });
  if (!isUtf8(bytes)) throw new FileFormatError(file, undefined, 'is not UTF-8', 'save the file as UTF-8');
  return bytes.toString('utf8');
}

/** The text of a file, or undefined where there is none. */
export async function readTextFileIfThere(file: string): Promise<string | undefined> {
  try {
    return await readTextFile(file);
  } catch (error) {
    if (error instanceof FileAccessError && (error.cause as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}

/** Writes a file whole or not at all: an interrupted write leaves the old one. Throws `FileAccessError`. */
export async function writeTextFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(draft, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw accessError('write', file, error);
  }
}

/** Writes a file that must not be there yet, and its folder where there is none. Throws `FileAccessError`. */
export async function writeNewFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
    throw accessError('write', file, error);
  });
  const handle = await open(file, 'wx').catch((error: unknown) => {
    throw accessError('write', file, error);
  });
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

function accessError(doing: 'read' | 'write', file: string, error: unknown): FileAccessError {
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = reasonOfFileError(code);
  return new FileAccessError(
    `cannot ${doing} ${file}: ${reason}`,
    hints.get(code) ?? 'check the path and its permissions',
    {
      cause: error,
    },
  );
}

const hints = new Map([['EEXIST', 'name another file, or remove that one']]);
