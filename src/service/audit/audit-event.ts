import { z } from 'zod';
import { pageQuery } from '../http/pages.js';

export const auditQuery = pageQuery.extend({
  actor: z.string().max(600).optional(),
  action: z.string().max(100).optional().describe('Such as label.decided, or label. for all of labels.'),
  subject: z.string().max(200).optional().describe('Such as label:0193….'),
  from: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional().describe('Not including this time.'),
});

export const auditEventView = z
  .strictObject({
    tenantId: z.guid().describe('Part of what is hashed.'),
    sequence: z.int(),
    at: z.iso.datetime(),
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    details: z.record(z.string(), z.unknown()),
    previousHash: z.string().describe('Hex; of the event before, or zeros.'),
    hash: z.string().describe('Hex; SHA-256 over the event and the hash of the one before.'),
  })
  .meta({ id: 'AuditEvent' });

export const auditVerification = z
  .strictObject({
    events: z.int(),
    holds: z.boolean(),
    broken: z
      .strictObject({ sequence: z.int(), problem: z.enum(['missing', 'changed', 'cut short']) })
      .optional()
      .describe('The first place where the chain breaks.'),
  })
  .meta({ id: 'AuditVerification' });

export type AuditQuery = z.infer<typeof auditQuery>;
export type AuditEventView = z.infer<typeof auditEventView>;
export type AuditVerification = z.infer<typeof auditVerification>;
