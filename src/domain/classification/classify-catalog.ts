import {
  printColumnName,
  type Catalog,
  type Column,
  type ColumnName,
  type ForeignKey,
  type RelationName,
  type Table,
  type View,
} from '../catalog/catalog.js';
import type { Classifier } from './classifier.js';
import { findCopies, type TableCopy } from './copies.js';
import { decide, type Decision } from './decide.js';
import { gatherEvidence, readLanguages, type GatheredColumn, type SampledValues } from './gather-evidence.js';
import type { LabelProposal } from './label.js';
import type { LanguageShares } from './names/read-name.js';
import { sensitivities } from './sensitivity.js';

/** Sampled values by relation, looked up by the object that the catalog holds. */
export type CatalogSamples = ReadonlyMap<Table, SampledValues>;

/** A guess that is less sure than this is not carried to copies that show nothing sensitive themselves. */
const leastCarried = 0.5;

export interface ClassifyOptions {
  /** The year of the scan: what counts as a birth date depends on it. */
  readonly year: number;
}

/** Proposes a label for every column of a catalog; pure. Tables without a sample are judged by metadata alone. */
export function classifyCatalog(
  catalog: Catalog,
  samples: CatalogSamples,
  classifier: Classifier,
  options: ClassifyOptions,
): readonly LabelProposal[] {
  const languages = readLanguages(catalog, classifier);
  const proposals = catalog.tables.flatMap((table) =>
    classifyTable(table, samples.get(table), languages.get(table.schema), classifier, options),
  );
  return completeByRelations(catalog, proposals, languages, classifier, options);
}

/** Proposes labels for the columns of one table, seen alone: without foreign keys and views. */
export function classifyTable(
  table: Table,
  sample: SampledValues | undefined,
  languages: LanguageShares | undefined,
  classifier: Classifier,
  { year }: ClassifyOptions,
): readonly LabelProposal[] {
  return gatherEvidence({ table, sample }, languages, classifier, year).map((gathered) =>
    propose(gathered, classifier),
  );
}

/** What relations between tables add: keys take over what they refer to, copies what they are copies of, views what they read. */
export function completeByRelations(
  catalog: Catalog,
  proposals: readonly LabelProposal[],
  languages: ReadonlyMap<string, LanguageShares>,
  classifier: Classifier,
  options: ClassifyOptions,
): readonly LabelProposal[] {
  const byColumn = new Map(proposals.map((proposal) => [printColumnName(proposal.column), proposal]));
  for (const table of catalog.tables) {
    for (const key of table.foreignKeys) inheritByKey(table, key, byColumn);
    for (const parent of table.parents) inheritByParent(table, parent, byColumn);
  }
  for (const copy of findCopies(catalog.tables)) inheritByCopy(copy, byColumn);
  for (const view of viewsInOrder(catalog.views)) {
    for (const proposal of classifyView(view, byColumn, languages.get(view.schema), classifier, options)) {
      byColumn.set(printColumnName(proposal.column), proposal);
    }
  }
  return [...byColumn.values()];
}

function propose(gathered: GatheredColumn, classifier: Classifier): LabelProposal {
  const weights = gathered.withValues ? classifier.model.sampled : classifier.model.metadata;
  const decision = decide(gathered.candidates, weights);
  const parts = decideParts(gathered, decision, classifier);
  const paths = Object.fromEntries(parts.map(({ path, type }) => [path, type]));
  return toProposal(
    gathered.name,
    withParts(decision, parts, classifier),
    classifier,
    parts.length > 0 ? paths : undefined,
  );
}

/** A part of a document and what it holds. */
interface Part {
  readonly path: string;
  readonly type: string;
  readonly confidence: number;
}

