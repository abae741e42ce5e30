import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ScrubTargetOptions } from '../../scrub-target.js';
import { RefusedTargetError } from '../../refused-target.js';
import { readCopyLocation } from './copy-location.js';

/** Says in a work folder that it is not to be used, and why. */
const INCOMPLETE = 'INCOMPLETE.txt';
/** Bears what a copy was published as. */
const PUBLICATION = '.scrubjay-publication';

/** Refuses, before anything is touched, what is no folder, and a folder that is not empty unless it may be replaced. */
export async function refuseFolder(folder: string, { replace }: ScrubTargetOptions): Promise<void> {
  if (!existsSync(folder)) return;
  if (!(await stat(folder)).isDirectory()) {
    throw new RefusedTargetError(
      'target-no-folder',
      `${folder} is no folder`,
      'give a folder, which is made where there is none',
    );
  }
  const files = await readdir(folder);
  if (files.length === 0 || replace) return;
  throw new RefusedTargetError(
    'target-not-empty',
    `${folder} is not empty (${files.length} files and folders)`,
    'give an empty or new folder, or say --replace: the old one is kept under another name',
  );
}

/** Makes the folder that a copy is built in, for its owner alone, and takes away what earlier runs left. */
export async function makeWorkFolder(target: string, digest: string): Promise<string> {
  const [parent, name] = [dirname(target), basename(target)];
  await mkdir(parent, { recursive: true });
  for (const entry of await readdir(parent)) {
    const isLeft = entry.startsWith(`${name}__scrubjay_`) && existsSync(join(parent, entry, INCOMPLETE));
    if (isLeft) await rm(join(parent, entry), { recursive: true });
  }
  const work = `${target}__scrubjay_${digest.slice(0, 8)}`;
  await mkdir(work, { mode: 0o700 });
  await writeFile(join(work, INCOMPLETE), `under construction for ${name}\n`, { mode: 0o600 });
  return work;
}

export async function markIncomplete(work: string, reason: string): Promise<void> {
  await writeFile(join(work, INCOMPLETE), `${reason}\n`);
}

/** Gives the work folder the target's name; the old one stays as `<target>__previous`. */
export async function publishWorkFolder(
  target: string,
  work: string,
  mark: string | undefined,
): Promise<void> {
  await rm(join(work, INCOMPLETE), { force: true });
  if (mark !== undefined) await writeFile(join(work, PUBLICATION), mark, { mode: 0o600 });
  const previous = `${target}__previous`;
  const replaces = existsSync(target);
  if (replaces) {
    await rm(previous, { recursive: true, force: true });
    await rename(target, previous);
  }
  try {
    await rename(work, target);
  } catch (error) {
    if (replaces) await rename(previous, target);
    throw error;
  }
}

export async function removeWorkFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** The mark that a folder was published with; undefined for any other. */
export async function publishedMark(location: string): Promise<string | undefined> {
  const file = join(readCopyLocation(location).folder, PUBLICATION);
  return existsSync(file) ? readFile(file, 'utf8') : undefined;
}
