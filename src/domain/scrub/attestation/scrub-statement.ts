import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sensitivities } from '../../classification/sensitivity.js';
import { canonicalJson } from './canonical-json.js';

/** The schema of the statement around the predicate: in-toto Attestation Framework v1. */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** What a statement's predicate means; docs/attestation.md describes it. */
export const SCRUB_PREDICATE_TYPE = 'https://scrubjay.dev/attestation/scrub/v1';
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

const sha256 = z.string().regex(/^[\da-f]{64}$/);
const count = z.number().int().nonnegative();
const moment = z.iso.datetime();

const databaseSchema = z.object({
  /** Without credentials: `postgres://host:5432/shop`. */
  display: z.string(),
  /** Tells one database from another under any name. */
  id: z.string(),
  engine: z.string(),
  serverVersion: z.string(),
  /** Who connected. */
  role: z.string(),
});

const maskedColumnSchema = z.object({
  column: z.string(),
  informationType: z.string(),
  sensitivity: z.enum(sensitivities),
  technique: z.string(),
  options: z.record(z.string(), z.unknown()),
  /** Columns that share it give one value one stand-in. */
  domain: z.string(),
  /** Which rule decided. */
  because: z.string(),
  /** Values that got a stand-in. */
  values: count,
  nulls: count,
});

const unmaskedColumnSchema = z.object({
  column: z.string(),
  /** Null when decided that the column holds nothing sensitive. */
  informationType: z.string().nullable(),
  sensitivity: z.enum(sensitivities).optional(),
  /** Why its values were passed on. */
  reason: z.string(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
});

const tableSchema = z.object({
  table: z.string(),
  rows: count,
  /** As read from the source, in the copy's wire format. */
  bytes: count,
  masked: z.array(maskedColumnSchema).readonly(),
  unmasked: z.array(unmaskedColumnSchema).readonly(),
});

const findingSchema = z.object({ where: z.string(), problem: z.string() });

const checkSchema = z.object({
  check: z.string(),
  outcome: z.enum(['passed', 'failed', 'unknown']),
  examined: count,
  unit: z.string(),
  failures: z.array(findingSchema).readonly(),
  unseen: z.array(findingSchema).readonly(),
  notes: z.array(findingSchema).readonly(),
});

/** Fields that a newer version adds are kept: the subject's digest covers them. */
const copySchema = z.looseObject({
  /** Of the target; equal to the source's when the schema was carried over whole. */
  catalogFingerprint: sha256,
  /** Rows of every table; partitions count as their root. Sorted by name. */
  tables: z.array(z.looseObject({ table: z.string(), rows: count })).readonly(),
});

const predicateSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }),
  startedAt: moment,
  finishedAt: moment,
  source: databaseSchema.extend({ catalogFingerprint: sha256 }),
  target: databaseSchema,
  copy: copySchema,
  labels: z.object({ sha256 }),
  policy: z.object({ id: z.string(), title: z.string(), sha256 }),
  /** Names the key that stand-ins come from; copies under one key agree. */
  maskingKey: z.object({ id: z.string() }),
  tables: z.array(tableSchema).readonly(),
  totals: z.object({
    tables: count,
    rows: count,
    bytes: count,
    maskedColumns: count,
    maskedValues: count,
    unmaskedColumns: count,
  }),
  /** What planning warned of; the run went ahead with it. */
  warnings: z.array(z.object({ code: z.string(), where: z.string(), problem: z.string() })).readonly(),
  /** What of the source was not carried over on purpose. */
  leftOut: z.array(z.object({ what: z.string(), why: z.string() })).readonly(),
  /** What was done about rows that referred to nothing in the source already. Absent in older statements. */
  orphans: z
    .array(
      z.object({ table: z.string(), key: z.string(), rule: z.enum(['keep', 'empty', 'drop']), rows: count }),
    )
    .readonly()
    .optional(),
  /** Present when not all rows were copied. Conditions are not told: they may hold values. */
  subset: z
    .object({
      start: z
        .array(
          z.object({
            table: z.string(),
            rows: count.optional(),
            share: z.number().optional(),
            hasCondition: z.boolean(),
          }),
        )
        .readonly(),
      whole: z.array(z.string()).readonly(),
    })
    .optional(),
  /** How well rows hide among one another; present where it was asked for. */
  anonymity: z
    .array(
      z.object({
        table: z.string(),
        quasiIdentifiers: z.array(z.string()).readonly(),
        rows: count,
        classes: count,
        k: count,
        alone: count,
        diversity: z.array(z.object({ column: z.string(), l: count })).readonly(),
      }),
    )
    .readonly()
    .optional(),
  verification: z.object({ passed: z.boolean(), checks: z.array(checkSchema).readonly() }),
  /** Controls that this run is evidence for, and only as far as `because` says. */
  controls: z
    .array(z.object({ framework: z.string(), id: z.string(), title: z.string(), because: z.string() }))
    .readonly(),
});

/** An in-toto statement about one scrubbed copy. */
export const scrubStatementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z
    .array(z.object({ name: z.string(), digest: z.object({ sha256 }) }))
    .min(1)
    .readonly(),
  predicateType: z.literal(SCRUB_PREDICATE_TYPE),
  predicate: predicateSchema,
});

export type ScrubStatement = z.infer<typeof scrubStatementSchema>;
export type ScrubPredicate = z.infer<typeof predicateSchema>;
export type AttestedTable = z.infer<typeof tableSchema>;
export type AttestedMask = z.infer<typeof maskedColumnSchema>;
export type AttestedPassage = z.infer<typeof unmaskedColumnSchema>;
export type AttestedVerification = ScrubPredicate['verification'];
export type AttestedCopy = z.infer<typeof copySchema>;
export type EvidencedControl = ScrubPredicate['controls'][number];

/**
 * The digest that names a copy, its subject: SHA-256 over the canonical JSON of its structure and row
 * counts. It can be had again from the live target. Values are not in it: nobody has to read the copy
 * a second time to check it, and it says nothing of them.
 */
export function digestOfCopy(copy: AttestedCopy): string {
  return createHash('sha256').update(canonicalJson(copy)).digest('hex');
}
