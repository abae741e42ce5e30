import { type DescribedCheck, evaluateChecks } from '../../src/domain/posture/evaluate-checks.js';
import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { known } from '../../src/domain/posture/facts/reading.js';
import { collectTerraform } from '../../src/engines/terraform/collect-terraform.js';

/** What one of our checks answers to a folder of Terraform, by the address that it is about. */
export async function terraformOutcomes(
  folder: string,
  id: string,
  checks: readonly DescribedCheck[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { resources, literalSecrets } = await collectTerraform(folder);
  const asset = { kind: 'terraform', name: folder, environment: 'production' } as const;
  const findings = evaluateChecks(
    checks.filter((check) => check.id === id),
    asset,
    {
      today: known('2026-01-01'),
      labels: known([]),
      declarations: known(noDeclarations),
      unmaskedColumns: known([]),
      resources: known(resources),
      literalSecrets: known(literalSecrets),
    },
  );
  const outcomes = new Map<string, string[]>();
  for (const { subject, outcome } of findings)
    outcomes.set(subject, [...(outcomes.get(subject) ?? []), outcome]);
  return outcomes;
}

/** As other scanners say it: what fails or warns is bad; without any answer it was not asked. */
export function verdictOf(outcomes: readonly string[]): string {
  if (outcomes.length === 0) return 'not asked';
  if (outcomes.some((outcome) => outcome === 'fail' || outcome === 'warn')) return 'fail';
  return outcomes.every((outcome) => outcome === 'pass') ? 'pass' : outcomes.join('+');
}
