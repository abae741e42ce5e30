import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Memory that looks like a folder, on Linux. */
const IN_MEMORY = '/dev/shm';

/**
 * Texts that DuckDB cannot read where they stand, because of their encoding or of the part that is wanted,
 * as UTF-8 files that only this user may read. They are in memory where the system has a place for that,
 * and gone as soon as they have been read.
 */
export class PrivateExtracts {
  readonly folder: string;
  #count = 0;
  readonly #removeAtExit: () => void;

  private constructor(folder: string) {
    this.folder = folder;
    this.#removeAtExit = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', this.#removeAtExit);
  }

  static async open(): Promise<PrivateExtracts> {
    const parent = await access(IN_MEMORY, constants.W_OK).then(
      () => IN_MEMORY,
      () => tmpdir(),
    );
    return new PrivateExtracts(await realpath(await mkdtemp(join(parent, 'scrubjay-'))));
  }

  /** Runs `use` with the texts as files, one a text, and removes them. */
  async withFiles<T>(texts: readonly string[], use: (paths: readonly string[]) => Promise<T>): Promise<T> {
    const paths: string[] = [];
    try {
      for (const text of texts) {
        const path = join(this.folder, `${++this.#count}.txt`);
        paths.push(path);
        await writeFile(path, text, { mode: 0o600, flag: 'wx' });
      }
      return await use(paths);
    } finally {
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    }
  }

  async close(): Promise<void> {
    process.removeListener('exit', this.#removeAtExit);
    await rm(this.folder, { recursive: true, force: true });
  }
}
