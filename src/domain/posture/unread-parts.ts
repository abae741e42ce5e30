import type { PostureProblem } from './assemble-results.js';
import type { Finding } from './finding.js';
import { procedure } from './remedy.js';

/**
 * What is said of an asset as a whole cannot be said while a part of it was not read: neither that it holds nor that
 * it does not apply. What was seen of single resources stands, and so does every failure.
 */
export function doubtUnread(
  findings: readonly Finding[],
  problems: readonly PostureProblem[],
): readonly Finding[] {
  if (problems.length === 0) return findings;
  const [{ where, hint }] = problems;
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  return findings.map((finding) => {
    const isOfWhole = finding.subject === finding.asset.name;
    if (!isOfWhole || !['pass', 'not-applicable'].includes(finding.outcome)) return finding;
    return {
      ...finding,
      outcome: 'unknown',
      says: `${finding.says}, as far as could be read: ${where}${more} could not`,
      remedy: procedure(hint),
    };
  });
}
