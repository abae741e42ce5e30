import { type Catalog, columnsOf, printColumnName } from '../catalog/catalog.js';
import type { LabelProposal } from '../classification/label.js';
import { misfitOf, parseTechniqueOptions } from '../masking/technique-registry.js';
import type { ColumnMask } from '../policy/column-mask.js';
import { maskedColumn } from '../policy/decide-masks.js';
import type { Policy } from '../policy/policy.js';
import type { PlanProblem } from './scrub-plan.js';

/** The type of what nobody has looked at yet; it is masked, and not hunted for. */
export const QUARANTINED = 'quarantined';

/** Problems that say: nobody has reviewed the column as it is now. */
const unreviewedCodes = new Set(['unlabelled-column', 'changed-column']);

/** Proposals of a scan for columns that nobody reviewed, by printed name. */
export type Proposals = ReadonlyMap<string, LabelProposal>;

export interface Quarantine {
  /** By printed name. */
  readonly masks: ReadonlyMap<string, ColumnMask>;
  readonly refusals: readonly PlanProblem[];
  readonly warnings: readonly PlanProblem[];
}

/** True when the policy lets a run go ahead without what nobody has reviewed. */
export function quarantines({ quarantine }: Policy): boolean {
  return quarantine === null || quarantine === 'null';
}

/**
 * New columns, and those that changed since they were reviewed, stop a run, each with what a scan takes it
 * for; where the policy says `quarantine: null`, they are emptied instead, and told of. A column that can
 * neither be NULL nor hold a fixed value stops the run all the same.
 */
export function quarantine(
  catalog: Catalog,
  policy: Policy,
  problems: readonly PlanProblem[],
  proposals: Proposals = new Map(),
): Quarantine {
  const columns = new Map(Array.from(columnsOf(catalog), (found) => [printColumnName(found.name), found]));
  const masks = new Map<string, ColumnMask>();
  const refusals: PlanProblem[] = [];
  const warnings: PlanProblem[] = [];
  for (const problem of problems) {
    if (!unreviewedCodes.has(problem.code)) {
      refusals.push(problem);
      continue;
    }
    const told = withProposal(problem, proposals.get(problem.where));
    const found = columns.get(problem.where)!;
    const technique = ['null', 'fixed'].find(
      (id) =>
        !misfitOf(id, {}, maskedColumn(found.table, found.column)) &&
        !isKey(found.table, id, found.column.name),
    );
    if (!quarantines(policy) || technique === undefined) {
      refusals.push(told);
      continue;
    }
    masks.set(problem.where, {
      column: found.name,
      informationType: QUARANTINED,
      sensitivity: 'restricted',
      technique,
      options: parseTechniqueOptions(technique, {}),
      domain: QUARANTINED,
      because: 'nobody has reviewed it, and the policy says quarantine: null',
    });
    warnings.push({ ...told, code: 'quarantined-column', problem: `emptied, since ${told.problem}` });
  }
  return { masks, refusals, warnings };
}

/** A fixed value would be there twice. */
function isKey(
  { uniqueKeys }: { readonly uniqueKeys: readonly { columns: readonly string[] }[] },
  technique: string,
  column: string,
) {
  return technique === 'fixed' && uniqueKeys.some(({ columns }) => columns.includes(column));
}

function withProposal(problem: PlanProblem, proposal: LabelProposal | undefined): PlanProblem {
  if (!proposal) return problem;
  const sure = `${Math.round(proposal.confidence * 100)} % sure`;
  const paths = Object.entries(proposal.paths ?? {}).map(([path, type]) => `${type} at ${path}`);
  const what = [proposal.informationType ?? 'nothing sensitive', ...paths].join(', ');
  return { ...problem, problem: `${problem.problem}; a scan takes it for ${what} (${sure})` };
}
