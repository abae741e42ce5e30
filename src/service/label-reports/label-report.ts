import { z } from 'zod';
import { sensitivities } from '../../domain/classification/sensitivity.js';
import { pageQuery } from '../http/pages.js';
import { reviewView } from '../labels/label.js';

export const inventoryQuery = z.strictObject({
  dataSource: z.guid().optional(),
  sensitivity: z.enum(sensitivities).optional(),
});

export const inventoryReport = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          informationType: z.string(),
          columns: z.int(),
          decided: z.int().describe('Columns whose label somebody decided and nothing questions since.'),
          sensitivity: z.enum(sensitivities).describe('The highest among the columns.'),
          dataSources: z.array(
            z.strictObject({ id: z.guid(), name: z.string(), environment: z.string(), columns: z.int() }),
          ),
        }),
      )
      .describe('Information types that labels name, most columns first.'),
  })
  .meta({ id: 'InventoryReport' });

export const coverageReport = z
  .strictObject({
    id: z.guid().describe('The data source.'),
    name: z.string(),
    environment: z.string(),
    scannedAt: z.iso.datetime().nullable().describe('Null when it was never scanned.'),
    columns: z.int().describe('Columns with a label.'),
    sensitive: z.int(),
    decided: z.int().describe('Sensitive or flagged columns that somebody decided on.'),
    waitingForReview: z.int(),
    coverage: z
      .number()
      .nullable()
      .describe('Share (0 to 1) of columns that need a decision and have it; null without any.'),
    unreadTables: z.array(z.string()).describe('Tables whose rows the last scan could not see.'),
  })
  .meta({ id: 'CoverageReport' });

export const changesQuery = pageQuery.extend({
  since: z.iso.datetime({ offset: true }).describe('Changes at or after this time.'),
  dataSource: z.guid().optional(),
  action: reviewView.shape.action.optional(),
});

export type InventoryQuery = z.infer<typeof inventoryQuery>;
export type InventoryReport = z.infer<typeof inventoryReport>;
export type CoverageReport = z.infer<typeof coverageReport>;
export type ChangesQuery = z.infer<typeof changesQuery>;
