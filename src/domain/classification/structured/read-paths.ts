/** Values found at one path of the structured values of a column. */
export interface PathValues {
  /** `$.user.name`, `$.tags[*]`. */
  readonly path: string;
  /** Names on the way, outermost first: `user`, `name`. */
  readonly names: readonly string[];
  readonly values: string[];
}

const mostPaths = 200;
const deepest = 12;
const longestDocument = 200_000;
const mostElements = 30;

/**
 * The scalar values of JSON documents (objects and arrays of them), gathered path by path over the
 * sample. Keys-and-values of hstore and elements of XML are read the same way. Documents that cannot be
 * parsed or are longer than 200,000 characters are skipped.
 */
export function readPaths(sample: readonly (string | null)[]): readonly PathValues[] {
  const paths = new Map<string, PathValues>();
  for (const value of sample) {
    if (value === null || value.length > longestDocument) continue;
    const document = parse(value);
    if (document !== undefined && typeof document === 'object') walk(document, '$', [], paths, 0);
  }
  return [...paths.values()];
}

/** True when most of the first values are objects or arrays in JSON. */
export function looksLikeDocuments(values: readonly string[]): boolean {
  const few = values.slice(0, 20);
  const documents = few.filter(
    (value) => /^\s*[{[]/.test(value) && /[}\]]\s*$/.test(value) && typeof parse(value) === 'object',
  );
  return few.length > 0 && documents.length >= few.length * 0.7;
}

function parse(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return undefined; // not JSON after all: a template, a truncated document
    }
  }
  if (trimmed.startsWith('"') && trimmed.includes('=>')) return parsePairs(trimmed);
  if (trimmed.startsWith('<')) return parseElements(trimmed);
  return undefined;
}

/** hstore: `"a"=>"1", "b"=>NULL`. */
function parsePairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const [, key, value] of text.matchAll(/"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"/gs))
    pairs[key] = value;
  return pairs;
}

/** The leaves and attributes of XML, by element name; enough to classify, not to process. */
function parseElements(text: string): Record<string, string[]> {
  const leaves: Record<string, string[]> = {};
  for (const [, name, attributes, content] of text.matchAll(
    /<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*"[^"<]*")*)\s*(?:\/>|>([^<]*)(?=<\/))?/g,
  )) {
    if (content?.trim()) (leaves[name] ??= []).push(content.trim());
    for (const [, attribute, value] of (attributes ?? '').matchAll(/([\w:.-]+)\s*=\s*"([^"<]*)"/g))
      (leaves[attribute] ??= []).push(value);
  }
  return leaves;
}

function walk(
  value: unknown,
  path: string,
  names: readonly string[],
  paths: Map<string, PathValues>,
  depth: number,
): void {
  if (value === null || value === undefined || depth > deepest) return;
  if (Array.isArray(value)) {
    for (const element of value.slice(0, mostElements)) walk(element, `${path}[*]`, names, paths, depth + 1);
    return;
  }
  if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value))
      walk(inner, `${path}${printKey(key)}`, [...names, key], paths, depth + 1);
    return;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const known = paths.get(path);
  if (known) known.values.push(text);
  else if (paths.size < mostPaths) paths.set(path, { path, names, values: [text] });
}

function printKey(key: string): string {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
