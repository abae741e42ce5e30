import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostureProblem } from '../../domain/posture/assemble-results.js';
import type { LiteralSecret, TerraformResource } from '../../domain/posture/facts/terraform-facts.js';
import { TerraformInputError } from './terraform-errors.js';
import { readConfiguration } from './read-configuration.js';
import { readPlan } from './read-plan.js';
import { takeSecrets } from './take-secrets.js';

/** What a plan, state or configuration holds, without its secrets. */
export interface TerraformContent {
  readonly resources: readonly TerraformResource[];
  readonly literalSecrets: readonly LiteralSecret[];
  /** Files that cannot be understood; the rest was read. */
  readonly problems: readonly PostureProblem[];
}

/** No plan is larger; a wrong file is not read to its end. */
const LARGEST = 256 * 1024 * 1024;

/** Files of one folder that are read. */
const MOST_FILES = 2000;

/**
 * Reads a plan or state as JSON (`terraform show -json`), or the `.tf` files of a folder with its modules.
 * @throws TerraformInputError when nothing can be read
 */
export async function collectTerraform(path: string): Promise<TerraformContent> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new TerraformInputError(`cannot read ${path}`, 'check its path and permissions', { cause });
  });
  if (/\.tf(vars)?$/.test(path)) {
    throw new TerraformInputError(
      `${path} is one file of a configuration`,
      'name its folder: what a file means depends on those beside it',
    );
  }
  if (found.size > LARGEST)
    throw new TerraformInputError(`${path} is too large`, 'name one plan, of 256 MiB at most');
  const read = found.isDirectory()
    ? await readConfiguration(await configurationFiles(path), path)
    : readPlan(await readFile(path, 'utf8'), path);
  const { resources, literalSecrets } = takeSecrets(read.resources);
  return { resources, literalSecrets, problems: read.problems };
}

async function configurationFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(
      (entry) =>
        entry.isFile() &&
        /\.tf(vars)?(\.json)?$/.test(entry.name) &&
        !/[/\\]\.terraform([/\\]|$)/.test(entry.parentPath),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) {
    throw new TerraformInputError(
      `${folder} holds no .tf file`,
      "name the folder of a configuration, or a plan as JSON: 'terraform show -json PLAN > plan.json'",
    );
  }
  if (files.length > MOST_FILES) {
    throw new TerraformInputError(
      `${folder} holds more than ${MOST_FILES} .tf files`,
      'name the folder of one root module',
    );
  }
  return files;
}
