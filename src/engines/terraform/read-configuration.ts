import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { PostureProblem } from '../../domain/posture/assemble-results.js';
import type { TerraformResource } from '../../domain/posture/facts/terraform-facts.js';
import { lineOfJsonMistake } from './json-mistake.js';
import { resolveExpressions, type Scope } from './resolve-expressions.js';

type Block = Readonly<Record<string, unknown>>;

/** A `.tf` file as JSON. */
interface Parsed {
  readonly file: string;
  readonly folder: string;
  readonly text: string;
  readonly content: Block;
}

/**
 * Resources of a configuration, folder by folder. Variables count with the default, or what terraform.tfvars
 * says; those of a module that another calls count with what it is called with. What that leaves open is
 * unknown until apply. A file that cannot be understood is told with its line, and the rest is read.
 */
export async function readConfiguration(
  files: readonly string[],
  root: string,
): Promise<{
  readonly resources: readonly TerraformResource[];
  readonly problems: readonly PostureProblem[];
}> {
  // A program of its own in WebAssembly: nothing else needs it.
  const { parse } = await import('@cdktf/hcl2json');
  const parsed: Parsed[] = [];
  const problems: PostureProblem[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    try {
      const content = file.endsWith('.json')
        ? (JSON.parse(text) as Block)
        : ((await parse(file, text)) as Block);
      parsed.push({ file, folder: dirname(file), text, content });
    } catch (error) {
      problems.push({
        where: `${file}${file.endsWith('.json') ? lineSuffix(lineOfJsonMistake(text)) : lineOfError(error)}`,
        problem: `is not understood as ${file.endsWith('.json') ? 'JSON' : 'HCL'}`,
        hint: "run 'terraform validate'",
      });
    }
  }
  const folders = [...new Set(parsed.map(({ folder }) => folder))];
  const calls = callsOf(parsed, folders);
  const resources = folders.flatMap((folder) => {
    const instances = instancesOf(parsed, calls, folder);
    return parsed
      .filter((file) => file.folder === folder && /\.tf(\.json)?$/.test(file.file))
      .flatMap((file) => instances.flatMap(({ prefix, scope }) => resourcesOf(file, prefix, scope, root)));
  });
  return { resources, problems };
}

interface ModuleCall {
  readonly from: string;
  readonly name: string;
  readonly given: Block;
}

/** Calls of local modules, by the folder that is called. */
function callsOf(
  parsed: readonly Parsed[],
  folders: readonly string[],
): ReadonlyMap<string, readonly ModuleCall[]> {
  const calls = new Map<string, ModuleCall[]>();
  for (const from of folders) {
    for (const [name, bodies] of Object.entries(blocksOf(parsed, from, 'module'))) {
      for (const given of asList(bodies)) {
        if (typeof given.source !== 'string' || !/^\.{1,2}\//.test(given.source)) continue;
        const target = resolve(from, given.source);
        calls.set(target, [...(calls.get(target) ?? []), { from, name, given }]);
      }
    }
  }
  return calls;
}

/** Modules that call modules, and so on. */
const DEEPEST = 10;

/**
 * A folder once for each chain of calls that leads to it, or once for itself. What a module is given means
 * what it means to whoever calls.
 */
function instancesOf(
  parsed: readonly Parsed[],
  calls: ReadonlyMap<string, readonly ModuleCall[]>,
  folder: string,
  callers: readonly string[] = [],
): readonly { readonly prefix: string; readonly scope: Scope }[] {
  const own = (calls.get(resolve(folder)) ?? []).filter(({ from }) => !callers.includes(from));
  if (own.length === 0 || callers.length > DEEPEST)
    return [{ prefix: '', scope: scopeOf(parsed, folder, {}) }];
  return own.flatMap(({ from, name, given }) =>
    instancesOf(parsed, calls, from, [...callers, folder]).map(({ prefix, scope }) => ({
      prefix: `${prefix}module.${name}.`,
      scope: scopeOf(parsed, folder, resolveExpressions(given, scope) as Block),
    })),
  );
}

function resourcesOf(file: Parsed, prefix: string, scope: Scope, root: string): readonly TerraformResource[] {
  const types = (file.content.resource ?? {}) as Record<string, Record<string, unknown>>;
  return Object.entries(types).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, bodies]) =>
      asList(bodies).map((body) => ({
        address: `${prefix}${type}.${name}`,
        type,
        name,
        place: { file: relative(process.cwd(), file.file) || root, line: lineOfBlock(file.text, type, name) },
        attributes: resolveExpressions(body, scope) as Record<string, unknown>,
      })),
    ),
  );
}

/** Blocks of a kind in a folder, by name. */
function blocksOf(parsed: readonly Parsed[], folder: string, kind: string): Record<string, unknown> {
  return Object.assign(
    {},
    ...parsed.filter((file) => file.folder === folder).map(({ content }) => content[kind] ?? {}),
  ) as Record<string, unknown>;
}

function scopeOf(parsed: readonly Parsed[], folder: string, given: Block): Scope {
  const variables = new Map<string, unknown>();
  for (const [name, bodies] of Object.entries(blocksOf(parsed, folder, 'variable'))) {
    const [body] = asList(bodies);
    if (body && 'default' in body) variables.set(name, body.default);
  }
  for (const { file, content } of parsed) {
    if (dirname(file) !== folder || !/(^|[/\\])(terraform|[^/\\]*\.auto)\.tfvars(\.json)?$/.test(file))
      continue;
    for (const [name, value] of Object.entries(content)) variables.set(name, value);
  }
  for (const [name, value] of Object.entries(given)) variables.set(name, value);
  const locals = new Map<string, unknown>();
  for (const { content } of parsed.filter((each) => each.folder === folder)) {
    for (const block of asList(content.locals))
      for (const [name, value] of Object.entries(block)) locals.set(name, value);
  }
  return { variables, locals };
}

function asList(bodies: unknown): readonly Block[] {
  if (bodies === undefined || bodies === null) return [];
  return (Array.isArray(bodies) ? bodies : [bodies]) as readonly Block[];
}

/** Where the block of a resource begins, 1-based. */
function lineOfBlock(text: string, type: string, name: string): number {
  const at =
    new RegExp(`resource\\s+"?${type}"?\\s+"?${name.replace(/[^\w-]/g, '.')}"?`).exec(text)?.index ?? 0;
  return text.slice(0, at).split('\n').length;
}

function lineOfError(error: unknown): string {
  const text = typeof error === 'string' ? error : error instanceof Error ? error.message : String(error);
  const line = /:(\d+),\d+/.exec(text)?.[1];
  return lineSuffix(line);
}

function lineSuffix(line: number | string | undefined): string {
  return line === undefined ? '' : `:${line}`;
}
