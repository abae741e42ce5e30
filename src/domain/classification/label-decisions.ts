import { createHash } from 'node:crypto';
import {
  type Catalog,
  type Column,
  type ColumnName,
  columnsOf,
  printColumnName,
  printRelationName,
  type Table,
} from '../catalog/catalog.js';
import { ScrubjayError } from '../errors.js';
import type { Label, LabelProposal } from './label.js';
import type { KeptLabel, Labels } from './labels-file.js';
import type { Sensitivity } from './sensitivity.js';

/** Confidence from which new evidence questions what a person decided. */
const CONTRADICTION = 0.8;

/** Samples differ from scan to scan: a confidence that moved by less is left as it was. */
const NOISE = 0.1;

/** What a scan changed in the labels; columns by their printed names. */
export interface LabelChanges {
  /** Columns that had no label. */
  readonly added: readonly string[];
  /** Columns that are gone; their labels went with them. */
  readonly vanished: readonly string[];
  /** Columns that carry their label on under a new name. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** Decisions that should be looked at again since this scan. */
  readonly flagged: readonly string[];
}

/** Nobody labelled the column that somebody decides on. */
export class UnknownColumnError extends ScrubjayError {
  readonly code = 'unknown-column';

  constructor(column: string, near: readonly string[]) {
    super(
      `there is no column ${column}`,
      near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'write it as schema.table.column',
    );
  }
}

/**
 * What a column is apart from its name, with its place in the table: 16 hex digits. A renamed column
 * has the same; a column of another type or in another place has not.
 */
export function structureOf({ ordinal, type, nullable, generated, identity }: Column): string {
  const facts = JSON.stringify([ordinal, type.name, type.labels, nullable, generated, identity]);
  return createHash('sha256').update(facts).digest('hex').slice(0, 16);
}

/** True when every column of a table has a label made for the column as it is now. */
export function isUnchanged({ columns }: Labels, table: Table): boolean {
  return table.columns.every((column) => {
    const label = columns.get(
      printColumnName({ schema: table.schema, table: table.name, column: column.name }),
    );
    return label?.structure === structureOf(column);
  });
}

/**
 * Brings a scan's proposals into the labels. Proposals that nobody decided on are replaced; decisions
 * stay, and are flagged for review where the column changed, was renamed, or new evidence contradicts.
 * @param proposals of all or some of the catalog's tables; labels of the others stay as they are
 */
export function mergeProposals(
  labels: Labels,
  catalog: Catalog,
  proposals: readonly LabelProposal[],
): { readonly labels: Labels; readonly changes: LabelChanges } {
  const there = new Map(
    Array.from(columnsOf(catalog), ({ name, column }) => [printColumnName(name), column]),
  );
  const gone = new Map([...labels.columns].filter(([name]) => !there.has(name)));
  const columns = new Map([...labels.columns].filter(([name]) => there.has(name)));
  const movedTables = renamedTables(gone.values(), catalog);
  const added: string[] = [];
  const renamed: { from: string; to: string }[] = [];
  const flagged: string[] = [];

  for (const proposal of proposals) {
    const name = printColumnName(proposal.column);
    const column = there.get(name);
    if (!column) continue;
    const structure = structureOf(column);
    const known = columns.get(name);
    const before = known ?? renamedFrom(gone, movedTables, proposal.column, structure);
    if (!before) {
      added.push(name);
      columns.set(name, labelFrom(proposal, structure));
      continue;
    }
    if (!known) {
      const from = printColumnName(before.column);
      gone.delete(from);
      renamed.push({ from, to: name });
    }
    const kept = reevaluate(before, proposal, structure);
    if (kept.review !== undefined && kept.review !== before.review) flagged.push(name);
    columns.set(name, kept);
  }
  return { labels: { ...labels, columns }, changes: { added, vanished: [...gone.keys()], renamed, flagged } };
}

