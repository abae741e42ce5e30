import type { AssetKind, FactName, Known } from './facts/facts.js';
import type { Remedy } from './remedy.js';
import type { Verdict } from './verdict.js';

/** A question that is asked of facts, as its file writes it. */
export interface CheckDefinition<Kind extends AssetKind, Read extends FactName<Kind>> {
  /** Words, kebab-case; equal to the names of this file and of the one under `rules/checks/`. */
  readonly id: string;
  /** The kind of asset that it is asked of. */
  readonly on: Kind;
  /** Facts that it needs; one that cannot be read makes the check `unknown`, and `evaluate` is not called. */
  readonly reads: readonly Read[];
  /** Pure: the same facts, the same verdicts. One verdict for the asset, or one a subject. */
  readonly evaluate: (facts: Known<Kind, Read>) => Verdict | readonly Verdict[];
  /** What mends it; a verdict may know better. */
  readonly remedy: Remedy;
  /** A statement, command or look that shows that it is mended. */
  readonly verify: string;
}

/** A check as the run sees it, whatever it reads. */
export interface PostureCheck {
  readonly id: string;
  readonly on: AssetKind;
  readonly reads: readonly string[];
  readonly evaluate: (facts: never) => Verdict | readonly Verdict[];
  readonly remedy: Remedy;
  readonly verify: string;
}

/** Types a check: `evaluate` sees exactly the facts that it says it reads. */
export function defineCheck<Kind extends AssetKind, const Read extends FactName<Kind>>(
  check: CheckDefinition<Kind, Read>,
): PostureCheck {
  return check;
}
