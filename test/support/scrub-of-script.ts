import { mergeProposals } from '../../src/domain/classification/label-decisions.js';
import type { Labels } from '../../src/domain/classification/labels-file.js';
import { engineFor, scrubWay } from '../../src/engines/engine-registry.js';
import { readClassifier } from '../../src/rules/read-classifier.js';
import { planRun } from '../../src/runs/plan-run.js';
import { type AttestedResult, scrubAndAttest } from '../../src/runs/attested-scrub.js';
import { carriedSchema } from '../../src/runs/carried-schema.js';
import { classifyDataSource } from '../../src/runs/classify-run.js';
import { MaskingKey } from '../../src/runs/masking-key.js';
import { digestOfWork, type WorkLeft } from '../../src/runs/resume.js';
import { PlanRefusedError, type ScrubProgress } from '../../src/runs/scrub-run.js';
import { deriveSigningKey } from '../../src/runs/signing-key.js';
import { policyOf, shippedRules } from './planning.js';

export const testKey = new MaskingKey(Buffer.alloc(32, 7));

export interface WholeScrub {
  readonly from: string;
  readonly to: string;
  /** Classified from a sample where none are given. */
  readonly labels?: Labels;
  readonly policy?: string;
  readonly resume?: boolean;
  readonly onProgress?: (progress: ScrubProgress) => void;
  readonly onResume?: (left: WorkLeft) => void;
}

/** A whole scrub as the command line runs it: classify, plan, copy, verify, attest. */
export async function wholeScrub(scrub: WholeScrub): Promise<AttestedResult> {
  const { from, to, onProgress, onResume, resume = false } = scrub;
  const labels = scrub.labels ?? (await classified(from));
  const { informationTypes: types, words } = await shippedRules();
  const way = scrubWay(from, to);
  const source = await way.openSource();
  try {
    const basis = {
      catalog: await source.catalog(),
      labels,
      labelsSha256: '0'.repeat(64),
      policy: await policyOf(scrub.policy ?? 'default'),
      types,
      keyId: testKey.id,
      notices: await source.notices(),
      schema: await carriedSchema(source),
    };
    const plan = await planRun(basis, { source, pseudonyms: testKey.pseudonyms, words });
    if (plan.refusals.length > 0) throw new PlanRefusedError(plan.refusals);
    const identity = await source.identity();
    const work = digestOfWork(plan, identity);
    const target = await way.openTarget({ replace: true, source: identity, work, resume });
    return await scrubAndAttest({
      ...{ from, source, target, basis, plan, words, onProgress, onResume },
      key: testKey,
      signingKey: deriveSigningKey(testKey),
      toolVersion: '1.2.3',
    });
  } finally {
    await source.close();
  }
}

/** Proposals of the shipped classifier, taken as they are. */
export async function classified(location: string): Promise<Labels> {
  const session = await engineFor(location).open(location);
  try {
    const classifier = await readClassifier(await shippedRules());
    const { catalog, proposals } = await classifyDataSource({ session, classifier });
    return mergeProposals({ columns: new Map(), references: [] }, catalog, proposals).labels;
  } finally {
    await session.close();
  }
}
