import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import { ScrubjayError } from '../../domain/errors.js';
import type { PostureProblem } from '../../domain/posture/assemble-results.js';
import type { KubernetesObject } from '../../domain/posture/facts/kubernetes-facts.js';

/** A folder of manifests that was named cannot be read at all. */
export class ManifestInputError extends ScrubjayError {
  readonly code = 'manifest-input';
}

export interface ManifestContent {
  readonly objects: readonly KubernetesObject[];
  /** Files or documents that cannot be understood; the rest was read. */
  readonly problems: readonly PostureProblem[];
}

/** Files of one folder that are read, and bytes of one. */
const MOST_FILES = 5000;
const LARGEST = 16 * 1024 * 1024;

/**
 * Reads the manifests of a file or folder. What is not YAML, such as a Helm template, is told with its line.
 * @throws ManifestInputError when there is nothing to read
 */
export async function collectManifests(path: string): Promise<ManifestContent> {
  const objects: KubernetesObject[] = [];
  const problems: PostureProblem[] = [];
  for (const file of await manifestFiles(path)) {
    const printed = relative(process.cwd(), file) || file;
    if ((await stat(file)).size > LARGEST) {
      problems.push({
        where: printed,
        problem: 'is too large for a manifest',
        hint: 'name the folder of the manifests alone',
      });
      continue;
    }
    const read = readManifest(await readFile(file, 'utf8'), printed);
    objects.push(...read.objects);
    problems.push(...read.problems);
  }
  return { objects, problems };
}

async function manifestFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new ManifestInputError(`cannot read ${path}`, 'check its path and permissions', { cause });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0)
    throw new ManifestInputError(`${path} holds no manifest`, 'name the folder of .yaml files');
  if (files.length > MOST_FILES)
    throw new ManifestInputError(
      `${path} holds more than ${MOST_FILES} files`,
      'name the folder of the manifests alone',
    );
  return files;
}

/** The objects of one file; those of a List each by itself. */
export function readManifest(text: string, file: string): ManifestContent {
  const lines = new LineCounter();
  const objects: KubernetesObject[] = [];
  const problems: PostureProblem[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })) {
    const [mistake] = document.errors;
    if (mistake) {
      const { line } = lines.linePos(mistake.pos[0]);
      problems.push({
        where: `${file}:${line}`,
        problem: 'is not YAML',
        hint: "correct the line; render templates first: 'helm template' or 'kustomize build'",
      });
      continue;
    }
    const line = document.contents?.range ? lines.linePos(document.contents.range[0]).line : 1;
    let body: unknown;
    try {
      // Aliases can make small files huge.
      body = document.toJS({ maxAliasCount: 100 });
    } catch {
      problems.push({
        where: `${file}:${line}`,
        problem: 'has too many aliases',
        hint: 'write the values out',
      });
      continue;
    }
    for (const object of unlisted(body)) {
      const found = objectOf(object, { file, line });
      if (found) objects.push(found);
    }
  }
  return { objects, problems };
}

function unlisted(body: unknown): readonly unknown[] {
  const { kind, items } = (body ?? {}) as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [body];
}

function objectOf(body: unknown, place: KubernetesObject['place']): KubernetesObject | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { kind, apiVersion, metadata, data, stringData, ...rest } = body as Record<string, unknown>;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return undefined;
  const { name, namespace } = (metadata ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
  // What a Secret holds is nobody's business here.
  const open = kind === 'Secret' ? {} : { data, stringData };
  return {
    kind,
    apiVersion,
    name: typeof name === 'string' ? name : '(unnamed)',
    namespace: typeof namespace === 'string' ? namespace : 'default',
    place,
    body: { ...rest, ...open, kind, apiVersion, metadata },
  };
}
