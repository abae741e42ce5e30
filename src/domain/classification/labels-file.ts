import { type Document, isMap, isScalar, Pair, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { type ColumnName, parseNameParts, printColumnName } from '../catalog/catalog.js';
import { FileFormatError, ScrubjayError } from '../errors.js';
import { parseYamlFile } from '../yaml-file.js';
import type { InformationTypeRegistry } from './information-type-registry.js';
import { type Label, labelStatuses } from './label.js';
import { sensitivities } from './sensitivity.js';

/** What stands for "nothing sensitive" where a type would stand. */
export const NOTHING = 'none';

const typeOrNothing = z
  .string()
  .describe(`An information type's id, or "${NOTHING}" for a column with nothing sensitive.`);

const entrySchema = z
  .strictObject({
    type: typeOrNothing,
    sensitivity: z.enum(sensitivities).describe(`One of ${sensitivities.join(', ')}.`),
    status: z.enum(labelStatuses).describe(`One of ${labelStatuses.join(', ')}.`),
    confidence: z.number().min(0).max(1).optional().describe('A probability from 0 to 1.'),
    by: z.string().optional().describe('Who decided.'),
    at: z.string().optional().describe('When, as 2026-01-31T12:00:00Z.'),
    reason: z.string().optional().describe('Why, in a sentence.'),
    review: z
      .string()
      .optional()
      .describe('Why the label should be looked at again; leave it out when done.'),
    proposed: typeOrNothing
      .optional()
      .describe('What the evidence spoke for when somebody decided otherwise; written by scans.'),
    paths: z
      .record(z.string(), typeOrNothing)
      .optional()
      .describe(`JSON path to information type, such as '$.contact.email': email-address.`),
    column: z.string().optional().describe('Fingerprint of the column, written by scans: leave it out.'),
  })
  .describe('A label: type, sensitivity and status, then who decided, when and why.');

const referenceSchema = z
  .strictObject({
    from: z.string().describe('The referring column as schema.table.column.'),
    path: z.string().optional().describe('JSON path of the id inside the column, such as $.owner.id.'),
    to: z.string().describe('The column referred to, as schema.table.column.'),
    when: z
      .strictObject({
        column: z.string().describe('Name of the column of the same table that tells what is referred to.'),
        equals: z.string().describe('Its value for rows that refer to this table.'),
      })
      .optional()
      .describe('For polymorphic ids: { column: owner_type, equals: Customer }.'),
  })
  .describe('A link that no foreign key declares: from, to, and where it needs them path and when.');

const labelsFileSchema = z.strictObject({
  version: z.literal(1).describe('1'),
  dataSource: z.string().optional().describe('The data source, without credentials.'),
  scanned: z
    .strictObject({
      rules: z.string().describe('Fingerprint of the rules of the last scan.'),
      values: z.boolean().describe('True when rows were sampled.'),
      unread: z.array(z.string()).optional().describe('Tables whose rows could not be read.'),
    })
    .optional()
    .describe('Written by scans, so that the next one reads only what changed: leave it out.'),
  columns: z.record(z.string(), entrySchema).describe('schema.table.column: and its label below.'),
  references: z.array(referenceSchema).optional().describe('A list of links that no foreign key declares.'),
});

type Entry = z.infer<typeof entrySchema>;

/** A label as the file keeps it, with what the column was when it was labelled. */
export interface KeptLabel extends Label {
  /** Structure and place of the column (`structureOf`); absent in a file written by hand. */
  readonly structure?: string;
  /** What the evidence spoke for when somebody decided otherwise; null for nothing sensitive. */
  readonly proposed?: string | null;
  /** JSON paths that somebody declared to hold nothing sensitive. */
  readonly plainPaths?: readonly string[];
}

/** A link between columns that the database does not declare: polymorphic ids, arrays of ids, ids in JSON. */
export interface DeclaredReference {
  readonly from: ColumnName;
  readonly path?: string;
  readonly to: ColumnName;
  readonly when?: { readonly column: string; readonly equals: string };
}

/** What the last scan saw, so that the next one can leave out what is unchanged. */
export interface ScanRecord {
  /** Fingerprint of the rules that it used. */
  readonly rules: string;
  /** True when rows were sampled, false for metadata only. */
  readonly values: boolean;
  /** Printed names of tables whose rows could not be read. */
  readonly unread: readonly string[];
}

/** Labels of one data source, by the printed name of the column. */
export interface Labels {
  readonly dataSource?: string;
  readonly scanned?: ScanRecord;
  readonly columns: ReadonlyMap<string, KeptLabel>;
  readonly references: readonly DeclaredReference[];
}

export const noLabels: Labels = { columns: new Map(), references: [] };

/**
 * Reads a labels file.
 * @param file path as the user gave it; only for messages
 * @param types when given, every type that a label names must be one of them
 * @throws FileFormatError naming file, line and what to write
 */
export function parseLabels(text: string, file: string, types?: InformationTypeRegistry): Labels {
  const { value, lineOf } = parseYamlFile(text, file, labelsFileSchema);
  const nameAt = (printed: string, path: readonly PropertyKey[]): ColumnName => {
    const parts = parseNameParts(printed);
    if (parts?.length === 3) return { schema: parts[0], table: parts[1], column: parts[2] };
    throw new FileFormatError(
      file,
      lineOf(path),
      'this is no column name',
      'write schema.table.column, with double quotes around a part that holds a dot, a quote or a space',
    );
  };
  const checkType = (id: string, path: readonly PropertyKey[]): void => {
    if (id === NOTHING || !types) return;
    at(
      file,
      () => lineOf(path),
      () => types.get(id),
    );
  };
  const columns = new Map<string, KeptLabel>();
  for (const [printed, entry] of Object.entries(value.columns)) {
    const label = labelFrom(entry, nameAt(printed, ['columns', printed]));
    checkType(entry.type, ['columns', printed, 'type']);
    for (const [path, id] of Object.entries(entry.paths ?? {})) {
      checkType(id, ['columns', printed, 'paths', path]);
    }
    columns.set(printColumnName(label.column), label);
  }
  const references = (value.references ?? []).map(({ from, to, ...rest }, i) => ({
    from: nameAt(from, ['references', i, 'from']),
    to: nameAt(to, ['references', i, 'to']),
    ...present(rest),
  }));
  const { dataSource, scanned } = value;
  return {
    ...present({ dataSource, scanned: scanned && { ...scanned, unread: scanned.unread ?? [] } }),
    columns,
    references,
  };
}

/**
 * Writes labels as a file that reviews well: columns in order, one block each. With the text of the
 * file before, only what changed is touched, so that people's comments stay.
 * @param renamed columns that carry their block on under a new name
 */
export function printLabels(
  labels: Labels,
  before?: string,
  renamed: readonly { readonly from: string; readonly to: string }[] = [],
): string {
  const document = parseDocument(before ?? emptyFile);
  const contents = document.contents;
  if (!isMap(contents)) return printLabels(labels);
  setOptional(contents, document, 'dataSource', labels.dataSource, 1);
  setOptional(contents, document, 'scanned', labels.scanned && scanEntry(labels.scanned), 2);
  writeColumns(document, labels, new Map(renamed.map(({ from, to }) => [to, from])));
  if (before === undefined && labels.references.length > 0) {
    document.set('references', document.createNode(labels.references.map(referenceEntry)));
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

const emptyFile = `# What each column holds, and who decided. Kept by scrubjay, reviewed like code.
# Decide with 'scrubjay labels confirm|reject|set', or by hand. A column without a block stops a scrub.
version: 1
columns: {}
`;

function writeColumns(document: Document, labels: Labels, origins: ReadonlyMap<string, string>): void {
  const map = document.get('columns', true);
  const old = new Map<string, Pair>();
  if (isMap(map)) for (const pair of map.items) old.set(keyOf(pair), pair);
  const columns = isMap(map) ? map : (document.createNode({}) as YAMLMap);
  const sorted = [...labels.columns].sort(([a], [b]) => (a < b ? -1 : 1));
  columns.items = sorted.map(([name, label], i) => {
    const entry = entryFrom(label);
    const known = old.get(name) ?? old.get(origins.get(name) ?? '');
    const pair = known ?? new Pair(document.createNode(name), document.createNode({}));
    if (isScalar(pair.key)) {
      pair.key.value = name;
      if (!known) pair.key.spaceBefore = i > 0;
    }
    if (isMap(pair.value)) writeEntry(document, pair.value, entry);
    else pair.value = document.createNode(entry);
    return pair;
  });
  columns.flow = sorted.length === 0;
  document.set('columns', columns);
}

/** Sets what changed and leaves the rest as it stands, comments included. */
function writeEntry(document: Document, map: YAMLMap, entry: Entry): void {
  map.flow = false;
  for (const pair of [...map.items]) if (!(keyOf(pair) in entry)) map.delete(pair.key);
  for (const [field, value] of Object.entries(entry)) {
    const node = map.get(field, true) as { toJS?: (document: Document) => unknown } | undefined;
    if (node?.toJS && JSON.stringify(node.toJS(document)) === JSON.stringify(value)) continue;
    if (typeof value === 'object') map.set(field, document.createNode(value));
    else map.set(field, value);
  }
  const order = Object.keys(entrySchema.shape);
  map.items.sort((a, b) => order.indexOf(keyOf(a)) - order.indexOf(keyOf(b)));
}

function setOptional(map: YAMLMap, document: Document, field: string, value: unknown, place: number): void {
  const pair = map.items.find((item) => keyOf(item) === field);
  if (value === undefined) {
    if (pair) map.delete(field);
  } else if (!pair) {
    map.items.splice(place, 0, new Pair(document.createNode(field), document.createNode(value)));
  } else if (JSON.stringify(map.get(field)) !== JSON.stringify(value)) {
    pair.value = document.createNode(value);
  }
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function labelFrom(entry: Entry, column: ColumnName): KeptLabel {
  const { type, sensitivity, status, confidence, by, at: decidedAt, reason, review, proposed, paths } = entry;
  const plain = Object.entries(paths ?? {}).filter(([, id]) => id === NOTHING);
  const telling = Object.entries(paths ?? {}).filter(([, id]) => id !== NOTHING);
  return {
    column,
    informationType: type === NOTHING ? null : type,
    sensitivity,
    status,
    ...present({
      confidence,
      decidedBy: by,
      decidedAt,
      reason,
      review,
      proposed: proposed === NOTHING ? null : proposed,
      paths: telling.length > 0 ? Object.fromEntries(telling) : undefined,
      plainPaths: plain.length > 0 ? plain.map(([path]) => path) : undefined,
      structure: entry.column,
    }),
  };
}

function entryFrom(label: KeptLabel): Entry {
  const plain = (label.plainPaths ?? []).map((path) => [path, NOTHING] as const);
  const paths = [...Object.entries(label.paths ?? {}), ...plain].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    type: label.informationType ?? NOTHING,
    sensitivity: label.sensitivity,
    status: label.status,
    ...present({
      confidence: label.confidence === undefined ? undefined : Math.round(label.confidence * 100) / 100,
      by: label.decidedBy,
      at: label.decidedAt,
      reason: label.reason,
      review: label.review,
      proposed: label.proposed === null ? NOTHING : label.proposed,
      paths: paths.length > 0 ? Object.fromEntries(paths) : undefined,
      column: label.structure,
    }),
  };
}

function referenceEntry({ from, to, ...rest }: DeclaredReference): object {
  return { from: printColumnName(from), ...rest, to: printColumnName(to) };
}

function scanEntry({ rules, values, unread }: ScanRecord): object {
  return { rules, values, ...(unread.length > 0 ? { unread } : {}) };
}

/** Runs a check and tells its complaint with file and line. */
function at(file: string, line: () => number | undefined, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ScrubjayError)) throw error;
    throw new FileFormatError(file, line(), error.message, error.hint);
  }
}

/** The fields that have a value. */
function present<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}
