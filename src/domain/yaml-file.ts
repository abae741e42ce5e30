import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { FileFormatError } from './errors.js';

/** A YAML file that a person wrote, understood. */
export interface YamlFile<Value> {
  readonly value: Value;
  /** 1-based line of the field at `path`, or of the nearest field around it. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

/**
 * Reads one YAML document by a schema.
 * @param file path as the user gave it; only for messages
 * @throws FileFormatError naming file, line and what to write: the field's description in the schema
 */
export function parseYamlFile<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): YamlFile<z.output<Schema>> {
  const lines = new LineCounter();
  // Aliases are refused further down: nobody needs them here, and they can make small files huge.
  const document = parseShallow(text, file, lines);
  const mistake = document.errors[0];
  if (mistake) {
    throw new FileFormatError(
      file,
      lines.linePos(mistake.pos[0]).line,
      `is not YAML: ${mistake.message}`,
      'correct the line; texts that hold ":", "#" or quotes go between single quotes',
    );
  }
  const lineOf = (path: readonly PropertyKey[]) => lineIn(document, lines, path);
  const parsed = schema.safeParse(valueOf(document, file));
  if (parsed.success) return { value: parsed.data, lineOf };
  const issue = innermost(parsed.error.issues[0]);
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : issue.path;
  throw new FileFormatError(file, lineOf(path), problemOf(issue), hintFor(schema, issue));
}

/** The parser goes down a level a call: what is nested deeply enough exhausts the stack. */
function parseShallow(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FileFormatError(file, undefined, 'is nested too deeply', 'write it with fewer levels');
  }
}

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new FileFormatError(
      file,
      undefined,
      'uses YAML aliases (*name)',
      'write the value out in each place',
    );
  }
}

function lineIn(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const holder: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => String(key) === String(last));
      const start = (pair?.key as { range?: readonly number[] } | undefined)?.range?.[0];
      if (start !== undefined) return lines.linePos(start).line;
    }
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return document.contents?.range ? lines.linePos(document.contents.range[0]).line : undefined;
}

/** Of a union's many complaints, the one from the branch that came furthest. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const deepest = issue.errors
    .flat()
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return deepest && deepest.path.length > issue.path.length ? innermost(deepest) : issue;
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has no field named "${issue.keys[0]}"`;
  const field = issue.path.join('.');
  return `${field === '' ? 'the file' : field}: ${issue.message}`;
}

function hintFor(schema: z.ZodType, issue: z.core.$ZodIssue): string {
  const described = describedAt(schema, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const fields = Object.keys(described?.properties ?? {});
    return fields.length ? `use one of its fields: ${fields.join(', ')}` : 'remove the field';
  }
  // `12`, `1e5` and `yes` are no texts to YAML, however they were meant.
  const unquoted =
    issue.code === 'invalid_type' &&
    issue.expected === 'string' &&
    issue.message.match(/number|boolean|null/);
  if (unquoted) return 'put the value between single quotes, so that it is read as a text';
  return described?.description ? `write: ${described.description}` : 'correct the field';
}

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
}

/** The schema at a path, or that of the nearest field above it with a description. */
function describedAt(schema: z.ZodType, path: readonly PropertyKey[]): JsonSchema | undefined {
  let at: JsonSchema | undefined = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  let described = at;
  for (const part of path) {
    const others: JsonSchema | boolean | undefined = at.additionalProperties;
    at =
      typeof part === 'number'
        ? at.items
        : (at.properties?.[String(part)] ?? (typeof others === 'object' ? others : undefined));
    if (!at) break;
    if (at.description ?? at.properties) described = at;
  }
  return described;
}