/** A document that is said to be personal names a part: where none is sure enough, the likeliest. */
function decideParts(
  { paths }: GatheredColumn,
  whole: Decision,
  { model, documentTypes }: Classifier,
): readonly Part[] {
  const found: Part[] = [];
  let likeliest: Part | undefined;
  for (const { path, candidates } of paths) {
    const { type, confidence, runnerUp } = decide(candidates, model.sampled);
    if (type !== null) found.push({ path, type, confidence });
    else if (runnerUp && runnerUp.type !== null && runnerUp.confidence > (likeliest?.confidence ?? 0))
      likeliest = { path, type: runnerUp.type, confidence: runnerUp.confidence };
  }
  const isPersonal = whole.type !== null && documentTypes.includes(whole.type);
  return isPersonal && likeliest && found.length === 0 ? [likeliest] : found;
}

/** A document with a sensitive part is sensitive, whatever speaks against the whole: it would be copied as it is. */
function withParts(whole: Decision, parts: readonly Part[], { documentTypes }: Classifier): Decision {
  if (whole.type !== null || parts.length === 0) return whole;
  const surest = parts.reduce((best, part) => (part.confidence > best.confidence ? part : best));
  const odds = Math.log(surest.confidence / Math.max(1 - surest.confidence, 0.001));
  const says = `the part ${surest.path} holds ${surest.type}`;
  return {
    type: documentTypes[0],
    confidence: surest.confidence,
    runnerUp: { type: null, confidence: 1 - surest.confidence },
    evidence: [
      { source: 'values', says, weight: Math.round(odds * 100) / 100 },
      ...whole.evidence.map((one) => ({ ...one, weight: -one.weight })),
    ],
  };
}

function toProposal(
  column: ColumnName,
  decision: Decision,
  classifier: Classifier,
  paths?: Readonly<Record<string, string>>,
): LabelProposal {
  const { type, confidence, runnerUp, evidence } = decision;
  return {
    column,
    informationType: type,
    sensitivity: type === null ? 'public' : classifier.types.get(type)!.sensitivity,
    confidence,
    evidence,
    ...(runnerUp && { runnerUp: { informationType: runnerUp.type, confidence: runnerUp.confidence } }),
    ...(paths && { paths }),
  };
}

/** A key column holds the very values that it refers to: their label is its label. */
function inheritByKey(table: Table, key: ForeignKey, byColumn: Map<string, LabelProposal>): void {
  key.columns.forEach((column, index) => {
    const from = {
      schema: key.references.schema,
      table: key.references.name,
      column: key.references.columns[index],
    };
    inherit(
      { schema: table.schema, table: table.name, column },
      from,
      byColumn,
      'foreign-key',
      `it refers to ${printColumnName(from)}`,
    );
  });
}

/** Partitions and inheriting tables hold the rows of their parent. */
function inheritByParent(table: Table, parent: RelationName, byColumn: Map<string, LabelProposal>): void {
  for (const { name } of table.columns) {
    const from = { schema: parent.schema, table: parent.name, column: name };
    const own = byColumn.get(printColumnName({ schema: table.schema, table: table.name, column: name }));
    const above = byColumn.get(printColumnName(from));
    // The part may have been sampled where the whole was not: the surer of the two speaks for both.
    if (
      own &&
      above &&
      above.informationType !== own.informationType &&
      above.confidence < own.confidence &&
      own.informationType !== null
    )
      continue;
    inherit(
      { schema: table.schema, table: table.name, column: name },
      from,
      byColumn,
      'lineage',
      `it is part of ${printColumnName(from)}`,
    );
  }
}

/** A copy never loses a label by its original: its rows may be older, or others. */
function inheritByCopy({ copy, original, columns }: TableCopy, byColumn: Map<string, LabelProposal>): void {
  for (const { name, of } of columns) {
    const to = { schema: copy.schema, table: copy.name, column: name };
    const from = { schema: original.schema, table: original.name, column: of };
    const own = byColumn.get(printColumnName(to));
    const origin = byColumn.get(printColumnName(from));
    if (!own || !origin || origin.informationType === null) continue;
    const wanted = own.informationType === null ? leastCarried : own.confidence;
    if (origin.confidence < wanted) continue;
    inherit(
      to,
      from,
      byColumn,
      'lineage',
      `its table looks like a copy: it is ${printColumnName(from)} there`,
    );
  }
}

