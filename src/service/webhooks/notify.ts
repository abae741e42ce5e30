import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { insertJob } from '../jobs/job-records.js';
import type { WebhookEvent } from './webhook.js';

export const DELIVERY_JOB = 'webhook-delivery';

/**
 * Tells the tenant's webhooks of an event, in the transaction of what happened: a delivery each, sent by a
 * job of its own. Gives the jobs to announce.
 * @param payload ids, names, counts and codes; never a value from somebody's data
 */
export async function notify(
  manager: EntityManager,
  tenantId: string,
  event: WebhookEvent,
  payload: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const webhooks = await manager.query<{ id: string }[]>(
    'select id from webhooks where enabled and $1 = any (events) order by id',
    [event],
  );
  const jobs: string[] = [];
  for (const { id } of webhooks) jobs.push(await addDelivery(manager, tenantId, id, event, payload));
  return jobs;
}

export async function addDelivery(
  manager: EntityManager,
  tenantId: string,
  webhookId: string,
  event: WebhookEvent | 'test',
  payload: Readonly<Record<string, unknown>>,
): Promise<string> {
  const id = uuidv7();
  const caller = { tenantId, subject: 'service', roles: [] };
  const jobId = await insertJob(manager, caller, { kind: DELIVERY_JOB, subjectId: id });
  await manager.query(
    `insert into webhook_deliveries (tenant_id, id, webhook_id, event, payload, job_id)
     values ($1, $2, $3, $4, $5, $6)`,
    [tenantId, id, webhookId, event, JSON.stringify(payload), jobId],
  );
  return jobId;
}
