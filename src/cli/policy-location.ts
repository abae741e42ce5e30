import { type ReadPolicy, parsePolicy } from '../domain/policy/policy-file.js';
import type { Rules } from '../rules/read-rules.js';
import { UsageError } from './errors.js';
import { readTextFile } from './text-files.js';

/**
 * The policy that a person names: the id of a ready one (of `rules/policies/` or a `--rules` folder), or
 * a file. A name with a slash, or that ends as a YAML file does, is a file.
 * @throws UsageError, FileAccessError, or FileFormatError naming file, line and what to write
 */
export async function readPolicyNamed(
  nameOrFile: string,
  { policies, informationTypes }: Pick<Rules, 'policies' | 'informationTypes'>,
): Promise<ReadPolicy> {
  const ready = policies.get(nameOrFile);
  if (ready) return ready;
  if (!/[/\\]|\.ya?ml$/i.test(nameOrFile)) {
    throw new UsageError(
      `there is no ready policy "${nameOrFile}"`,
      `use one of ${[...policies.keys()].sort().join(', ')}, or give a file such as ./${nameOrFile}.yaml`,
    );
  }
  return parsePolicy(await readTextFile(nameOrFile), nameOrFile, informationTypes);
}
