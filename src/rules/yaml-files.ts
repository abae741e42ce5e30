import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The YAML files below a folder, sorted, so that messages and order never depend on the file system. */
export async function yamlFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
