import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sensitivities } from '../classification/sensitivity.js';
import { ScrubjayError } from '../errors.js';
import { severities } from './check-text.js';
import type { DescribedCheck } from './evaluate-checks.js';
import { assetKinds } from './facts/facts.js';
import { outcomes } from './verdict.js';

const exceptionSchema = z.object({
  check: z.string(),
  subject: z.string().optional(),
  owner: z.string(),
  reason: z.string(),
  expires: z.string(),
});

export const findingSchema = z.object({
  id: z.string(),
  check: z.string(),
  title: z.string(),
  severity: z.enum(severities),
  asset: z.object({ kind: z.enum(assetKinds), name: z.string() }),
  subject: z.string(),
  outcome: z.enum(outcomes),
  says: z.string(),
  why: z.string(),
  atStake: z.object({
    sensitivity: z.enum(sensitivities).nullable(),
    informationTypes: z.array(z.string()).readonly(),
    columns: z.number(),
  }),
  columns: z.array(z.string()).readonly(),
  remedy: z.object({
    language: z.enum(['sql', 'shell', 'hcl', 'yaml', 'procedure']),
    steps: z.array(z.string()).readonly(),
    then: z.literal('restart').optional(),
  }),
  verify: z.string(),
  place: z.object({ file: z.string(), line: z.number().optional() }).optional(),
  controls: z.array(z.object({ framework: z.string(), id: z.string() })).readonly(),
  exception: exceptionSchema.optional(),
});

export const scoreSchema = z.object({
  score: z.number().nullable(),
  uncapped: z.number().nullable(),
  cappedBy: z.enum(['critical-fails', 'critical-unknown']).nullable(),
  coverage: z.number().nullable(),
  counts: z.record(z.enum([...outcomes, 'accepted']), z.number()),
  assets: z
    .array(
      z.object({
        asset: z.string(),
        kind: z.enum(assetKinds),
        score: z.number().nullable(),
        earned: z.number(),
        possible: z.number(),
        weight: z.number(),
      }),
    )
    .readonly(),
});

export const trendSchema = z.object({
  at: z.string(),
  score: z.number().nullable(),
  coverage: z.number().nullable(),
  checks: z.string(),
});

export const comparisonSchema = z.object({
  since: z.string(),
  /** Questions that had no failure before: by what changed in the world. */
  new: z.array(z.string()).readonly(),
  /** Passed before, and do not now. */
  regressed: z.array(z.string()).readonly(),
  fixed: z.array(z.string()).readonly(),
  /** New only because the checks changed. */
  byRules: z.array(z.string()).readonly(),
  scoreBefore: z.number().nullable(),
});

/** The results of one run, as `--json` prints them and `--results` keeps them. */
export const postureResultsSchema = z.object({
  version: z.literal(1),
  tool: z.object({ name: z.string(), version: z.string() }),
  /** ISO 8601. */
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Digest of the checks and their texts: another one means that other questions were asked. */
  checks: z.object({ sha256: z.string(), ids: z.array(z.string()).readonly() }),
  assets: z
    .array(
      z.object({
        kind: z.enum(assetKinds),
        name: z.string(),
        environment: z.enum(['production', 'staging', 'test', 'development']),
      }),
    )
    .readonly(),
  /** The file that reports of code scanners point at for findings without a place of their own. */
  inventory: z.string(),
  /** What could not be looked at as a whole, and why; the rest went on. */
  problems: z.array(z.object({ where: z.string(), problem: z.string(), hint: z.string() })).readonly(),
  score: scoreSchema,
  findings: z.array(findingSchema).readonly(),
  exceptions: z.object({
    expired: z.array(exceptionSchema).readonly(),
    idle: z.array(exceptionSchema).readonly(),
  }),
  comparison: comparisonSchema.optional(),
  /** Scores of earlier runs, oldest first, and of this one. */
  trend: z.array(trendSchema).readonly(),
});

export type PostureResults = z.infer<typeof postureResultsSchema>;
export type PostureComparison = z.infer<typeof comparisonSchema>;

/** A file that should hold results does not. */
export class NotPostureResultsError extends ScrubjayError {
  readonly code = 'posture-results';

  constructor(file: string, problem: string) {
    super(
      `${file} holds no results of a posture run: ${problem}`,
      "name the file that 'scrubjay posture check --results FILE' wrote, or one that is not there yet",
    );
  }
}

/** Reads results that a run wrote. Throws `NotPostureResultsError`. */
export function parsePostureResults(text: string, file: string): PostureResults {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's words would quote the file.
    throw new NotPostureResultsError(file, 'it is not JSON');
  }
  const parsed = postureResultsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new NotPostureResultsError(file, `${parsed.error.issues[0].path.join('.')} is not as expected`);
}

/** What names a set of checks: ids, severities and texts. */
export function digestOfChecks(checks: readonly DescribedCheck[]): string {
  const texts = checks
    .map(({ id, severity, title, why, check }) => [id, severity, title, why, check.on, check.reads])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
