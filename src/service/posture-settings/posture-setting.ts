import { z } from 'zod';
import { declarationsSchema } from '../../domain/posture/facts/declarations.js';

/** What a data source is judged by beside its facts. */
export const postureSettingsSchema = z
  .strictObject({
    policyId: z
      .guid()
      .optional()
      .describe('The policy whose newest version must mask every confidential column.'),
    productionId: z
      .guid()
      .optional()
      .describe('For a copy: the data source of production, of which it must hold no value.'),
    declarations: declarationsSchema
      .omit({ environment: true, exceptions: true })
      .prefault({})
      .describe('What no query can tell: roles, libraries, columns, disk, logs, backups.'),
  })
  .meta({ id: 'PostureSettings' });

export type PostureSettingsView = z.infer<typeof postureSettingsSchema>;
