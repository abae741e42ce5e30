import type { EntityManager } from 'typeorm';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import type { KeptLabel } from '../../domain/classification/labels-file.js';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import { Conditions, ofType } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf, type PageQuery, startOf } from '../http/pages.js';
import { NotFoundError, PreconditionFailedError } from '../problems/problems.js';
import { decideOn } from './decide-label.js';
import type {
  ApprovalRequest,
  BulkDecision,
  BulkResult,
  CommentRequest,
  DecisionRequest,
  LabelsQuery,
  LabelView,
  ProposalRequest,
  ReviewView,
} from './label.js';
import { type LabelReview, recordReviews, reviewOf, type ReviewRow } from './label-reviews.js';
import { labelOf, type LabelRow, writeLabel, writeLabels } from './label-rows.js';
import { typeNamed } from './type-named.js';

/** What columns are taken to hold, and what people say of it. */
export class Labels {
  readonly #database: ServiceDatabase;
  readonly #types: InformationTypeRegistry;

  constructor(database: ServiceDatabase, types: InformationTypeRegistry) {
    this.#database = database;
    this.#types = types;
  }

  async list({ tenantId }: Caller, query: LabelsQuery): Promise<Page<LabelView>> {
    const { informationType } = query;
    const where = new Conditions()
      .and((p) => `id > ${p}`, startOf(query))
      .andIf((p) => `data_source_id = ${p}`, query.dataSource)
      .andIf(ofType(informationType), informationType)
      .andIf((p) => `sensitivity = ${p}`, query.sensitivity)
      .andIf((p) => `status = ${p}`, query.status)
      .andIf((p) => `needs_review = ${p}`, query.needsReview)
      .andIf((p) => `sensitive = ${p}`, query.sensitive)
      .andIf((p) => `starts_with(column_name, ${p} || '.')`, query.table)
      .andIf((p) => `column_name = ${p}`, query.column);
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await manager.query<LabelRow[]>(
        `select * from labels ${where.sql} order by id limit ${query.limit + 1}`,
        where.values,
      );
      return pageOf(rows.map(viewOf), query);
    });
  }

  async get({ tenantId }: Caller, id: string): Promise<LabelView> {
    return this.#database.asTenant(tenantId, async (manager) => viewOf(await find(manager, id)));
  }

  /** Everything that happened to a label. */
  async history({ tenantId }: Caller, id: string, query: PageQuery): Promise<Page<ReviewView>> {
    return this.#database.asTenant(tenantId, async (manager) => {
      await find(manager, id);
      const rows = await manager.query<ReviewRow[]>(
        'select * from label_reviews where label_id = $1 and id > $2 order by id limit $3',
        [id, startOf(query), query.limit + 1],
      );
      return pageOf(rows.map(reviewOf), query);
    });
  }

  /** Decides on one label in the version that the caller saw. */
  async decide(caller: Caller, id: string, version: number, request: DecisionRequest): Promise<LabelView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const row = await find(manager, id, 'for update');
      if (row.version !== version) throw new PreconditionFailedError();
      const decided = this.#decideOn(caller, row, request);
      // Sent together: neither waits for the other, and the first that fails is told.
      const [written] = await Promise.all([
        writeLabel(manager, caller.tenantId, row.data_source_id, { id, label: decided.label }),
        recordReviews(manager, caller.tenantId, [decided.review]),
      ]);
      // Last, since it holds the end of the tenant's chain until the transaction ends.
      await audit(manager, caller, 'decided', row, auditable(request));
      return viewOf(written);
    });
  }

  /** Decides on many labels alike, in one transaction: all of them, or none. */
  async decideMany(caller: Caller, request: BulkDecision, once?: IdempotentRequest): Promise<BulkResult> {
    return this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const rows = await chosen(manager, request);
        await this.#decideAll(manager, caller, rows, request);
        const dataSources = [...new Set(rows.map((row) => row.data_source_id))];
        await recordAudit(manager, caller, {
          action: 'label.bulk-decided',
          subject: request.where ? `data-source:${request.where.dataSource}` : 'labels',
          details: { ...auditable(request), decided: rows.length, dataSources },
        });
        return { decided: rows.length, waitingForReview: await waiting(manager, dataSources) };
      }),
    );
  }

  /** Says what somebody takes a column to hold, for a steward to decide. */
  async propose(
    caller: Caller,
    id: string,
    { informationType, sensitivity, reason }: ProposalRequest,
    once?: IdempotentRequest,
  ): Promise<LabelView> {
    const type = typeNamed(informationType, this.#types);
    return this.#flag(caller, id, once, `${caller.subject} proposes ${informationType}`, {
      action: 'proposed',
      informationType: type?.id ?? null,
      sensitivity: sensitivity ?? type?.sensitivity ?? 'public',
      note: reason,
    });
  }

  /** Asks a steward to decide on a label as it stands. */
  async requestApproval(
    caller: Caller,
    id: string,
    { reason }: ApprovalRequest,
    once?: IdempotentRequest,
  ): Promise<LabelView> {
    return this.#flag(caller, id, once, `${caller.subject} asks for a decision`, {
      action: 'approval-requested',
      ...(reason !== undefined && { note: reason }),
    });
  }

  async comment(
    caller: Caller,
    id: string,
    { text }: CommentRequest,
    once?: IdempotentRequest,
  ): Promise<LabelView> {
    return this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const row = await find(manager, id);
        await recordReviews(manager, caller.tenantId, [
          { ...placeOf(row), action: 'commented', by: caller.subject, note: text },
        ]);
        await audit(manager, caller, 'commented', row, {});
        return viewOf(row);
      }),
    );
  }

  async #decideAll(
    manager: EntityManager,
    caller: Caller,
    rows: readonly LabelRow[],
    request: DecisionRequest | BulkDecision,
  ): Promise<void> {
    const decided = rows.map((row) => ({ row, ...this.#decideOn(caller, row, request) }));
    for (const [dataSource, group] of Map.groupBy(decided, ({ row }) => row.data_source_id)) {
      const writes = group.map(({ row, label }) => ({ id: row.id, label }));
      await writeLabels(manager, caller.tenantId, dataSource, writes);
    }
    await recordReviews(
      manager,
      caller.tenantId,
      decided.map(({ review }) => review),
    );
  }

  /** What becomes of a label, and what its history says of it. */
  #decideOn(
    { subject: by }: Caller,
    row: LabelRow,
    request: DecisionRequest | BulkDecision,
  ): { readonly label: KeptLabel; readonly review: LabelReview } {
    const at = `${new Date().toISOString().slice(0, 19)}Z`;
    const label = decideOn(labelOf(row), request, { by, at }, this.#types);
    const review = {
      ...placeOf(row),
      action: actionOf(request),
      by,
      informationType: label.informationType,
      sensitivity: label.sensitivity,
      ...('path' in request && request.path !== undefined && { path: request.path }),
      ...(request.reason !== undefined && { note: request.reason }),
    };
    return { label, review };
  }

  /** Puts a label before the stewards; a question that evidence raised stays in front of it. */
  async #flag(
    caller: Caller,
    id: string,
    once: IdempotentRequest | undefined,
    question: string,
    review: Pick<LabelReview, 'action' | 'informationType' | 'sensitivity' | 'note'>,
  ): Promise<LabelView> {
    return this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const row = await find(manager, id, 'for update');
        const label = { ...labelOf(row), review: row.review ?? question };
        const [written] = await Promise.all([
          writeLabel(manager, caller.tenantId, row.data_source_id, { id, label }),
          recordReviews(manager, caller.tenantId, [{ ...placeOf(row), by: caller.subject, ...review }]),
        ]);
        const { informationType, sensitivity } = review;
        await audit(manager, caller, review.action, row, { informationType, sensitivity });
        return viewOf(written);
      }),
    );
  }
}

