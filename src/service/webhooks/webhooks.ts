import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Page, pageOf, type PageQuery, startOf } from '../http/pages.js';
import type { JobState } from '../jobs/job.js';
import type { Jobs } from '../jobs/jobs.js';
import type { AddressPolicy } from '../network/address-policy.js';
import { ConflictError } from '../problems/problems.js';
import { ResourceRows } from '../resources/resource-rows.js';
import type { SecretStore } from '../secrets/secret-store.js';
import { addDelivery } from './notify.js';
import { newSigningSecret } from './sign-delivery.js';
import {
  type ChangeWebhook,
  type CreateWebhook,
  type DeliveryView,
  type NewWebhook,
  viewOfWebhook,
  type WebhookRow,
  type WebhookView,
} from './webhook.js';

interface DeliveryRow {
  readonly id: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
  readonly status: number | null;
  readonly created_at: Date;
  readonly delivered_at: Date | null;
  readonly state: JobState;
  readonly attempt: number;
}

const kept = new ResourceRows<WebhookRow>({ table: 'webhooks', title: 'webhook', kind: 'webhook' });

/** Whom a tenant has told of what happens. */
export class Webhooks {
  readonly #database: ServiceDatabase;
  readonly #secrets: SecretStore;
  readonly #addresses: AddressPolicy;
  readonly #jobs: Jobs;

  constructor(database: ServiceDatabase, secrets: SecretStore, addresses: AddressPolicy, jobs: Jobs) {
    this.#database = database;
    this.#secrets = secrets;
    this.#addresses = addresses;
    this.#jobs = jobs;
  }

  async list(caller: Caller, query: PageQuery): Promise<Page<WebhookView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await kept.page(manager, query);
      return pageOf(rows.map(viewOfWebhook), query);
    });
  }

  async get(caller: Caller, id: string): Promise<WebhookView> {
    return this.#database.asTenant(caller.tenantId, async (manager) =>
      viewOfWebhook(await kept.find(manager, id)),
    );
  }

  /**
   * Adds a webhook and gives its signing secret, this once. Takes no idempotency key: the answer would
   * have to be kept, and the secret with it; the name is unique, so that nothing is added twice.
   */
  async create(caller: Caller, request: CreateWebhook): Promise<NewWebhook> {
    await this.#addresses.resolve(hostOf(request.url));
    const signingSecret = newSigningSecret();
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await kept.refuseTakenName(manager, request.name);
      const id = uuidv7();
      const put = (secret: string) => this.#secrets.put(manager, caller.tenantId, secret);
      await manager.query(
        `insert into webhooks (tenant_id, id, name, display, url_id, signing_id, events, enabled, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, true, $8)`,
        [
          ...[caller.tenantId, id, request.name, displayOf(request.url)],
          ...[await put(request.url), await put(signingSecret), request.events, caller.subject],
        ],
      );
      await kept.audit(manager, caller, 'created', id, { name: request.name, events: request.events });
      return { ...viewOfWebhook(await kept.find(manager, id)), signingSecret };
    });
  }

  async change(caller: Caller, id: string, version: number, request: ChangeWebhook): Promise<WebhookView> {
    if (request.url !== undefined) await this.#addresses.resolve(hostOf(request.url));
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await kept.matching(manager, id, version);
      const { name = before.name, events = before.events, enabled = before.enabled, url } = request;
      if (name !== before.name) await kept.refuseTakenName(manager, name);
      const urlId =
        url === undefined ? before.url_id : await this.#secrets.put(manager, caller.tenantId, url);
      await manager.query(
        `update webhooks set name = $2, events = $3, enabled = $4, url_id = $5, display = $6,
           version = version + 1 where id = $1`,
        [id, name, events, enabled, urlId, url === undefined ? before.display : displayOf(url)],
      );
      if (url !== undefined) await this.#secrets.remove(manager, before.url_id);
      await kept.audit(manager, caller, 'changed', id, { name, events, enabled, url: url !== undefined });
      return viewOfWebhook(await kept.find(manager, id));
    });
  }

  async remove(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const row = await kept.matching(manager, id, version);
      await manager.query('delete from webhooks where id = $1', [id]);
      await this.#secrets.remove(manager, row.url_id);
      await this.#secrets.remove(manager, row.signing_id);
      await kept.audit(manager, caller, 'deleted', id, { name: row.name });
    });
  }

  /** Sends a test event; look at the deliveries for what came of it. */
  async test(caller: Caller, id: string): Promise<void> {
    const job = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const { enabled } = await kept.find(manager, id);
      if (!enabled)
        throw new ConflictError('webhook-disabled', 'the webhook is switched off', 'enable it first');
      await kept.audit(manager, caller, 'tested', id, {});
      return addDelivery(manager, caller.tenantId, id, 'test', { webhookId: id });
    });
    await this.#jobs.announce(caller.tenantId, [job]);
  }

  async deliveries(caller: Caller, id: string, query: PageQuery): Promise<Page<DeliveryView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await kept.find(manager, id);
      const rows = await manager.query<DeliveryRow[]>(
        `select d.*, j.state, j.attempt from webhook_deliveries d
         join jobs j on j.tenant_id = d.tenant_id and j.id = d.job_id
         where d.webhook_id = $3 and d.id > $1 order by d.id limit $2`,
        [startOf(query), query.limit + 1, id],
      );
      return pageOf(rows.map(viewOfDelivery), query);
    });
  }
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

function displayOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function viewOfDelivery(row: DeliveryRow): DeliveryView {
  return {
    id: row.id,
    event: row.event,
    payload: row.payload,
    state: row.state,
    tries: row.attempt,
    ...(row.status === null ? {} : { status: row.status }),
    createdAt: row.created_at.toISOString(),
    ...(row.delivered_at ? { deliveredAt: row.delivered_at.toISOString() } : {}),
  };
}
