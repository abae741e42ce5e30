import { fingerprintCatalog } from '../domain/catalog/fingerprint.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import { attestScrub } from '../domain/scrub/attestation/attest-scrub.js';
import type { DsseEnvelope } from '../domain/scrub/attestation/dsse-envelope.js';
import type { SigningKey } from '../domain/scrub/attestation/ed25519.js';
import type { ScrubStatement } from '../domain/scrub/attestation/scrub-statement.js';
import { signStatement } from '../domain/scrub/attestation/signed-statement.js';
import type { TableAnonymity } from '../domain/scrub/anonymity.js';
import { measureAnonymity, quasiIdentifiersNamed } from './measure-anonymity.js';
import type { PlanBasis } from '../domain/scrub/plan-scrub.js';
import type { ScrubPlan } from '../domain/scrub/scrub-plan.js';
import type { CheckResult, Verification } from '../domain/scrub/verification/verification.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { ScrubTarget } from '../engines/scrub-target.js';
import { engineFor } from '../engines/engine-registry.js';
import type { TableResult } from './copy-table.js';
import type { MaskingKey } from './masking-key.js';
import type { SettledOrphans } from './settle-orphans.js';
import type { WorkLeft } from './resume.js';
import { type BuiltCopy, runScrub, type ScrubProgress } from './scrub-run.js';
import { verifyCopy } from './verify-run.js';
import type { LeakHuntScope, VerifyProgress } from './verify-step.js';
import { compareMasked } from './compare-masked.js';
import { compareContents } from './compare-contents.js';

/** SQL of the operator's own, run in the work database: before anything is copied, and before verification. */
export interface ScrubHooks {
  readonly before?: string;
  /** What it writes is verified with the rest. */
  readonly after?: string;
}

/** A plan that may run, with its open sides and everything that its record needs. */
export interface AttestedScrub {
  /** The source's location again: verification samples the originals on a connection of its own. */
  readonly from: string;
  /** Closed by the caller. */
  readonly source: ScrubSource;
  /** Closed by the run. */
  readonly target: ScrubTarget;
  readonly basis: PlanBasis;
  readonly plan: ScrubPlan;
  readonly key: MaskingKey;
  readonly signingKey: SigningKey;
  readonly words: WordLists;
  /** Scrubjay's own. */
  readonly toolVersion: string;
  /** Which originals are looked for in the copy; `full` by default. */
  readonly leakHunt?: LeakHuntScope;
  /** Rows of each table that are compared one by one, and whose originals a sampled leak hunt looks for. */
  readonly sampleRows?: number;
  readonly hooks?: ScrubHooks;
  /** Measure how well rows hide among one another, by labels and by these columns besides. */
  readonly anonymity?: readonly string[];
  /** Milliseconds that the source's snapshot may be held; no limit when absent. */
  readonly snapshotLimitMs?: number;
  /**
   * Called with all that there is to keep, before the copy is published, and waited for: whoever is broken
   * off after it finds by the mark whether the copy was published.
   */
  readonly beforePublishing?: (attested: AttestedResult) => Promise<void>;
  readonly publicationMark?: string;
  readonly onProgress?: (progress: ScrubProgress) => void;
  readonly onResume?: (left: WorkLeft) => void;
  readonly onVerifying?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
}

export interface AttestedResult {
  readonly tables: readonly TableResult[];
  readonly verification: Verification;
  readonly statement: ScrubStatement;
  /** The statement, signed. */
  readonly envelope: DsseEnvelope;
}

/**
 * Carries out a plan, verifies the copy before it is published, and attests what was done: the whole of a
 * scrub as the command line and the service's workers run it.
 * @throws what `runScrub` and `verifyCopy` throw; then nothing was published and nothing is attested
 */
