import { createHash } from 'node:crypto';
import type { ScrubStatement } from '../../domain/scrub/attestation/scrub-statement.js';
import { scrubEngineFor } from '../../engines/engine-registry.js';
import { readRules } from '../../rules/read-rules.js';
import { compareCopy } from '../../runs/compare-copy.js';
import { locationFrom } from '../location.js';
import { readTextFile, readTextFileIfThere } from '../text-files.js';

/** One thing that was compared with what the attestation says. */
export interface Comparison {
  readonly subject: 'verification' | 'labels' | 'policy' | 'structure' | 'rows';
  readonly holds: boolean;
  readonly says: string;
}

/** What to compare an attestation with. */
export interface ComparedWith {
  readonly labels?: string;
  /** A file, or the id of a policy that ships. */
  readonly policy?: string;
  /** Location of the copy. */
  readonly target?: string;
  readonly rules: readonly string[];
}

/** Compares an attestation with the files it names and the copy it is about. */
export async function compareAttestation(
  { predicate }: ScrubStatement,
  { labels, policy, target, rules }: ComparedWith,
): Promise<Comparison[]> {
  const comparisons = [verificationOf(predicate)];
  if (labels !== undefined) {
    const same = sha256(await readTextFile(labels)) === predicate.labels.sha256;
    const says = `${labels} ${same ? 'is the file that was used' : 'is not the file that was used, or was changed since'}`;
    comparisons.push({ subject: 'labels', holds: same, says });
  }
  if (policy !== undefined) {
    const same = (await policySha256(policy, rules)) === predicate.policy.sha256;
    const used = `policy ${predicate.policy.id}`;
    const says = `${policy} ${same ? `is the ${used} that was used` : `is not the ${used} that was used, or was changed since`}`;
    comparisons.push({ subject: 'policy', holds: same, says });
  }
  if (target !== undefined) comparisons.push(...(await targetComparisons(predicate, target)));
  return comparisons;
}

type Predicate = ScrubStatement['predicate'];

/** What the run's own verification found: an attestation may be genuine and tell of a failure. */
function verificationOf({ verification: { passed, checks } }: Predicate): Comparison {
  const bad = checks
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ check, outcome }) => `${check} ${outcome}`);
  const says = passed
    ? `the copy passed ${checks.length} checks`
    : `the copy did not pass: ${bad.join(', ')}`;
  return { subject: 'verification', holds: passed, says };
}

async function policySha256(policy: string, rules: readonly string[]): Promise<string> {
  const text = await readTextFileIfThere(policy);
  if (text !== undefined) return sha256(text);
  const { policies } = await readRules({ extraFolders: rules });
  // Neither a file nor an id: the reader's refusal names the file.
  return policies.get(policy)?.sha256 ?? sha256(await readTextFile(policy));
}

async function targetComparisons({ copy }: Predicate, given: string): Promise<Comparison[]> {
  const location = await locationFrom(given, 'SCRUBJAY_TARGET_URL', 'the copy');
  const live = await scrubEngineFor(location).openSource(location);
  try {
    const { sameStructure, otherRows } = await compareCopy(live, copy);
    const rows = otherRows.map(
      ({ table, attested, now }) => `${table}: ${attested} attested, ${now ?? 'no such table'} now`,
    );
    return [
      {
        subject: 'structure',
        holds: sameStructure,
        says: sameStructure ? 'the copy is built as attested' : 'the copy’s schema is not the one attested',
      },
      {
        subject: 'rows',
        holds: rows.length === 0,
        says: rows.length === 0 ? `${copy.tables.length} tables have the rows attested` : rows.join('; '),
      },
    ];
  } finally {
    await live.close();
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
