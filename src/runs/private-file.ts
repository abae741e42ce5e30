import { open, rm } from 'node:fs/promises';
import { ScrubjayError } from '../domain/errors.js';
import { reasonOfFileError } from '../domain/file-failures.js';

/** No key file is longer; a device or a wrong file is not read to its end. */
const LONGEST = 16_384;

/** A key file is out of reach. */
export class KeyFileAccessError extends ScrubjayError {
  readonly code = 'key-file-access';
}

/** A key file that others can read: what it protects is protected from nobody. */
export class KeyFileExposedError extends ScrubjayError {
  readonly code = 'key-file-exposed';

  constructor(file: string, mode: number) {
    super(
      `${file} can be read or changed by others (mode ${(mode & 0o7777).toString(8).padStart(4, '0')})`,
      `run 'chmod 600 ${file}'; if others may have read it, make a new key`,
    );
  }
}

/**
 * The text of a file that only its owner may read. Whether others may is asked of the open file, not of
 * its name, so that it cannot be exchanged in between; Windows has no such modes and is not asked.
 * @throws KeyFileAccessError, KeyFileExposedError
 */
export async function readPrivateFile(file: string): Promise<string> {
  return readKeyText(file, (mode) => {
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new KeyFileExposedError(file, mode);
  });
}

/** The text of a key file that anybody may read. Throws `KeyFileAccessError`. */
export async function readPublicFile(file: string): Promise<string> {
  return readKeyText(file, () => undefined);
}

async function readKeyText(file: string, checkMode: (mode: number) => void): Promise<string> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw accessError('read', file, error);
  });
  try {
    checkMode((await handle.stat()).mode);
    const bytes = Buffer.alloc(LONGEST + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length > LONGEST) break;
    }
    if (length > LONGEST) {
      throw new KeyFileAccessError(`${file} is too long to hold a key`, 'name the key file itself');
    }
    const text = bytes.toString('utf8', 0, length);
    bytes.fill(0);
    return text;
  } catch (error) {
    throw error instanceof ScrubjayError ? error : accessError('read', file, error);
  } finally {
    await handle.close();
  }
}

/** Writes a file that must not be there yet and that only its owner may read. Throws `KeyFileAccessError`. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await writeNew(file, text, 0o600);
}

/** Writes a file that must not be there yet and that everybody may read. Throws `KeyFileAccessError`. */
export async function writePublicFile(file: string, text: string): Promise<void> {
  await writeNew(file, text, 0o644);
}

async function writeNew(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode).catch((error: unknown) => {
    throw accessError('write', file, error);
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw accessError('write', file, error);
  }
}

function accessError(doing: 'read' | 'write', file: string, error: unknown): KeyFileAccessError {
  const { code = '' } = error as NodeJS.ErrnoException;
  return new KeyFileAccessError(
    `cannot ${doing} ${file}: ${reasonOfFileError(code)}`,
    code === 'EEXIST'
      ? 'a key that is overwritten is lost with every stand-in it made: name another file'
      : 'check the path and its permissions',
    { cause: error },
  );
}
