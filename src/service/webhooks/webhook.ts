import { z } from 'zod';
import { jobStates } from '../jobs/job.js';

/** What a webhook can be told of. */
export const webhookEvents = [
  'scan.ended',
  'scrub-run.ended',
  'sensitive-column.found',
  'posture-run.ended',
  'posture.regressed',
  'break-glass.requested',
  'break-glass.approved',
  'break-glass.ended',
] as const;

export type WebhookEvent = (typeof webhookEvents)[number];

const name = z.string().trim().min(1).max(200);
const url = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .describe('Sealed, and shown without its query and credentials: those may be a secret.');
const events = z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length);

export const createWebhook = z.strictObject({ name, url, events }).meta({ id: 'CreateWebhook' });

export const changeWebhook = z
  .strictObject({
    name: name.optional(),
    url: url.optional(),
    events: events.optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'ChangeWebhook' });

export const webhookSchema = z
  .strictObject({
    id: z.guid(),
    name: z.string(),
    display: z.string().describe('Where it goes, without query and credentials.'),
    events: z.array(z.enum(webhookEvents)),
    enabled: z.boolean(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Webhook' });

/** The answer to a creation, the only one that shows the signing secret. */
export const newWebhookSchema = webhookSchema
  .extend({
    signingSecret: z.string().describe('Verifies the signatures of deliveries. Shown once.'),
  })
  .meta({ id: 'NewWebhook' });

export const deliverySchema = z
  .strictObject({
    id: z.guid().describe('The webhook-id header of each try.'),
    event: z.string(),
    payload: z.record(z.string(), z.unknown()),
    state: z.enum(jobStates),
    tries: z.int(),
    status: z.int().optional().describe('The HTTP status of the last answer.'),
    createdAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'WebhookDelivery' });

export type CreateWebhook = z.infer<typeof createWebhook>;
export type ChangeWebhook = z.infer<typeof changeWebhook>;
export type WebhookView = z.infer<typeof webhookSchema>;
export type NewWebhook = z.infer<typeof newWebhookSchema>;
export type DeliveryView = z.infer<typeof deliverySchema>;

export interface WebhookRow {
  readonly id: string;
  readonly name: string;
  readonly display: string;
  readonly url_id: string;
  readonly signing_id: string;
  readonly events: WebhookEvent[];
  readonly enabled: boolean;
  readonly created_by: string;
  readonly created_at: Date;
  readonly version: number;
}

export function viewOfWebhook(row: WebhookRow): WebhookView {
  return {
    id: row.id,
    name: row.name,
    display: row.display,
    events: row.events,
    enabled: row.enabled,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
