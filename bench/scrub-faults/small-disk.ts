import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';

const run = promisify(execFile);

/** Some times what a copy takes. */
const SIZE = '96m';
const CHUNK = Buffer.alloc(1024 * 1024);

/**
 * A small file system in memory with a tablespace on it, which can be filled to the last page. Needs a server
 * on this machine, and the right to mount.
 */
export class SmallDisk {
  readonly #folder: string;
  readonly tablespace: string;

  private constructor(folder: string, tablespace: string) {
    this.#folder = folder;
    this.tablespace = tablespace;
  }

  /** @returns undefined where this machine does not allow one to be mounted */
  static async mount(admin: pg.Client, tablespace: string): Promise<SmallDisk | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'scrubjay-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=755`, 'tmpfs', folder]);
    } catch {
      await rm(folder, { recursive: true });
      return undefined;
    }
    const disk = new SmallDisk(folder, tablespace);
    try {
      await disk.#makeTablespace(admin);
    } catch (error) {
      await disk.#unmount();
      throw error;
    }
    return disk;
  }

  /** Leaves no byte free. */
  async fill(): Promise<void> {
    const filler = await open(this.#filler, 'w');
    try {
      for (let left = CHUNK; left.length > 0;) {
        const written = await filler.write(left).catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          return undefined;
        });
        // A last piece that does not fit as a whole may fit in part.
        if (written === undefined) left = left.subarray(0, left.length >> 1);
      }
    } finally {
      await filler.close();
    }
  }

  async clear(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  /** Nothing may be left in the tablespace. */
  async remove(admin: pg.Client): Promise<void> {
    await admin.query(`drop tablespace if exists ${this.tablespace}`);
    await this.#unmount();
  }

  get #filler(): string {
    return join(this.#folder, 'filler');
  }

  async #makeTablespace(admin: pg.Client): Promise<void> {
    const { rows } = await admin.query<{ data_directory: string }>('show data_directory');
    const { uid, gid } = await stat(rows[0].data_directory);
    const place = join(this.#folder, 'tablespace');
    await mkdir(place, { mode: 0o700 });
    await chown(place, uid, gid);
    await admin.query(`create tablespace ${this.tablespace} location '${place}'`);
  }

  async #unmount(): Promise<void> {
    await run('umount', ['-l', this.#folder]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
