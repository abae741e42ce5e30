import type { Catalog, RelationName, Table } from '../domain/catalog/catalog.js';
import { printRelationName } from '../domain/catalog/catalog.js';
import { classifyTable, completeByRelations } from '../domain/classification/classify-catalog.js';
import type { Classifier } from '../domain/classification/classifier.js';
import { readLanguages } from '../domain/classification/gather-evidence.js';
import type { LabelProposal } from '../domain/classification/label.js';
import type { SampleFailure, Session, TableSample } from '../engines/engine.js';

export interface ClassifyRunOptions {
  /** Rows to sample from each table at most; 200 by default. */
  readonly rows?: number;
  /** Milliseconds that sampling one table may take; 10,000 by default. */
  readonly timeoutMs?: number;
  /** Reads no row. */
  readonly metadataOnly?: boolean;
  /** Tables sampled at the same time, where the session allows it; 2 by default. */
  readonly concurrency?: number;
  /** Narrows the scan, for example to what changed since the last one; all tables by default. */
  readonly only?: (table: Table) => boolean;
}

export interface ClassifyProgress {
  readonly done: number;
  readonly total: number;
  readonly table: RelationName;
}

export interface ClassifyRunResult {
  readonly catalog: Catalog;
  readonly proposals: readonly LabelProposal[];
  /** Tables whose rows could not be seen, and why; they are judged by metadata alone. */
  readonly failures: readonly SampleFailure[];
  /** Tables without a row; they too are judged by metadata alone. */
  readonly empty: readonly RelationName[];
}

/**
 * Introspects a data source, samples each table and proposes labels. A table that cannot be sampled is
 * listed in `failures` and judged by its metadata. Samples are let go table by table: memory does not
 * grow with the catalog. Rejects with the signal's reason when aborted.
 */
export async function classifyDataSource({
  session,
  classifier,
  options = {},
  onProgress,
  signal,
  year = new Date().getUTCFullYear(),
}: {
  readonly session: Session;
  readonly classifier: Classifier;
  readonly options?: ClassifyRunOptions;
  readonly onProgress?: (progress: ClassifyProgress) => void;
  readonly signal?: AbortSignal;
  readonly year?: number;
}): Promise<ClassifyRunResult> {
  const catalog = await session.introspect();
  const languages = readLanguages(catalog, classifier);
  const tables = options.only ? catalog.tables.filter(options.only) : catalog.tables;
  const failures: SampleFailure[] = [];
  const empty: RelationName[] = [];
  const proposals: (readonly LabelProposal[])[] = [];
  let done = 0;

  const classifyOne = async (index: number): Promise<void> => {
    signal?.throwIfAborted();
    const table = tables[index];
    const sampled = options.metadataOnly ? undefined : await sampleTable(session, table, options);
    if (sampled && 'reason' in sampled) failures.push(sampled);
    else if (sampled?.rows === 0) empty.push({ schema: table.schema, name: table.name });
    const values = sampled && 'values' in sampled ? sampled.values : undefined;
    proposals[index] = classifyTable(table, values, languages.get(table.schema), classifier, { year });
    onProgress?.({ done: ++done, total: tables.length, table: { schema: table.schema, name: table.name } });
  };
  await forEachIndex(tables.length, options.concurrency ?? 2, classifyOne);
  // Views and keys take over labels of tables that the scan was not for: their names must do.
  const scanned = new Set(tables);
  const others = catalog.tables.filter((table) => !scanned.has(table));
  const around = others.flatMap((table) =>
    classifyTable(table, undefined, languages.get(table.schema), classifier, { year }),
  );
  const outside = new Set(others.map(printRelationName));
  const completed = completeByRelations(catalog, [...proposals.flat(), ...around], languages, classifier, {
    year,
  });
  failures.sort((a, b) => printRelationName(a.table).localeCompare(printRelationName(b.table)));
  return {
    catalog,
    proposals: completed.filter(
      ({ column }) => !outside.has(printRelationName({ schema: column.schema, name: column.table })),
    ),
    failures,
    empty: empty.sort((a, b) => printRelationName(a).localeCompare(printRelationName(b))),
  };
}

async function sampleTable(
  session: Session,
  table: Table,
  { rows = 200, timeoutMs = 10_000 }: ClassifyRunOptions,
): Promise<TableSample | SampleFailure> {
  if (table.unreadable !== undefined)
    return { table: { schema: table.schema, name: table.name }, reason: table.unreadable };
  return session.sample(table, { rows, timeoutMs });
}

/** Runs `act` for 0 … count-1, at most `width` at a time; stops at the first rejection. */
async function forEachIndex(
  count: number,
  width: number,
  act: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < count && !failed) {
      try {
        await act(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}
