import { randomBytes } from 'node:crypto';
import { type Catalog, printColumnName, printRelationName, type Table } from '../domain/catalog/catalog.js';
import { isReviewed, isSensitive } from '../domain/classification/label-decisions.js';
import type { Labels } from '../domain/classification/labels-file.js';
import type { ValueBatch } from '../domain/masking/value-batch.js';
import { createPseudonyms } from '../domain/masking/pseudonym/keyed-pseudonyms.js';
import { ReadableBytes } from '../domain/scrub/copy-format/readable-bytes.js';
import { TextBatches } from '../domain/scrub/copy-format/text-batches.js';
import type { ColumnMask } from '../domain/policy/column-mask.js';
import { QUARANTINED } from '../domain/scrub/quarantine.js';
import { FINGERPRINT_KEY_BYTES } from '../domain/scrub/verification/fingerprint.js';
import { type HuntedPlace, type Leak, LeakHunt } from '../domain/scrub/verification/leak-hunt.js';
import {
  type DecoySource,
  domainsWrittenBy,
  OriginalValues,
  type RowBatch,
  rowsOfSample,
} from '../domain/scrub/verification/original-values.js';
import { CheckRecord, type CheckResult } from '../domain/scrub/verification/verification.js';
import { SpilledFingerprints } from './spilled-fingerprints.js';
import { find, step, type TableSamples, type VerifyRun } from './verify-step.js';

/** Types of columns that an original may hide in as text. */
const huntedFamilies = new Set([
  'text',
  'json',
  'xml',
  'array',
  'composite',
  'key-value',
  'enum',
  'uuid',
  'network',
  'search-vector',
  'binary',
  'other',
]);

/**
 * Looks for originals through every column of the copy that could hold text, labelled or not, and through its
 * schema: all of them, read from the source a second time, or those of samples.
 * @param samples of tables with masks, by printed name
 */
export async function huntLeaks(
  run: VerifyRun,
  source: Catalog,
  samples: TableSamples,
): Promise<CheckResult> {
  const record = new CheckRecord('leak-hunt', 'original values');
  const key = randomBytes(FINGERPRINT_KEY_BYTES);
  const stores = { needles: new SpilledFingerprints(), candidates: new SpilledFingerprints() };
  try {
    const hunt = new LeakHunt({ key, expected: expectedOriginals(run, samples), ...stores });
    const decoys = { pseudonyms: createPseudonyms(randomBytes(32)), words: run.words, key };
    await addOriginals(run, source, { hunt, decoys, record, samples });
    await searchTables(run, source, hunt, decoys);
    const schema = await searchSchema(run, hunt);
    const { originals, leaks, untellable, falseFinds } = hunt.result();
    record.examined = originals;
    const isChance = ({ where, verdict }: Leak) => verdict === 'chance' && !schema.has(where);
    for (const leak of leaks) if (!isChance(leak)) tellOf(leak, record, schema.has(leak.where));
    noteChance(leaks.filter(isChance), record);
    if (untellable.length > 0) {
      const domains = untellable.map((domain) => `'${domain}'`).join(', ');
      record.note(
        'all columns',
        `originals of ${domains} are the values that stand-ins are drawn from: finding one tells nothing`,
      );
    }
    record.note(
      'all columns',
      `${run.leakHunt === 'sample' ? `originals of ${run.sampleRows ?? 500} sampled rows of each table` : 'every original of every masked column'}; ${likelihood(falseFinds)}`,
    );
    return record.result();
  } finally {
    stores.needles.close();
    stores.candidates.close();
  }
}

function likelihood(falseFinds: number): string {
  return `two texts taken for one by their fingerprints: ${falseFinds.toExponential(0)} expected`;
}

function expectedOriginals({ plan, leakHunt }: VerifyRun, samples: TableSamples): number {
  return plan.tables.reduce((sum, table) => {
    const sampled = samples.get(printRelationName(table));
    const rows = leakHunt === 'sample' && sampled ? (sampled.rows ?? 0) : (table.estimatedRows ?? 10_000);
    return sum + rows * table.masks.length;
  }, 0);
}

interface Hunted {
  readonly hunt: LeakHunt;
  readonly decoys: DecoySource;
  readonly record: CheckRecord;
  readonly samples: TableSamples;
}

async function addOriginals(
  run: VerifyRun,
  catalog: Catalog,
  { hunt, decoys, record, samples }: Hunted,
): Promise<void> {
  const tables = run.plan.tables.filter(({ masks }) => masks.length > 0);
  for (const [done, plan] of tables.entries()) {
    const doing = printRelationName(plan);
    step(run, { check: 'leak-hunt', doing: `originals of ${doing}`, done, total: tables.length });
    const table = find(catalog, plan)!;
    // Of what nobody reviewed it is not known whether it may stand elsewhere.
    const masks = plan.masks.filter(({ informationType }) => informationType !== QUARANTINED);
    if (masks.length === 0) continue;
    const originals = new OriginalValues({ table, masks, labels: run.labels }, hunt, decoys);
    if (run.leakHunt === 'sample') {
      const sample = samples.get(doing);
      if (sample?.values) originals.add(rowsOfSample(sample.values));
      else record.couldNotSee(doing, `its originals are unknown: ${sample?.reason ?? 'it was not sampled'}`);
      continue;
    }
    for await (const rows of rowsOf(run, table, originals.columns)) originals.add(rows);
  }
}

