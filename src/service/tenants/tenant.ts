import { z } from 'zod';

export const changeTenant = z
  .strictObject({ name: z.string().trim().min(1).max(200) })
  .meta({ id: 'ChangeTenant' });

export const tenantView = z
  .strictObject({
    id: z.guid(),
    slug: z.string().describe('How tokens of identity providers name the tenant.'),
    name: z.string(),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Tenant' });

export type ChangeTenant = z.infer<typeof changeTenant>;
export type TenantView = z.infer<typeof tenantView>;