export async function scrubAndAttest(scrub: AttestedScrub): Promise<AttestedResult> {
  const { from, source, target, basis, plan, key, words, sampleRows, signal, onProgress } = scrub;
  const startedAt = new Date();
  // Before anything is copied, not when all is.
  const quasiIdentifiers = scrub.anonymity && quasiIdentifiersNamed(scrub.anonymity, basis.catalog);
  const targetIdentity = await target.identity();
  let targetFingerprint = '';
  let anonymity: readonly TableAnonymity[] | undefined;
  const verify = async (built: BuiltCopy): Promise<Verification> => {
    const { orphans, copied } = built;
    const remasked = await remaskedValues(scrub, built);
    const contents = await beforeLastHook(scrub, copied, orphans);
    targetFingerprint = fingerprintCatalog(await target.catalog());
    if (quasiIdentifiers) {
      const masks = plan.tables.flatMap((table) => table.masks);
      const { catalog, types } = basis;
      anonymity = await measureAnonymity(target, {
        ...{ catalog, labels: basis.labels, types, masks, also: quasiIdentifiers },
      });
    }
    const sampler = await engineFor(from).open(from);
    try {
      const { labels } = basis;
      const onVerifying = scrub.onVerifying;
      return await verifyCopy({
        ...{ sampler, target, plan, labels, words, sampleRows, signal, orphans, contents, remasked },
        source: copied,
        originals: source,
        leakHunt: scrub.leakHunt,
        onProgress: onVerifying,
      });
    } finally {
      await sampler.close();
    }
  };
  if (scrub.hooks?.before !== undefined) await beforeCopy(scrub);
  const sourceIdentity = await source.identity();
  let attested: AttestedResult | undefined;
  await runScrub({
    ...{ source, target, plan, pseudonyms: key.pseudonyms, words, onProgress, signal, verify },
    snapshotLimitMs: scrub.snapshotLimitMs,
    onResume: scrub.onResume,
    publicationMark: scrub.publicationMark,
    beforePublishing: async ({ tables, orphans, verification }) => {
      const statement = attestScrub({
        ...{ toolVersion: scrub.toolVersion, startedAt, finishedAt: new Date(), basis, plan },
        source: sourceIdentity,
        target: targetIdentity,
        ...{ targetFingerprint, tables, orphans, anonymity, verification, leftOut: basis.schema?.leftOut },
      });
      const envelope = signStatement(statement, scrub.signingKey);
      attested = { tables, verification, statement, envelope };
      await scrub.beforePublishing?.(attested);
    },
  });
  return attested!;
}

/** Before the hook after the copy, which changes on purpose what it changes; where all originals are hunted. */
async function remaskedValues(
  scrub: AttestedScrub,
  { copied: source, orphans, tables }: BuiltCopy,
): Promise<CheckResult | undefined> {
  if (scrub.leakHunt === 'sample') return undefined;
  const { target, plan, words, key, signal, onVerifying: onProgress } = scrub;
  return compareMasked(
    { source, target, plan, words, pseudonyms: key.pseudonyms, orphans, tables, signal, onProgress },
    await source.catalog(),
  );
}

/**
 * Runs the hook after the copy. What it changes on purpose is none of the copy's mistakes, so unmasked values
 * are compared before it; keys that it may have got round are made again, and so held against all rows.
 * @returns undefined without such a hook
 */
async function beforeLastHook(
  scrub: AttestedScrub,
  source: ScrubSource,
  orphans: readonly SettledOrphans[],
): Promise<CheckResult | undefined> {
  const { target, plan, signal, hooks } = scrub;
  if (!saysSomething(hooks?.after)) return undefined;
  const contents = await compareContents(
    { source, target, plan, orphans, signal, onProgress: scrub.onVerifying },
    await source.catalog(),
  );
  await runHook(target, 'the hook after the copy', hooks?.after);
  await target.remakeForeignKeys?.();
  return contents;
}

/** A hook that fails leaves the target as it was, as a run that fails does. */
async function beforeCopy({ target, hooks }: AttestedScrub): Promise<void> {
  try {
    await runHook(target, 'the hook before the copy', hooks?.before);
  } catch (error) {
    await target.abandon('hook').catch(() => undefined);
    throw error;
  }
}

async function runHook(target: ScrubTarget, makes: string, sql: string | undefined): Promise<void> {
  if (saysSomething(sql)) await target.execute([{ makes, sql }]);
}

function saysSomething(sql: string | undefined): sql is string {
  return sql !== undefined && sql.trim() !== '';
}
