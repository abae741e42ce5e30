import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { fingerprintCatalog } from '../../src/domain/catalog/fingerprint.js';
import { attestScrub, type ScrubEvidence } from '../../src/domain/scrub/attestation/attest-scrub.js';
import type {
  AttestedVerification,
  ScrubStatement,
} from '../../src/domain/scrub/attestation/scrub-statement.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { createDatabase, serverUrl } from './databases.js';
import { labelsFor, policyOf, shippedRules } from './planning.js';

/** A verdict in the form in which verification gives it. */
export const verdict = {
  passed: true,
  checks: [
    {
      check: 'row-counts',
      outcome: 'passed',
      examined: 3,
      unit: 'tables',
      failures: [],
      unseen: [],
      notes: [],
    },
    {
      check: 'leak-hunt',
      outcome: 'passed',
      examined: 40,
      unit: 'original values',
      failures: [],
      unseen: [],
      notes: [{ where: 'public.people.note', problem: 'a short value was left out of the hunt' }],
    },
  ],
} as const satisfies AttestedVerification;

/** A finished scrub with all that it can tell; `drop` takes both databases away. */
export interface AttestedScrub {
  readonly evidence: ScrubEvidence;
  readonly statement: ScrubStatement;
  readonly targetUrl: string;
  drop(): Promise<void>;
}

/**
 * Scrubs a database into another and attests it.
 * @param types information types of `table.column`; the rest is labelled as nothing sensitive
 */
export async function attestedScrub(
  sql: string,
  types: Readonly<Record<string, string>>,
  policy: string,
  key: Uint8Array,
): Promise<AttestedScrub> {
  const origin = await createDatabase(sql);
  const targetUrl = serverUrl(`${origin.name}_copy`);
  const source = await postgresEngine.openSource(origin.url);
  try {
    const from = await source.identity();
    const target = await postgresEngine.openTarget(targetUrl, { replace: false, source: from });
    const pseudonyms = createPseudonyms(key);
    const catalog = await source.catalog();
    const { words, informationTypes } = await shippedRules();
    const basis = {
      catalog,
      labels: await labelsFor(catalog, types),
      labelsSha256: 'a'.repeat(64),
      policy: await policyOf(policy),
      types: informationTypes,
      keyId: pseudonyms.keyId,
    };
    const plan = planScrub(basis);
    const startedAt = new Date();
    let targetFingerprint = '';
    const to = await target.identity();
    const { tables } = await runScrub({
      source,
      target,
      plan,
      pseudonyms,
      words,
      verify: async () => {
        targetFingerprint = fingerprintCatalog(await target.catalog());
        return { problems: [] };
      },
    });
    const evidence: ScrubEvidence = {
      toolVersion: '1.2.3',
      startedAt,
      finishedAt: new Date(),
      basis,
      plan,
      source: from,
      target: to,
      targetFingerprint,
      tables,
      verification: verdict,
    };
    const drop = async () => {
      await origin.query(`drop database if exists "${origin.name}_copy" with (force)`);
      await origin.drop();
    };
    return { evidence, statement: attestScrub(evidence), targetUrl, drop };
  } finally {
    await source.close();
  }
}
