import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { contentDetectors } from '../domain/classification/values/content-detectors.js';
import { InformationTypeRegistry, type KnownNames } from '../domain/classification/information-type-registry.js';
import { parseInformationType, type InformationTypeFile } from '../domain/classification/information-type-file.js';
import { sensitivityLabelsSchema, type SensitivityLabels } from '../domain/classification/sensitivity-labels.js';
import { validators } from '../domain/classification/validators/registry.js';
import { FileFormatError, ScrubjayError } from '../domain/errors.js';
import { parsePolicy, type ReadPolicy } from '../domain/policy/policy-file.js';
import { parseYamlFile } from '../domain/yaml-file.js';
import { packageRoot } from '../package-root.js';
import { FolderWordLists } from './read-words.js';
import { yamlFiles } from './yaml-files.js';

/** A folder given with `--rules` is not there, or holds nothing to read. */
export class RulesFolderError extends ScrubjayError {
  readonly code = 'rules-folder';
}

/** Everything of `rules/`, and of the folders that add to it. */
export interface Rules {
  readonly informationTypes: InformationTypeRegistry;
  readonly words: FolderWordLists;
  /** By id, with the digests of their texts. */
  readonly policies: ReadonlyMap<string, ReadPolicy>;
  /** The texts of `policies`, by id, to begin one's own from. */
  readonly policySources: ReadonlyMap<string, string>;
  readonly sensitivityLabels: SensitivityLabels;
}

/**
 * Reads Scrubjay's own rules and then, in order, those of further folders. Such a folder is laid out as
 * `rules/` (`information-types/`, `words/`, `policies/`, `sensitivity-labels.yaml`, each optional); one
 * without any of these is read as information types. A type with an id that is known replaces it where the
 * file says `overrides: true`; a word list's locale, a policy and the labels replace those of the same name.
 * @throws FileFormatError naming file, line and what to write
 * @throws RulesFolderError for a folder that cannot be read
 */
export function readRules({ extraFolders = [] }: { readonly extraFolders?: readonly string[] } = {}): Promise<Rules> {
  if (extraFolders.length > 0) return readFolders(extraFolders);
  // The package's own rules do not change while a process runs.
  return (packaged ??= readFolders([]));
}

let packaged: Promise<Rules> | undefined;

async function readFolders(extraFolders: readonly string[]): Promise<Rules> {
  const folders = [join(packageRoot, 'rules'), ...extraFolders];
  await Promise.all(extraFolders.map(checkFolder));
  const words = new FolderWordLists(folders.map((folder) => join(folder, 'words')));
  const files = await Promise.all(folders.map(readInformationTypes));
  const informationTypes = new InformationTypeRegistry(files.flat(), knownNames(words));
  const policies = await Promise.all(folders.map((folder) => readPolicies(folder, informationTypes)));
  return {
    informationTypes,
    words,
    policies: new Map(policies.flat().map(({ read }) => [read.policy.id, read])),
    policySources: new Map(policies.flat().map(({ read, source }) => [read.policy.id, source])),
    sensitivityLabels: await readSensitivityLabels(folders),
  };
}

/** What rule files may refer to, beside the given word lists. */
export function knownNames(words: FolderWordLists): KnownNames {
  return {
    validators: new Set(validators.keys()),
    // Documents are judged part by part, not by a detector.
    contentDetectors: new Set([...Object.keys(contentDetectors), 'personal-document']),
    wordLists: new Set(words.names()),
  };
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    throw new RulesFolderError(`cannot read the rules folder ${folder}`, 'check its path and permissions', { cause: error });
  });
  if (!found.isDirectory()) {
    throw new RulesFolderError(`${folder} is not a folder`, 'give the folder that holds the rule files');
  }
}

async function readInformationTypes(folder: string): Promise<readonly InformationTypeFile[]> {
  const root = informationTypesIn(folder);
  if (root === undefined) return [];
  const paths = await yamlFiles(root);
  return Promise.all(
    paths.map(async (path) => {
      const family = relative(root, dirname(path)).split(sep).join('/');
      return parseInformationType(await readText(path), printPath(path), family);
    }),
  );
}

function informationTypesIn(folder: string): string | undefined {
  const own = join(folder, 'information-types');
  if (existsSync(own)) return own;
  const laidOut = ['words', 'policies', 'sensitivity-labels.yaml'].some((name) => existsSync(join(folder, name)));
  return laidOut ? undefined : folder;
}

async function readPolicies(
  folder: string,
  types: InformationTypeRegistry,
): Promise<readonly { readonly read: ReadPolicy; readonly source: string }[]> {
  const root = join(folder, 'policies');
  if (!existsSync(root)) return [];
  const paths = await yamlFiles(root);
  return Promise.all(
    paths.map(async (path) => {
      const source = await readText(path);
      return { read: parsePolicy(source, printPath(path), types), source };
    }),
  );
}

async function readSensitivityLabels(folders: readonly string[]): Promise<SensitivityLabels> {
  const path = folders.map((folder) => join(folder, 'sensitivity-labels.yaml')).findLast((file) => existsSync(file))!;
  return parseYamlFile(await readText(path), printPath(path), sensitivityLabelsSchema).value.labels;
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new FileFormatError(printPath(path), undefined, 'is not UTF-8', 'save the file as UTF-8');
}

/** Scrubjay's own files by their place in the package, others as given. */
function printPath(path: string): string {
  const within = relative(packageRoot, path);
  return within.startsWith('..') ? path : within.split(sep).join('/');
}
