import type { ServiceDatabase } from '../database/service-database.js';
import type { JobAttempt, JobKind, JobResult } from '../jobs/job-kind.js';
import type { AddressPolicy } from '../network/address-policy.js';
import type { SecretStore } from '../secrets/secret-store.js';
import { DELIVERY_JOB } from './notify.js';
import { sendWebhook, WebhookRefusedError } from './send-webhook.js';
import { signatureHeaders } from './sign-delivery.js';

interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly created_at: Date;
  readonly webhook_id: string;
  readonly url: string;
  readonly secret: string;
}

/** Sends one delivery; tried again for about an hour, then given up. */
export class DeliveryJob implements JobKind {
  readonly id = DELIVERY_JOB;
  readonly maxFailures = 12;
  readonly #database: ServiceDatabase;
  readonly #secrets: SecretStore;
  readonly #addresses: AddressPolicy;

  constructor(database: ServiceDatabase, secrets: SecretStore, addresses: AddressPolicy) {
    this.#database = database;
    this.#secrets = secrets;
    this.#addresses = addresses;
  }

  async run({ tenantId, subjectId }: JobAttempt): Promise<JobResult> {
    const delivery = await this.#read(tenantId, subjectId);
    // The webhook was taken away or switched off since: there is nobody to tell.
    if (!delivery) return async () => undefined;
    const { id, event, payload, created_at } = delivery;
    const body = JSON.stringify({ type: event, timestamp: created_at.toISOString(), data: payload });
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = signatureHeaders({ id, timestamp, body }, delivery.secret);
    const status = await sendWebhook(delivery.url, headers, body, this.#addresses);
    if (status >= 200 && status < 300) {
      return async (manager) => {
        await manager.query('update webhook_deliveries set status = $2, delivered_at = now() where id = $1', [
          id,
          status,
        ]);
      };
    }
    await this.#database.asTenant(tenantId, async (manager) => {
      await manager.query('update webhook_deliveries set status = $2 where id = $1', [id, status]);
      // The receiver says that it wants no more.
      if (status === 410)
        await manager.query('update webhooks set enabled = false where id = $1', [delivery.webhook_id]);
    });
    throw new WebhookRefusedError(
      `the receiver answered ${status}`,
      'look at the receiver’s log; a 2xx status takes the delivery',
    );
  }

  #read(tenantId: string, id: string): Promise<Delivery | undefined> {
    return this.#database.asTenant(tenantId, async (manager) => {
      const [row] = await manager.query<(Delivery & { url_id: string; signing_id: string })[]>(
        `select d.*, w.url_id, w.signing_id from webhook_deliveries d
         join webhooks w on w.tenant_id = d.tenant_id and w.id = d.webhook_id
         where d.id = $1 and w.enabled`,
        [id],
      );
      return (
        row && {
          ...row,
          url: await this.#secrets.read(manager, tenantId, row.url_id),
          secret: await this.#secrets.read(manager, tenantId, row.signing_id),
        }
      );
    });
  }
}
