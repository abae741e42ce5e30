import { compareResults, continueTrend } from './compare-results.js';
import type { DescribedCheck } from './evaluate-checks.js';
import { applyExceptions } from './exceptions.js';
import type { PostureException } from './facts/declarations.js';
import type { Asset, Finding } from './finding.js';
import { digestOfChecks, type PostureResults } from './posture-results.js';
import { scoreFindings } from './score.js';
import { severities } from './check-text.js';
import { outcomes } from './verdict.js';

/** What could not be looked at as a whole; the run went on for the rest. */
export interface PostureProblem {
  readonly where: string;
  readonly problem: string;
  readonly hint: string;
}

/** All that a run came by. */
export interface PostureRun {
  readonly toolVersion: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly checks: readonly DescribedCheck[];
  readonly assets: readonly Asset[];
  readonly findings: readonly Finding[];
  readonly problems: readonly PostureProblem[];
  /** File that stands for what has no file: the labels, or the declarations. */
  readonly inventory: string;
  readonly exceptions: readonly PostureException[];
  /** Results of the last run, to compare with. */
  readonly before?: PostureResults;
}

/** The results of a run: findings in the order of their weight, score, and what changed. Pure. */
export function assembleResults(run: PostureRun): PostureResults {
  const finishedAt = run.finishedAt.toISOString();
  const { findings, expired, idle } = applyExceptions(run.findings, run.exceptions, finishedAt.slice(0, 10));
  const score = scoreFindings(findings, run.assets);
  const checks = {
    sha256: digestOfChecks(run.checks),
    ids: run.checks
      .filter(({ check }) => run.assets.some(({ kind }) => kind === check.on))
      .map(({ id }) => id),
  };
  return {
    version: 1,
    tool: { name: 'scrubjay', version: run.toolVersion },
    startedAt: run.startedAt.toISOString(),
    finishedAt,
    checks,
    assets: [...run.assets],
    inventory: run.inventory,
    problems: [...run.problems],
    score,
    findings: [...findings].sort(byWeight),
    exceptions: { expired, idle },
    ...(run.before ? { comparison: compareResults(findings, run.before) } : {}),
    trend: continueTrend(run.before, {
      at: finishedAt,
      score: score.score,
      coverage: score.coverage,
      checks: checks.sha256,
    }),
  };
}

/** Failures first, the severest first; then by name, so that two runs read alike. */
function byWeight(a: Finding, b: Finding): number {
  return (
    Number(a.exception !== undefined) - Number(b.exception !== undefined) ||
    outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome) ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    compare(a.check, b.check) ||
    compare(a.subject, b.subject)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