/** The labels that a bulk decision is for, locked. */
async function chosen(manager: EntityManager, { labels, where }: BulkDecision): Promise<readonly LabelRow[]> {
  if (where) {
    const { dataSource, minConfidence, informationType } = where;
    const there = await manager.query<unknown[]>('select from data_sources where id = $1', [dataSource]);
    if (there.length === 0) throw new NotFoundError('data source');
    const conditions = new Conditions()
      .and((p) => `data_source_id = ${p}`, dataSource)
      .and((p) => `coalesce(confidence, 0) >= ${p}`, minConfidence)
      .andIf(ofType(informationType), informationType);
    return manager.query<LabelRow[]>(
      `select * from labels ${conditions.sql} and status = 'proposed' and review is null order by id for update`,
      conditions.values,
    );
  }
  const versions = new Map(labels!.map(({ id, version }) => [id, version]));
  const rows = await manager.query<LabelRow[]>(
    'select * from labels where id = any ($1::uuid[]) order by id for update',
    [[...versions.keys()]],
  );
  if (rows.length < versions.size) throw new NotFoundError('label among those named');
  if (rows.some((row) => row.version !== versions.get(row.id))) throw new PreconditionFailedError();
  return rows;
}

async function waiting(manager: EntityManager, dataSources: readonly string[]): Promise<number> {
  const [row] = await manager.query<[{ waiting: string }]>(
    'select count(*) as waiting from labels where needs_review and data_source_id = any ($1::uuid[])',
    [dataSources],
  );
  return Number(row.waiting);
}

async function find(manager: EntityManager, id: string, lock: '' | 'for update' = ''): Promise<LabelRow> {
  const [row] = await manager.query<LabelRow[]>(`select * from labels where id = $1 ${lock}`, [id]);
  if (!row) throw new NotFoundError('label');
  return row;
}

function actionOf({ decision }: DecisionRequest | BulkDecision): LabelReview['action'] {
  return ({ confirm: 'confirmed', reject: 'rejected', relabel: 'relabelled' } as const)[decision];
}

function placeOf(row: LabelRow): Pick<LabelReview, 'labelId' | 'dataSourceId' | 'column'> {
  return { labelId: row.id, dataSourceId: row.data_source_id, column: row.column_name };
}

/** What of a decision the audit log keeps: the reason stands in the label's history. */
function auditable(request: DecisionRequest | BulkDecision): Record<string, unknown> {
  const { decision } = request;
  if (decision !== 'relabel') return { decision };
  return { decision, informationType: request.informationType, sensitivity: request.sensitivity };
}

function audit(
  manager: EntityManager,
  caller: Caller,
  did: string,
  { id, data_source_id, column_name }: LabelRow,
  details: Record<string, unknown>,
) {
  return recordAudit(manager, caller, {
    action: `label.${did}`,
    subject: `label:${id}`,
    details: { dataSource: data_source_id, column: column_name, ...details },
  });
}

function viewOf(row: LabelRow): LabelView {
  return {
    id: row.id,
    dataSource: row.data_source_id,
    column: row.column_name,
    informationType: row.information_type,
    sensitivity: row.sensitivity,
    status: row.status,
    confidence: row.confidence,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    reason: row.reason,
    review: row.review,
    paths: row.paths,
    plainPaths: row.plain_paths && [...row.plain_paths],
    needsReview: row.needs_review,
    sensitive: row.sensitive,
    updatedAt: row.updated_at.toISOString(),
    version: row.version,
  };
}
