import { z } from 'zod';
import { pageQuery } from '../http/pages.js';

/** Where a data source stands; what a policy and a scrub decide depends on it. */
export const environments = ['production', 'staging', 'test', 'development'] as const;

export const dataSourcesQuery = pageQuery.extend({
  environment: z.enum(environments).optional(),
  engine: z.enum(['postgres', 'sqlserver']).optional(),
});

export const createDataSource = z
  .strictObject({
    name: z.string().trim().min(1).max(200).describe('Unique within the tenant.'),
    environment: z.enum(environments),
    location: z
      .string()
      .min(1)
      .max(4_000)
      .describe('Connection URL with credentials. Sealed at once and never returned.'),
  })
  .meta({ id: 'CreateDataSource' });

export const changeDataSource = z
  .strictObject({
    name: createDataSource.shape.name.optional(),
    environment: createDataSource.shape.environment.optional(),
    location: createDataSource.shape.location.optional(),
  })
  .meta({ id: 'ChangeDataSource' });

export const dataSourceSchema = z
  .strictObject({
    id: z.guid(),
    name: z.string(),
    engine: z.string(),
    environment: z.enum(environments),
    display: z.string().describe('The location without credentials.'),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'DataSource' });

export const connectionTestSchema = z
  .strictObject({
    reachable: z.boolean(),
    serverVersion: z.string().optional(),
    role: z.string().optional(),
    /** Why it could not be reached, as a stable code with a sentence and the next step. */
    problem: z.strictObject({ code: z.string(), detail: z.string(), hint: z.string() }).optional(),
  })
  .meta({ id: 'ConnectionTest' });

export type DataSourcesQuery = z.infer<typeof dataSourcesQuery>;
export type CreateDataSource = z.infer<typeof createDataSource>;
export type ChangeDataSource = z.infer<typeof changeDataSource>;
export type DataSourceView = z.infer<typeof dataSourceSchema>;
export type ConnectionTest = z.infer<typeof connectionTestSchema>;