function inherit(
  to: ColumnName,
  from: ColumnName,
  byColumn: Map<string, LabelProposal>,
  source: 'foreign-key' | 'lineage',
  says: string,
): void {
  const own = byColumn.get(printColumnName(to));
  const origin = byColumn.get(printColumnName(from));
  if (!own || !origin || own.informationType === origin.informationType) return;
  byColumn.set(printColumnName(to), {
    ...origin,
    column: to,
    evidence: [{ source, says, weight: 6 }, ...origin.evidence],
    runnerUp: {
      informationType: own.informationType,
      confidence: Math.min(own.confidence, 1 - origin.confidence),
    },
  });
}

/** A view's columns by what they show, else by their own names. */
function classifyView(
  view: View,
  byColumn: ReadonlyMap<string, LabelProposal>,
  languages: LanguageShares | undefined,
  classifier: Classifier,
  { year }: ClassifyOptions,
): readonly LabelProposal[] {
  const own = gatherEvidence({ table: view }, languages, classifier, year);
  return view.columns.map((column, index) => {
    const origins = originsOf(view, column, byColumn);
    const origin = mostTelling(origins);
    const proposal = propose(own[index], classifier);
    if (!origin || isTakenOut(proposal, origin, classifier)) return proposal;
    const says = `it shows ${origins.map((each) => printColumnName(each.column)).join(', ')}`;
    const whole = wholeOf(origins, classifier);
    return {
      ...origin,
      ...(whole && { informationType: whole, sensitivity: classifier.types.get(whole)!.sensitivity }),
      column: own[index].name,
      evidence: [{ source: 'lineage', says, weight: 6 }, ...origin.evidence],
    };
  });
}

/** `profile->>'email' as email` shows a part of a document: its own name says more than the whole does. */
function isTakenOut(
  own: LabelProposal,
  { informationType }: LabelProposal,
  { documentTypes }: Classifier,
): boolean {
  const ofDocument = informationType === null || documentTypes.includes(informationType);
  return own.informationType !== null && ofDocument;
}

function originsOf(
  view: View,
  { name, shows }: Column,
  byColumn: ReadonlyMap<string, LabelProposal>,
): readonly LabelProposal[] {
  const columns =
    shows ?? view.readsFrom.map((from) => ({ schema: from.schema, table: from.name, column: name }));
  return columns.flatMap((column) => byColumn.get(printColumnName(column)) ?? []);
}

/** Of unlike columns (a key that joins two tables is the same in both) the most sensitive is the safe guess. */
function mostTelling(origins: readonly LabelProposal[]): LabelProposal | undefined {
  const rank = ({ informationType, sensitivity }: LabelProposal) =>
    informationType === null ? -1 : sensitivities.indexOf(sensitivity);
  return [...origins].sort((a, b) => rank(b) - rank(a) || b.confidence - a.confidence)[0];
}

/** `first_name || last_name` is a person's name: the type that is put together from all that is shown. */
function wholeOf(origins: readonly LabelProposal[], { partsOf }: Classifier): string | undefined {
  const types = new Set(origins.flatMap(({ informationType }) => informationType ?? []));
  if (types.size < 2) return undefined;
  for (const [whole, parts] of partsOf) {
    if ([...types].every((type) => type === whole || parts.includes(type))) return whole;
  }
  return undefined;
}

/** Views after those that they read; views that read each other in a ring keep their order. */
function viewsInOrder(views: readonly View[]): readonly View[] {
  const key = ({ schema, name }: RelationName) => `${schema}\u0000${name}`;
  const byName = new Map(views.map((view) => [key(view), view]));
  const done = new Set<string>();
  const ordered: View[] = [];
  const visit = (view: View): void => {
    if (done.has(key(view))) return;
    done.add(key(view));
    for (const from of view.readsFrom) {
      const read = byName.get(key(from));
      if (read) visit(read);
    }
    ordered.push(view);
  };
  views.forEach(visit);
  return ordered;
}
