import type { EntityManager } from 'typeorm';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import { parsePolicy, type ReadPolicy } from '../../domain/policy/policy-file.js';
import { NotFoundError } from '../problems/problems.js';

export interface PolicyVersionRow {
  readonly policy_id: string;
  readonly number: number;
  readonly source: string;
  readonly sha256: string;
  readonly note: string | null;
  readonly created_by: string;
  readonly created_at: Date;
}

/** What mistakes in a policy are told to lie in. */
export const POLICY_FILE = 'policy';

/** One version of a policy's text; the newest without a number. Throws `NotFoundError`. */
export async function findVersion(
  manager: EntityManager,
  policyId: string,
  number?: number,
): Promise<PolicyVersionRow> {
  const [row] = await manager.query<PolicyVersionRow[]>(
    `select * from policy_versions where policy_id = $1 and ($2::int is null or number = $2)
     order by number desc limit 1`,
    [policyId, number ?? null],
  );
  if (!row) throw new NotFoundError('version of a policy');
  return row;
}

/** A policy as plans take it, with the number of the version. Throws `NotFoundError`. */
export async function readPolicyVersion(
  manager: EntityManager,
  types: InformationTypeRegistry,
  policyId: string,
  number?: number,
): Promise<ReadPolicy & { readonly number: number }> {
  const row = await findVersion(manager, policyId, number);
  return { ...parsePolicy(row.source, POLICY_FILE, types), number: row.number };
}
