import { z } from 'zod';
import { heldRoles } from '../api-keys/api-key.js';
import { roles } from '../auth/permissions.js';
import { pageQuery } from '../http/pages.js';

export const membersQuery = pageQuery.extend({
  role: z.enum(roles).optional().describe('Of those that the membership gives.'),
});

export const createMember = z
  .strictObject({
    subject: z
      .string()
      .max(500)
      .regex(/^oidc:\S+#\S+$/, 'is not of the form oidc:<issuer>#<subject>')
      .describe('Who the identity provider says it is: oidc:<issuer>#<subject>.'),
    name: z.string().trim().min(1).max(200),
    roles: heldRoles.describe('In addition to those that groups give.'),
  })
  .meta({ id: 'CreateMember' });

export const changeMember = z
  .strictObject({
    name: createMember.shape.name.optional(),
    roles: createMember.shape.roles.optional(),
  })
  .meta({ id: 'ChangeMember' });

export const memberView = z
  .strictObject({
    id: z.guid(),
    subject: z.string(),
    name: z.string(),
    roles: z.array(z.enum(roles)),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Member' });

export type CreateMember = z.infer<typeof createMember>;
export type ChangeMember = z.infer<typeof changeMember>;
export type MemberView = z.infer<typeof memberView>;
export type MembersQuery = z.infer<typeof membersQuery>;
