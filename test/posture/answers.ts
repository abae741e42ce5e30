import { type AssetKind, type FactsOf } from '../../src/domain/posture/facts/facts.js';
import { evaluateChecks } from '../../src/domain/posture/evaluate-checks.js';
import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { known } from '../../src/domain/posture/facts/reading.js';
import type { Finding } from '../../src/domain/posture/finding.js';
import { readChecks } from '../../src/rules/read-checks.js';

const common = { today: '2026-06-15', labels: [], declarations: noDeclarations, unmaskedColumns: [] };

/** What one check answers to facts; settings of a PostgreSQL server stand under `settings`. */
export async function answersOf<Kind extends AssetKind>(
  id: string,
  kind: Kind,
  facts: Partial<FactsOf[Kind]> & { readonly settings?: Readonly<Record<string, string>> },
): Promise<readonly Finding[]> {
  const { settings, ...rest } = facts;
  const readings = Object.fromEntries(
    Object.entries({ ...common, ...rest }).map(([name, value]) => [name, known(value)]),
  );
  const visible = { visible: new Map(Object.entries(settings ?? {})), hidden: null };
  const checks = (await readChecks()).filter((check) => check.id === id);
  expect(checks.map(({ check }) => check.on)).toEqual([kind]);
  const asset = { kind, name: 'it', environment: 'production' } as const;
  return evaluateChecks(checks, asset, { ...readings, settings: visible } as never);
}

/** The outcomes alone. */
export async function outcomesOf<Kind extends AssetKind>(
  ...asked: Parameters<typeof answersOf<Kind>>
): Promise<readonly string[]> {
  return (await answersOf(...asked)).map(({ outcome }) => outcome);
}