/** A person's word on one column. */
export interface Decision {
  /** Null for "nothing sensitive". */
  readonly informationType: string | null;
  readonly sensitivity: Sensitivity;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/**
 * Puts a decision on a label: confirmed where it is what was proposed, rejected where it says that
 * nothing sensitive is there, relabelled otherwise. The review flag goes.
 * @throws UnknownColumnError
 */
export function decide(labels: Labels, column: string, decision: Decision): Labels {
  const before = find(labels, column);
  const { informationType, sensitivity, by, at, reason } = decision;
  const same = informationType === before.informationType && sensitivity === before.sensitivity;
  const { column: name, structure, confidence, plainPaths } = before;
  const proposed = proposedAt(before, informationType);
  const paths = informationType === null ? undefined : before.paths;
  const decided: KeptLabel = {
    column: name,
    informationType,
    sensitivity,
    status: statusOf(before, informationType, same),
    ...(confidence !== undefined && same ? { confidence } : {}),
    decidedBy: by,
    decidedAt: at,
    ...(reason === undefined ? {} : { reason }),
    ...(proposed === undefined ? {} : { proposed }),
    ...(paths && { paths }),
    ...(plainPaths && { plainPaths }),
    ...(structure === undefined ? {} : { structure }),
  };
  return { ...labels, columns: new Map(labels.columns).set(column, decided) };
}

/**
 * Decides what one JSON path of a column holds; null for nothing sensitive. The label of the column
 * itself is decided with it, as it stands.
 * @throws UnknownColumnError
 */
export function decidePath(
  labels: Labels,
  column: string,
  path: string,
  decision: Omit<Decision, 'sensitivity'>,
): Labels {
  const { informationType, ...who } = decision;
  const before = find(labels, column);
  const own = decide(labels, column, {
    ...who,
    informationType: before.informationType,
    sensitivity: before.sensitivity,
  }).columns.get(column)!;
  // Of the document's other paths nobody spoke: they stay, whatever the column itself is labelled.
  const { [path]: _, ...others } = before.paths ?? {};
  const plain = (own.plainPaths ?? []).filter((other) => other !== path);
  const decided: KeptLabel = {
    ...own,
    status: 'relabelled',
    paths: informationType === null ? others : { ...others, [path]: informationType },
    plainPaths: informationType === null ? [...plain, path] : plain,
  };
  return { ...labels, columns: new Map(labels.columns).set(column, decided) };
}

/** True when a person has spoken and nothing since asks to look again. */
export function isReviewed(label: Label): boolean {
  return label.status !== 'proposed' && label.review === undefined;
}

/** True for what a steward should look at: sensitive and only proposed, or flagged. */
export function needsReview(label: Label): boolean {
  return !isReviewed(label) && (label.review !== undefined || isSensitive(label));
}

/** True when the column, or something inside its values, is of a sensitive type. */
export function isSensitive({ informationType, paths }: Pick<Label, 'informationType' | 'paths'>): boolean {
  return informationType !== null || Object.keys(paths ?? {}).length > 0;
}

/**
 * The printed names that a person means: a full name, the end of one (`customers.email`), or a
 * pattern with `*` for any part of a name.
 * @throws UnknownColumnError when there is none; with the candidates when an end fits several
 */
export function findColumns(names: Iterable<string>, wanted: string): readonly string[] {
  const all = [...names];
  if (all.includes(wanted)) return [wanted];
  if (wanted.includes('*')) {
    const pattern = new RegExp(`^${wanted.split('*').map(escapePattern).join('.*')}$`);
    const found = all.filter((name) => pattern.test(name));
    if (found.length > 0) return found;
  }
  const ends = all.filter((name) => name.endsWith(`.${wanted}`));
  if (ends.length === 1) return ends;
  throw new UnknownColumnError(wanted, ends.length > 0 ? ends.slice(0, 3) : near(all, wanted));
}

function statusOf(before: KeptLabel, decided: string | null, same: boolean): KeptLabel['status'] {
  if (same) return before.status === 'proposed' ? 'confirmed' : before.status;
  return decided === null ? 'rejected' : 'relabelled';
}

/** What the evidence said, kept where it is not what was decided: the same evidence is no news later. */
function proposedAt(before: KeptLabel, decided: string | null): string | null | undefined {
  const said = before.status === 'proposed' ? before.informationType : before.proposed;
  return said === decided ? undefined : said;
}

function labelFrom(
  { column, informationType, sensitivity, confidence, paths }: LabelProposal,
  structure: string,
): KeptLabel {
  const found = paths && Object.keys(paths).length > 0 ? { paths } : {};
  return { column, informationType, sensitivity, status: 'proposed', confidence, ...found, structure };
}

function reevaluate(before: KeptLabel, proposal: LabelProposal, structure: string): KeptLabel {
  if (before.status === 'proposed') {
    const renewed = labelFrom(proposal, structure);
    const same = before.informationType === proposal.informationType;
    const moved = Math.abs((before.confidence ?? 0) - proposal.confidence);
    return same && moved < NOISE ? { ...renewed, confidence: before.confidence } : renewed;
  }
  const fresh = newPaths(before, proposal);
  const contradicts = contradiction(before, proposal);
  const review = questionOf(before, proposal, structure, fresh, contradicts) ?? before.review;
  return {
    ...before,
    column: proposal.column,
    structure,
    // What is newly found inside is added: flagged and masked is the safe mistake.
    ...(Object.keys(fresh).length > 0 ? { paths: { ...before.paths, ...fresh } } : {}),
    ...(contradicts ? { proposed: proposal.informationType } : {}),
    ...(review === undefined ? {} : { review }),
  };
}

function questionOf(
  before: KeptLabel,
  proposal: LabelProposal,
  structure: string,
  fresh: Readonly<Record<string, string>>,
  contradicts: boolean,
): string | undefined {
  const was = printColumnName(before.column);
  if (was !== printColumnName(proposal.column)) return `renamed from ${was} since the decision`;
  if (before.structure !== undefined && before.structure !== structure) {
    return 'the column’s type, place or nullability changed since the decision';
  }
  if (contradicts) {
    const percent = Math.round(proposal.confidence * 100);
    return `evidence now speaks for ${proposal.informationType ?? 'nothing sensitive'} (${percent} %)`;
  }
  const [path, ...more] = Object.keys(fresh);
  if (path === undefined) return undefined;
  return `now holds ${fresh[path]} at ${path}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}

function contradiction(before: KeptLabel, { informationType, confidence }: LabelProposal): boolean {
  return (
    confidence >= CONTRADICTION &&
    informationType !== before.informationType &&
    // Evidence that was known and overruled is no news.
    !(before.proposed !== undefined && informationType === before.proposed)
  );
}

function newPaths(before: KeptLabel, { paths }: LabelProposal): Readonly<Record<string, string>> {
  // Who said that a document holds nothing, or is one thing as a whole, has spoken on its parts.
  if (before.paths === undefined && before.plainPaths === undefined) return {};
  const known = new Set([...Object.keys(before.paths ?? {}), ...(before.plainPaths ?? [])]);
  return Object.fromEntries(Object.entries(paths ?? {}).filter(([path]) => !known.has(path)));
}

function renamedFrom(
  gone: ReadonlyMap<string, KeptLabel>,
  movedTables: ReadonlyMap<string, string>,
  column: ColumnName,
  structure: string,
): KeptLabel | undefined {
  const from = movedTables.get(printRelationName({ schema: column.schema, name: column.table }));
  for (const label of gone.values()) {
    const { schema, table } = label.column;
    if (label.structure !== structure) continue;
    if (schema === column.schema && table === column.table) return label;
    if (from === printRelationName({ schema, name: table }) && label.column.column === column.column)
      return label;
  }
  return undefined;
}

/** Tables that have exactly the columns of one that is gone, by their new names. */
function renamedTables(gone: Iterable<KeptLabel>, catalog: Catalog): ReadonlyMap<string, string> {
  const lost = new Map<string, string[]>();
  for (const { column, structure } of gone) {
    const table = printRelationName({ schema: column.schema, name: column.table });
    lost.set(table, [...(lost.get(table) ?? []), `${column.column} ${structure}`]);
  }
  const present = new Set(catalog.tables.map(printRelationName));
  const byShape = new Map<string, string>();
  for (const [table, shape] of lost) if (!present.has(table)) byShape.set(shape.sort().join('\n'), table);
  const moved = new Map<string, string>();
  for (const table of catalog.tables) {
    const shape = table.columns.map((column) => `${column.name} ${structureOf(column)}`);
    const from = byShape.get(shape.sort().join('\n'));
    if (from !== undefined) moved.set(printRelationName(table), from);
  }
  return moved;
}

function find(labels: Labels, column: string): KeptLabel {
  const label = labels.columns.get(column);
  if (!label) throw new UnknownColumnError(column, near([...labels.columns.keys()], column));
  return label;
}

function near(names: readonly string[], wanted: string): string[] {
  const last = wanted.split('.').at(-1)!.toLowerCase();
  return names
    .filter((name) => last !== '' && name.toLowerCase().split('.').at(-1)!.includes(last))
    .slice(0, 3);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
