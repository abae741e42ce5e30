import { z } from 'zod';
import { parseNameParts } from '../../domain/catalog/catalog.js';

export const requestBreakGlass = z
  .strictObject({
    role: z.string().max(100).describe('The role of the query policy that is to see more.'),
    columns: z
      .array(
        z
          .string()
          .max(300)
          .refine((name) => parseNameParts(name)?.length === 3, 'is not of the form schema.table.column'),
      )
      .min(1)
      .max(50)
      .describe('What is to be seen: schema.table.column, * for any characters of a part.'),
    reason: z.string().trim().min(10).max(2_000).describe('Why; kept in the audit log.'),
    minutes: z.int().min(5).max(480).describe('How long it lasts from its approval on.'),
  })
  .meta({ id: 'RequestBreakGlass' });

export const breakGlassStates = ['waiting', 'open', 'over'] as const;

export const breakGlassView = z
  .strictObject({
    id: z.guid(),
    dataSourceId: z.guid(),
    state: z.enum(breakGlassStates),
    role: z.string(),
    columns: z.array(z.string()),
    reason: z.string(),
    minutes: z.int(),
    requestedBy: z.string(),
    requestedAt: z.iso.datetime(),
    approvedBy: z.string().optional(),
    until: z.iso.datetime().optional(),
    endedBy: z.string().optional(),
  })
  .meta({ id: 'BreakGlass' });

export type RequestBreakGlass = z.infer<typeof requestBreakGlass>;
export type BreakGlassView = z.infer<typeof breakGlassView>;
