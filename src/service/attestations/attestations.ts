import type { EntityManager } from 'typeorm';
import { ScrubjayError } from '../../domain/errors.js';
import { parseVerifyingKey } from '../../domain/scrub/attestation/ed25519.js';
import { printAttestationPage } from '../../domain/scrub/attestation/html-page.js';
import { readUnverified, verifyEnvelope } from '../../domain/scrub/attestation/signed-statement.js';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Page, pageOf, startOf } from '../http/pages.js';
import { NotFoundError } from '../problems/problems.js';
import { type AttestationRow, summaryOf } from './attestation-rows.js';
import type {
  AttestationQuery,
  AttestationSummary,
  AttestationVerdict,
  AttestationView,
  VerifyAttestation,
} from './attestation.js';

/** The signed records of scrub runs, kept for auditors. */
export class Attestations {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async list(caller: Caller, query: AttestationQuery): Promise<Page<AttestationSummary>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await manager.query<AttestationRow[]>(
        `select * from attestations where id > $1 and scrub_job_id = coalesce($3, scrub_job_id)
           and scrub_run_id = coalesce($4, scrub_run_id) order by id limit $2`,
        [startOf(query), query.limit + 1, query.scrubJobId ?? null, query.scrubRunId ?? null],
      );
      return pageOf(rows.map(summaryOf), query);
    });
  }

  async get(caller: Caller, id: string): Promise<AttestationView> {
    const row = await this.#read(caller, id);
    const envelope = JSON.parse(row.envelope) as Record<string, unknown>;
    return { ...summaryOf(row), publicKey: row.public_key, envelope };
  }

  /** The envelope as it was signed, byte for byte. */
  async envelope(caller: Caller, id: string): Promise<string> {
    return (await this.#read(caller, id)).envelope;
  }

  /** As a page for people, with what the key that the service keeps says of the signature. */
  async page(caller: Caller, id: string): Promise<string> {
    const row = await this.#read(caller, id);
    const { holds, signedBy, problem } = verdictOn(row, row.public_key, 'kept');
    const says = problem
      ? problem.detail
      : 'By the key that the service keeps, which proves that the record is whole. Compare its id with one that you got elsewhere.';
    return printAttestationPage(readUnverified(row.envelope), { holds, signedBy, says });
  }

  async verify(caller: Caller, id: string, { publicKey }: VerifyAttestation): Promise<AttestationVerdict> {
    const row = await this.#find(caller, id);
    return publicKey === undefined
      ? verdictOn(row, row.public_key, 'kept')
      : verdictOn(row, publicKey, 'given');
  }

  /** What was attested is evidence: who read it is kept. */
  #read(caller: Caller, id: string): Promise<AttestationRow> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const row = await find(manager, id);
      await recordAudit(manager, caller, {
        action: 'attestation.read',
        subject: `attestation:${id}`,
        details: { scrubRun: row.scrub_run_id },
      });
      return row;
    });
  }

  #find(caller: Caller, id: string): Promise<AttestationRow> {
    return this.#database.asTenant(caller.tenantId, (manager) => find(manager, id));
  }
}

function verdictOn(
  { envelope }: AttestationRow,
  publicKey: string,
  trust: AttestationVerdict['trust'],
): AttestationVerdict {
  const key = parseVerifyingKey(publicKey, 'publicKey');
  try {
    const { signedBy } = verifyEnvelope(envelope, [key]);
    return { holds: true, signedBy: [...signedBy], trust };
  } catch (error) {
    if (!(error instanceof ScrubjayError)) throw error;
    const { code, message: detail, hint } = error;
    return { holds: false, signedBy: [], trust, problem: { code, detail, hint } };
  }
}

async function find(manager: EntityManager, id: string): Promise<AttestationRow> {
  const [row] = await manager.query<AttestationRow[]>('select * from attestations where id = $1', [id]);
  if (!row) throw new NotFoundError('attestation');
  return row;
}
