import type { PostureException } from './facts/declarations.js';
import type { Finding } from './finding.js';

/** Findings with the exceptions that hold, and the exceptions that do not. */
export interface Excepted {
  readonly findings: readonly Finding[];
  /** Past their last day: what they covered counts again. */
  readonly expired: readonly PostureException[];
  /** Covered no finding: mended since, or misspelt. */
  readonly idle: readonly PostureException[];
}

/**
 * Marks findings that somebody accepted. An exception never turns anything into a pass: the finding keeps
 * its outcome and says who accepted it, why and until when.
 * @param today as 2026-01-31; an exception counts on its last day
 */
export function applyExceptions(
  findings: readonly Finding[],
  exceptions: readonly PostureException[],
  today: string,
): Excepted {
  const used = new Set<PostureException>();
  const marked = findings.map((finding) => {
    if (finding.outcome === 'pass' || finding.outcome === 'not-applicable') return finding;
    const exception = exceptions.find((each) => covers(each, finding));
    if (!exception) return finding;
    used.add(exception);
    return exception.expires < today ? finding : { ...finding, exception };
  });
  return {
    findings: marked,
    expired: exceptions.filter((each) => used.has(each) && each.expires < today),
    idle: exceptions.filter((each) => !used.has(each)),
  };
}

function covers({ check, subject = '*' }: PostureException, finding: Finding): boolean {
  if (check !== finding.check) return false;
  const pattern = subject.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`, 's').test(finding.subject);
}
