import { z } from 'zod';
import { roles } from '../auth/permissions.js';
import { pageQuery } from '../http/pages.js';

export const heldRoles = z
  .array(z.enum(roles))
  .min(1)
  .max(roles.length)
  .refine((held) => new Set(held).size === held.length, { message: 'names a role twice' });

export const createApiKey = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    roles: heldRoles.describe('All that the key may do.'),
    expiresAt: z.iso.datetime({ offset: true }).optional().describe('Never when absent.'),
  })
  .meta({ id: 'CreateApiKey' });

export const changeApiKey = z.strictObject({ name: createApiKey.shape.name }).meta({ id: 'ChangeApiKey' });

export const apiKeysQuery = pageQuery.extend({
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Neither revoked nor expired.'),
});

export const apiKeyView = z
  .strictObject({
    id: z.guid(),
    name: z.string(),
    prefix: z.string().describe('How the key begins, to tell it from others.'),
    roles: z.array(z.enum(roles)),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().describe('To the minute.'),
    revokedAt: z.iso.datetime().nullable(),
    version: z.int(),
  })
  .meta({ id: 'ApiKey' });

export const newApiKeyView = apiKeyView
  .extend({
    token: z
      .string()
      .optional()
      .describe('The key itself: shown this once. Absent when a repeated request is answered again.'),
  })
  .meta({ id: 'NewApiKey' });

export type CreateApiKey = z.infer<typeof createApiKey>;
export type ChangeApiKey = z.infer<typeof changeApiKey>;
export type ApiKeysQuery = z.infer<typeof apiKeysQuery>;
export type ApiKeyView = z.infer<typeof apiKeyView>;
export type NewApiKeyView = z.infer<typeof newApiKeyView>;
