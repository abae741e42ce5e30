import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { z } from 'zod';

const run = promisify(execFile);

const columnTruthSchema = z.looseObject({
  type: z.string().nullable(),
  sensitive: z.boolean(),
  accept: z.array(z.string().nullable()).default([]),
  optional: z.boolean().default(false),
  paths: z.record(z.string(), z.string()).default({}),
});
const truthSchema = z.record(z.string(), z.record(z.string(), z.record(z.string(), columnTruthSchema)));
const taxonomySchema = z.looseObject({ types: z.array(z.looseObject({ id: z.string() })) });

export type ColumnTruth = z.infer<typeof columnTruthSchema>;

/** A set of labelled schemas, its packed cells decoded. */
export interface LabelledSet {
  /** Folder of the decoded copy. */
  readonly folder: string;
  readonly schemas: readonly string[];
  /** Ids that the set's scorer knows. */
  readonly typeIds: ReadonlySet<string>;
  truthOf(schema: string, table: string, column: string): ColumnTruth | undefined;
  /** Scores predictions with the set's own scorer. */
  score(predictions: string, options?: readonly string[]): Promise<Score>;
  /** Removes the decoded copy. */
  remove(): Promise<void>;
}

const measuresSchema = z.looseObject({
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  type_macro_f1: z.number().nullable(),
  type_accuracy: z.number().nullable(),
  path_recall: z.number().nullable(),
  ece: z.number().nullable(),
});
const scoreSchema = z.looseObject({
  total: measuresSchema,
  schemas: z.array(measuresSchema.extend({ schema: z.string(), columns: z.number() })),
  errors: z
    .array(
      z.looseObject({
        kind: z.string(),
        column: z.string(),
        truth: z.string().nullable(),
        predicted: z.string().nullable(),
        confidence: z.number(),
      }),
    )
    .default([]),
});

export type Score = z.infer<typeof scoreSchema>;

/** The files of a set that its schemas and truth stand beside; the same for every set of the format. */
const tools = ['taxonomy.json', 'score.mjs', 'unpack.mjs'];

/**
 * Opens a set and decodes its packed cells into a temporary folder. A set without scorer and taxonomy of its
 * own takes those of `beside`.
 */
export async function openSet(source: string, beside = source): Promise<LabelledSet> {
  const folder = await mkdtemp(join(tmpdir(), 'classify-set-'));
  const packed = await mkdtemp(join(tmpdir(), 'classify-packed-'));
  try {
    for (const tool of tools) await cp(join(resolve(beside), tool), join(packed, tool));
    await cp(resolve(source), packed, { recursive: true });
    await run(process.execPath, [join(packed, 'unpack.mjs'), folder]);
  } finally {
    await rm(packed, { recursive: true });
  }
  const truth = truthSchema.parse(await readJson(join(folder, 'truth.json')));
  const taxonomy = taxonomySchema.parse(await readJson(join(folder, 'taxonomy.json')));
  return {
    folder,
    schemas: Object.keys(truth),
    typeIds: new Set(taxonomy.types.map(({ id }) => id)),
    truthOf: (schema, table, column) => truth[schema]?.[table]?.[column],
    score: async (predictions, options = []) => {
      const args = [join(folder, 'score.mjs'), predictions, '--json', '--errors=200', ...options];
      const { stdout } = await run(process.execPath, args, { maxBuffer: 64 << 20 });
      return scoreSchema.parse(JSON.parse(stdout));
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Loads every schema of a set into the database at `url`: its DDL, then its rows by COPY. */
export async function loadSet(set: LabelledSet, url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const schema of set.schemas) {
      const folder = join(set.folder, 'schemas', schema);
      await client.query(await readFile(join(folder, 'schema.sql'), 'utf8'));
      for (const file of await readdir(folder)) {
        if (!file.endsWith('.csv')) continue;
        const table = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(file.slice(0, -'.csv'.length))}`;
        const rows = client.query(copyFrom(`copy ${table} from stdin with (format csv, header true)`));
        await pipeline(createReadStream(join(folder, file)), rows);
      }
    }
    await client.query('analyze');
  } finally {
    await client.end();
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}