/** The rows of a source's table, batch by batch. */
async function* rowsOf(run: VerifyRun, table: Table, columns: readonly string[]): AsyncGenerator<RowBatch> {
  const batches = new TextBatches(columns.length);
  const named = (values: readonly ValueBatch[]) => new Map(columns.map((name, i) => [name, values[i]]));
  for await (const chunk of await (run.originals ?? run.source).copyOut(table, columns, 'text')) {
    run.signal?.throwIfAborted();
    yield named(batches.push(chunk));
  }
  yield named(batches.end());
}

async function searchTables(
  run: VerifyRun,
  catalog: Catalog,
  hunt: LeakHunt,
  decoys: DecoySource,
): Promise<void> {
  const masks = new Map(
    run.plan.tables.flatMap(({ masks: own }) => own.map((mask) => [printColumnName(mask.column), mask])),
  );
  const tables = catalog.tables.filter(({ kind }) => kind === 'table' || kind === 'partition');
  for (const [done, table] of tables.entries()) {
    step(run, { check: 'leak-hunt', doing: printRelationName(table), done, total: tables.length });
    const columns = table.columns.filter(
      ({ type, generated }) => !generated && huntedFamilies.has(type.family),
    );
    if (columns.length === 0) continue;
    const places = columns.map(({ name: column }) => {
      const where = printColumnName({ schema: table.schema, table: table.name, column });
      return placeOf(table, masks.get(where), run.labels, where, decoys);
    });
    const search = hunt.search(places);
    const readable = new ReadableBytes(columns.map(({ type }) => type.family === 'binary'));
    const names = columns.map(({ name }) => name);
    for await (const chunk of await run.target.copyOut(table, names, 'text')) {
      run.signal?.throwIfAborted();
      search.push(readable.push(chunk));
    }
    search.end();
  }
}

/** Comments, defaults, labels and bodies of functions: what the schema says is copied as it is. */
async function searchSchema({ target }: VerifyRun, hunt: LeakHunt): Promise<ReadonlySet<string>> {
  const places = new Set<string>();
  for (const { makes, sql } of await target.definitions()) {
    places.add(makes);
    const search = hunt.search([{ where: makes, domains: new Set() }]);
    search.push(Buffer.from(` ${sql.replace(/[\t\n\r\\]/g, ' ')}\n`));
    search.end();
  }
  return places;
}

/** One line for all: each column of a large copy has a few. */
function noteChance(leaks: readonly Leak[], record: CheckRecord): void {
  if (leaks.length === 0) return;
  const [most] = [...leaks].sort((one, other) => other.found - one.found);
  record.note(
    'by chance',
    `${leaks.length === 1 ? '1 column holds' : `${leaks.length} columns hold`} names or numbers that are somebody's originals too, no more than chance gives: ${most.where}, the most, ${most.found} of ${most.chance} at most`,
  );
}

/** In a schema names may be anybody's: only what is certain fails there. */
function tellOf(
  { where, verdict, found, strength, origins, chance }: Leak,
  record: CheckRecord,
  isSchema: boolean,
) {
  const says = `holds ${found} original ${found === 1 ? 'value' : 'values'} of ${shorten(origins)}`;
  const kind = strength === 'certain' ? '' : ' (names or numbers that others may share)';
  if (isSchema ? strength === 'certain' : verdict === 'leak') {
    record.fail(where, chance > 0 ? `${says}, where chance would give ${chance} at most` : says);
  } else if (isSchema) record.note(where, `${says}${kind}`);
  else record.note(where, `${says}, and somebody decided that they may pass${kind}`);
}

function placeOf(
  table: Table,
  mask: ColumnMask | undefined,
  labels: Labels,
  where: string,
  decoys: DecoySource,
): HuntedPlace {
  if (mask) return { where, domains: domainsWrittenBy(table, mask, decoys) };
  const domains = new Set<string>();
  const label = labels.columns.get(where);
  if (!label) return { where, domains };
  if (isSensitive(label)) return { where, domains, passes: 'kept' };
  return isReviewed(label) ? { where, domains, passes: 'not-sensitive' } : { where, domains };
}

function shorten(origins: readonly string[]): string {
  const more = origins.length > 3 ? ` and ${origins.length - 3} more columns` : '';
  return `${origins.slice(0, 3).join(' and ')}${more}`;
}
