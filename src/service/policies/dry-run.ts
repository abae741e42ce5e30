import type { Catalog } from '../../domain/catalog/catalog.js';
import { printColumnName } from '../../domain/catalog/catalog.js';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import type { Labels } from '../../domain/classification/labels-file.js';
import type { ReadPolicy } from '../../domain/policy/policy-file.js';
import { planScrub } from '../../domain/scrub/plan-scrub.js';
import type { PlanProblem } from '../../domain/scrub/scrub-plan.js';
import { digestOf } from '../labels/kept-labels.js';
import { InvalidRequestError } from '../problems/problems.js';
import type { DryRun, DryRunQuery } from './policy.js';

/** What a scrub under a policy would do and refuse, from what the last scan saw: nothing is connected to. */
export function dryRunOf(
  basis: { readonly catalog: Catalog; readonly labels: Labels },
  policy: ReadPolicy & { readonly number: number },
  types: InformationTypeRegistry,
  { limit, cursor }: Pick<DryRunQuery, 'limit' | 'cursor'>,
): DryRun {
  const labelsSha256 = digestOf(basis.labels);
  // Without a key: it changes stand-ins, and nothing of what is masked how.
  const plan = planScrub({ ...basis, labelsSha256, policy, types, keyId: 'none' });
  const items = new Map<string, Omit<DryRun['items'][number], 'where'>>();
  const at = (where: string) => {
    const item = items.get(where) ?? { refusals: [], warnings: [] };
    items.set(where, item);
    return item;
  };
  const masks = plan.tables.flatMap((table) => table.masks);
  for (const { column, informationType, sensitivity, technique, options, because } of masks) {
    at(printColumnName(column)).mask = { informationType, sensitivity, technique, options, because };
  }
  for (const problem of plan.refusals) at(problem.where).refusals.push(told(problem));
  for (const problem of plan.warnings) at(problem.where).warnings.push(told(problem));

  const after = startOf(cursor);
  const sorted = [...items].filter(([where]) => where > after).sort(([a], [b]) => (a < b ? -1 : 1));
  const page = sorted.slice(0, limit).map(([where, item]) => ({ where, ...item }));
  const last = page.at(-1);
  return {
    version: policy.number,
    runnable: plan.refusals.length === 0,
    catalogFingerprint: plan.catalogFingerprint,
    labelsSha256,
    maskedColumns: masks.length,
    refusals: plan.refusals.length,
    items: page,
    ...(last && sorted.length > limit && { next: Buffer.from(last.where).toString('base64url') }),
  };
}

function told({ code, where, problem, hint }: PlanProblem): PlanProblem {
  return { code, where, problem, hint };
}

function startOf(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const name = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(name).toString('base64url') === cursor) return name;
  throw new InvalidRequestError([{ at: 'query.cursor', problem: 'is not a cursor that a list gave' }]);
}
