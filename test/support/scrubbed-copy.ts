import pg from 'pg';
import type { Catalog } from '../../src/domain/catalog/catalog.js';
import type { KeptLabel, Labels } from '../../src/domain/classification/labels-file.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import type { ScrubPlan } from '../../src/domain/scrub/scrub-plan.js';
import { subsetSchema } from '../../src/domain/scrub/subset/subset.js';
import type { Verification } from '../../src/domain/scrub/verification/verification.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import type { ScrubSource } from '../../src/engines/scrub-source.js';
import { planRun } from '../../src/runs/plan-run.js';
import { carriedSchema } from '../../src/runs/carried-schema.js';
import { runScrub, type ScrubResult } from '../../src/runs/scrub-run.js';
import { compareMasked } from '../../src/runs/compare-masked.js';
import { verifyCopy } from '../../src/runs/verify-run.js';
import { createDatabase, serverUrl, type TestDatabase } from './databases.js';
import { labelsFor, policyOf, shippedRules } from './planning.js';

/** What a test says of the data: everything not named holds nothing sensitive. */
export interface Labelling {
  /** Information types of `table.column`, or `schema.table.column`. */
  readonly types?: Readonly<Record<string, string>>;
  /** Information types of JSON paths, by column as in `types`. */
  readonly paths?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly references?: Labels['references'];
  /** A ready policy's id, or the rules of one as YAML. */
  readonly policy?: string;
  readonly snapshotLimitMs?: number;
  readonly subset?: unknown;
}

/** A database and its masked, verified copy. */
export interface ScrubbedCopy {
  readonly source: TestDatabase;
  /** Where the copy is. */
  readonly url: string;
  readonly plan: ScrubPlan;
  readonly result: ScrubResult<Verification>;
  /** Rows of the copy. */
  rows<Row extends Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** Rows of the source. */
  originals<Row extends Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** Takes both databases away. */
  drop(): Promise<void>;
}

/** The key of all test copies, so that two of them can be compared. */
export const testKey = Buffer.alloc(32, 'hard cases');

/** Makes a database from SQL, and scrubs and verifies it as the command line does. */
export async function scrubbedCopy(
  sql: string | readonly string[],
  labelling: Labelling = {},
): Promise<ScrubbedCopy> {
  const source = await createDatabase();
  for (const statements of [sql].flat()) await source.query(statements);
  await source.query('analyze');
  return scrubbedCopyOf(source, labelling);
}

/** Scrubs a database that is there already. */
export async function scrubbedCopyOf(source: TestDatabase, labelling: Labelling = {}): Promise<ScrubbedCopy> {
  const url = serverUrl(`${source.name}_copy`);
  try {
    const { plan, result } = await scrub(source.url, url, labelling);
    const copy = new pg.Client(url);
    await copy.connect();
    return {
      ...{ source, url, plan, result },
      rows: async <Row extends Record<string, unknown>>(text: string) => (await copy.query<Row>(text)).rows,
      originals: (text) => source.query(text),
      drop: async () => {
        await copy.end();
        await dropCopy(source);
      },
    };
  } catch (error) {
    await dropCopy(source);
    throw error;
  }
}

/** Scrubs one database into another, and gives what came of it. */
export async function scrub(
  from: string,
  to: string,
  labelling: Labelling = {},
): Promise<{ plan: ScrubPlan; result: ScrubResult<Verification> }> {
  const source = await postgresEngine.openSource(from);
  try {
    const labels = await labelsOf(await source.catalog(), labelling);
    const plan = await planFrom(source, labels, labelling);
    const { words } = await shippedRules();
    const target = await postgresEngine.openTarget(to, { replace: false, source: await source.identity() });
    const result = await runScrub({
      ...{ source, target, plan, words, snapshotLimitMs: labelling.snapshotLimitMs },
      pseudonyms: createPseudonyms(testKey),
      verify: async ({ orphans, copied, tables }) => {
        const pseudonyms = createPseudonyms(testKey);
        const remasked = await compareMasked(
          { source: copied, target, plan, words, pseudonyms, orphans, tables },
          await source.catalog(),
        );
        const sampler = await postgresEngine.open(from);
        try {
          return await verifyCopy({
            ...{ sampler, target, plan, labels, words, orphans, remasked },
            source: copied,
            originals: source,
          });
        } finally {
          await sampler.close();
        }
      },
    });
    return { plan, result };
  } finally {
    await source.close();
  }
}

/** The plan alone. */
export async function planFrom(
  source: ScrubSource,
  labels: Labels,
  { policy = 'default', subset }: Labelling,
): Promise<ScrubPlan> {
  const basis = {
    catalog: await source.catalog(),
    schema: await carriedSchema(source),
    notices: await source.notices(),
    labels,
    labelsSha256: '0'.repeat(64),
    ...(subset === undefined ? {} : { subset: subsetSchema.parse(subset) }),
    policy: await policyOf(policy),
    types: (await shippedRules()).informationTypes,
    keyId: createPseudonyms(testKey).keyId,
  };
  const { words } = await shippedRules();
  return planRun(basis, { source, pseudonyms: createPseudonyms(testKey), words });
}

export async function labelsOf(
  catalog: Catalog,
  { types = {}, paths = {}, references = [] }: Labelling,
): Promise<Labels> {
  const { columns } = await labelsFor(catalog, types);
  const labelled = new Map<string, KeptLabel>(columns);
  for (const [name, inside] of Object.entries(paths)) {
    const full = name.split('.').length === 2 ? `public.${name}` : name;
    labelled.set(full, { ...labelled.get(full)!, sensitivity: 'confidential', paths: inside });
  }
  return { columns: labelled, references };
}

async function dropCopy(source: TestDatabase): Promise<void> {
  const left = await source.query<{ name: string }>(
    'select datname as name from pg_database where starts_with(datname, $1)',
    [`${source.name}_copy`],
  );
  for (const { name } of left) await source.query(`drop database if exists "${name}" with (force)`);
  await source.drop();
}
