import { readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { allChecks } from '../domain/posture/all-checks.generated.js';
import { controlSetsSchema, parseCheckText } from '../domain/posture/check-text.js';
import type { DescribedCheck } from '../domain/posture/evaluate-checks.js';
import { FileFormatError } from '../domain/errors.js';
import { parseYamlFile } from '../domain/yaml-file.js';
import { packageRoot } from '../package-root.js';
import { yamlFiles } from './yaml-files.js';

/**
 * Every posture check with the text and controls of its rule file, in the order of their ids.
 * @param root the folder `rules/` of the package
 * @throws FileFormatError naming file, line and what to write; also for a check without a file, and a file
 *   without a check
 */
export async function readChecks(root = join(packageRoot, 'rules')): Promise<readonly DescribedCheck[]> {
  const setsFile = join(root, 'control-sets.yaml');
  const sets = parseYamlFile(await readFile(setsFile, 'utf8'), printPath(setsFile), controlSetsSchema).value;
  const checks = new Map(allChecks.map((check) => [check.id, check]));
  const described: DescribedCheck[] = [];
  for (const path of await yamlFiles(join(root, 'checks'))) {
    const text = parseCheckText(await readFile(path, 'utf8'), printPath(path), sets);
    const check = checks.get(text.id);
    if (text.id !== basename(path).replace(/\.ya?ml$/, '')) {
      throw new FileFormatError(printPath(path), 1, `its id is "${text.id}"`, `name the file ${text.id}.yaml`);
    }
    if (!check) {
      throw new FileFormatError(
        printPath(path),
        1,
        'there is no check of this id',
        'write it in a file of that name under src/domain/posture/checks, or remove this one',
      );
    }
    checks.delete(text.id);
    described.push({ ...text, check });
  }
  const [missing] = checks.keys();
  if (missing !== undefined) {
    throw new FileFormatError(
      printPath(join(root, 'checks')),
      undefined,
      `the check ${missing} has no text`,
      `write ${missing}.yaml in a folder below it`,
    );
  }
  return described.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function printPath(path: string): string {
  const within = relative(packageRoot, path);
  return within.startsWith('..') ? path : within.split(sep).join('/');
}
