import type { Policy, PolicyRule } from './policy.js';

/** A rule that one of two versions has and the other has not; `number` counts from 1 in its own version. */
export interface RuleChange {
  readonly change: 'added' | 'removed';
  readonly number: number;
  readonly rule: PolicyRule;
}

/** What is not the same in two versions of a policy. */
export interface PolicyDiff {
  readonly settings: readonly {
    readonly setting: (typeof settings)[number];
    readonly before: unknown;
    readonly after: unknown;
  }[];
  /** In the order of the rules, which decides: a rule that moved is removed in one place and added in another. */
  readonly rules: readonly RuleChange[];
}

const settings = ['title', 'summary', 'unlabelled', 'unreviewed', 'sources'] as const;

/** Compares two versions of a policy, rules by a longest common subsequence. */
export function diffPolicies(before: Policy, after: Policy): PolicyDiff {
  return {
    settings: settings
      .filter((setting) => textOf(before[setting]) !== textOf(after[setting]))
      .map((setting) => ({ setting, before: before[setting] ?? null, after: after[setting] ?? null })),
    rules: diffRules(before.rules, after.rules),
  };
}

function diffRules(before: readonly PolicyRule[], after: readonly PolicyRule[]): readonly RuleChange[] {
  const [a, b] = [before.map(textOf), after.map(textOf)];
  // common[i][j]: length of the longest common subsequence of a from i and b from j.
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const changes: RuleChange[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      changes.push({ change: 'removed', number: i + 1, rule: before[i++] });
    } else {
      changes.push({ change: 'added', number: j + 1, rule: after[j++] });
    }
  }
  return changes;
}

/** JSON with sorted keys: the order in which somebody wrote the fields of a rule means nothing. */
function textOf(value: unknown): string {
  return JSON.stringify(value ?? null, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([x], [y]) => (x < y ? -1 : 1)))
      : field,
  );
}
