import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { collectTerraform, type TerraformContent } from '../../src/engines/terraform/collect-terraform.js';

/** Runs something with a folder that holds the given files, and takes it away. */
export async function withFolder<Result>(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'scrubjay-terraform-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a configuration of the given files holds. */
export function configurationOf(files: Readonly<Record<string, string>>): Promise<TerraformContent> {
  return withFolder(files, collectTerraform);
}
