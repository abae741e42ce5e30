import type { Severity } from './check-text.js';
import type { Asset, Finding } from './finding.js';

/** How much a check counts by its severity. */
export const severityWeights: Readonly<Record<Severity, number>> = {
  critical: 10,
  high: 5,
  medium: 2,
  low: 1,
};

/** How much a finding counts by the labels at stake. */
export const labelWeights = { none: 1, internal: 1.5, confidential: 2, restricted: 3, cardData: 4 } as const;

export const environmentWeights: Readonly<Record<Asset['environment'], number>> = {
  production: 1,
  staging: 0.5,
  test: 0.25,
  development: 0.25,
};

/** The highest score while a critical check fails, and while one is unknown. */
export const caps = { criticalFails: 49, criticalUnknown: 74 } as const;

export interface Score {
  /** 0 to 100, rounded down; null when nothing could be judged. */
  readonly score: number | null;
  /** Before the cap. */
  readonly uncapped: number | null;
  readonly cappedBy: 'critical-fails' | 'critical-unknown' | null;
  /** Share of the judged findings that have an answer: (pass + warn + fail) / (those + unknown). */
  readonly coverage: number | null;
  readonly counts: Readonly<Record<Finding['outcome'] | 'accepted', number>>;
  readonly assets: readonly AssetScore[];
}

export interface AssetScore {
  readonly asset: string;
  readonly kind: Asset['kind'];
  readonly score: number | null;
  /** Σ weight × value over Σ weight. */
  readonly earned: number;
  readonly possible: number;
  /** What the asset counts beside others: its highest label × its environment. */
  readonly weight: number;
}

const values = { pass: 1, warn: 0.5, fail: 0, unknown: 0 } as const;

/**
 * 100 × Σ weight × value / Σ weight, weight = severity × labels at stake; pass counts 1, warn ½, fail and
 * unknown 0, so that what was not seen lowers the score. Findings of one check about labels of one weight
 * count as one, their mean: hundreds of trivial columns cannot lift a score. Each asset is scored by
 * itself, then weighted. Not-applicable and accepted findings are left out and counted.
 */
export function scoreFindings(findings: readonly Finding[], assets: readonly Asset[]): Score {
  const judged = findings.filter(isJudged);
  const scores = assets.map((asset) => scoreAsset(asset, judged));
  const scored = scores.filter(({ score }) => score !== null);
  const possible = sum(scored.map(({ weight }) => weight));
  const uncapped = possible === 0 ? null : sum(scored.map(({ weight, score }) => weight * score!)) / possible;
  const critical = judged.filter(({ severity }) => severity === 'critical');
  const cap = critical.some(({ outcome }) => outcome === 'fail')
    ? (['critical-fails', caps.criticalFails] as const)
    : critical.some(({ outcome }) => outcome === 'unknown')
      ? (['critical-unknown', caps.criticalUnknown] as const)
      : undefined;
  const bites = uncapped !== null && cap !== undefined && uncapped > cap[1];
  const unseen = judged.filter(({ outcome }) => outcome === 'unknown').length;
  return {
    score: uncapped === null ? null : Math.floor(bites ? cap[1] : uncapped),
    uncapped: uncapped === null ? null : Math.round(uncapped * 10) / 10,
    cappedBy: bites ? cap[0] : null,
    coverage: judged.length === 0 ? null : (judged.length - unseen) / judged.length,
    counts: countOutcomes(findings),
    assets: scores,
  };
}

/** Findings that count: with an answer or without, and not accepted by anybody. */
export function isJudged({ outcome, exception }: Finding): boolean {
  return outcome !== 'not-applicable' && exception === undefined;
}

function scoreAsset(asset: Asset, judged: readonly Finding[]): AssetScore {
  const own = judged.filter(({ asset: { kind, name } }) => kind === asset.kind && name === asset.name);
  const groups = new Map<string, Finding[]>();
  for (const finding of own) {
    const key = `${finding.check} ${labelWeight(finding)}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  let earned = 0;
  let possible = 0;
  for (const group of groups.values()) {
    const weight = severityWeights[group[0].severity] * labelWeight(group[0]);
    possible += weight;
    earned +=
      (weight * sum(group.map(({ outcome }) => values[outcome as keyof typeof values]))) / group.length;
  }
  return {
    asset: asset.name,
    kind: asset.kind,
    score: possible === 0 ? null : Math.round((1000 * earned) / possible) / 10,
    earned: Math.round(earned * 100) / 100,
    possible: Math.round(possible * 100) / 100,
    weight: Math.max(1, ...new Set(own.map(labelWeight))) * environmentWeights[asset.environment],
  };
}

/** The weight of the labels at stake. */
export function labelWeight({ atStake: { sensitivity, informationTypes } }: Finding): number {
  if (informationTypes.some((type) => type === 'payment-card-number' || type === 'card-cvv')) {
    return labelWeights.cardData;
  }
  return sensitivity === null || sensitivity === 'public' ? labelWeights.none : labelWeights[sensitivity];
}

function countOutcomes(findings: readonly Finding[]): Score['counts'] {
  const counts = { pass: 0, warn: 0, fail: 0, unknown: 0, 'not-applicable': 0, accepted: 0 };
  for (const { outcome, exception } of findings) counts[exception ? 'accepted' : outcome]++;
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
