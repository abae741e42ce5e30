import type { EntityManager } from 'typeorm';
import type { AttestationSummary } from './attestation.js';

export interface AttestationRow {
  readonly id: string;
  readonly scrub_job_id: string;
  readonly scrub_run_id: string;
  readonly source: string;
  readonly target: string;
  readonly passed: boolean;
  readonly signed_by: string;
  readonly public_key: string;
  /** The signed text, as it was made: not a byte of it may change. */
  readonly envelope: string;
  readonly created_at: Date;
  readonly keep_until: Date | null;
}

export interface NewAttestation {
  readonly id: string;
  readonly scrubJobId: string;
  readonly scrubRunId: string;
  readonly source: string;
  readonly target: string;
  readonly passed: boolean;
  readonly signedBy: string;
  readonly publicKey: string;
  readonly envelope: string;
  /** Null for ever. */
  readonly keepDays: number | null;
}

export async function insertAttestation(
  manager: EntityManager,
  tenantId: string,
  attestation: NewAttestation,
): Promise<void> {
  const { id, scrubJobId, scrubRunId, source, target, passed, signedBy, publicKey, envelope, keepDays } =
    attestation;
  await manager.query(
    `insert into attestations (tenant_id, id, scrub_job_id, scrub_run_id, source, target, passed, signed_by,
       public_key, envelope, keep_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + $11 * interval '1 day')`,
    [tenantId, id, scrubJobId, scrubRunId, source, target, passed, signedBy, publicKey, envelope, keepDays],
  );
}

export function summaryOf(row: AttestationRow): AttestationSummary {
  return {
    id: row.id,
    scrubJobId: row.scrub_job_id,
    scrubRunId: row.scrub_run_id,
    source: row.source,
    target: row.target,
    passed: row.passed,
    signedBy: row.signed_by,
    createdAt: row.created_at.toISOString(),
    ...(row.keep_until ? { keepUntil: row.keep_until.toISOString() } : {}),
  };
}
