import type { Finding } from './finding.js';
import type { PostureComparison, PostureResults } from './posture-results.js';

/** Runs that a trend keeps. */
const LONGEST_TREND = 365;

type Judged = Pick<Finding, 'id' | 'check' | 'outcome' | 'exception'>;

/**
 * What changed since an earlier run, by finding id. What is new only because other questions are asked
 * stands apart, so that an upgrade does not look like a loss.
 */
export function compareResults(findings: readonly Finding[], before: PostureResults): PostureComparison {
  const earlier = new Map<string, Judged>(before.findings.map((finding) => [finding.id, finding as Judged]));
  const asked = new Set(before.checks.ids);
  const bad = findings.filter(isBad);
  const changed = bad.filter(({ id }) => {
    const was = earlier.get(id);
    return !was || !isBad(was);
  });
  const nowBad = new Set(bad.map(({ id }) => id));
  return {
    since: before.finishedAt,
    new: ids(changed.filter(({ id, check }) => !earlier.has(id) && asked.has(check))),
    regressed: ids(changed.filter(({ id }) => earlier.has(id))),
    fixed: ids([...earlier.values()].filter((was) => isBad(was) && !nowBad.has(was.id))),
    byRules: ids(changed.filter(({ check }) => !asked.has(check))),
    scoreBefore: before.score.score,
  };
}

/** The trend with one more run. */
export function continueTrend(
  before: PostureResults | undefined,
  now: PostureResults['trend'][number],
): PostureResults['trend'] {
  return [...(before?.trend ?? []), now].slice(-LONGEST_TREND);
}

/** A failure or warning that nobody accepted. */
function isBad({ outcome, exception }: Judged): boolean {
  return (outcome === 'fail' || outcome === 'warn') && !exception;
}

function ids(findings: readonly { readonly id: string }[]): string[] {
  return findings.map(({ id }) => id).sort();
}
