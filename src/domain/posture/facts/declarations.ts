import { z } from 'zod';
import { type YamlFile, parseYamlFile } from '../../yaml-file.js';

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'is no date')
  .describe('A date as 2026-01-31.');

const evidence = z
  .strictObject({
    encrypted: z.boolean().describe('true or false.'),
    by: z.string().min(1).describe('What does it: LUKS, a storage service, a key.'),
    seen: day.describe('When somebody looked last, as 2026-01-31.'),
  })
  .describe('{ encrypted: true, by: LUKS2 on /dev/sdb, seen: 2026-01-31 }');

const names = (what: string) => z.array(z.string()).default([]).describe(`A list of ${what}.`);

export const exceptionSchema = z
  .strictObject({
    check: z.string().min(1).describe("A check's id; see 'scrubjay posture checks'."),
    subject: z
      .string()
      .optional()
      .describe('Only this subject, as the report names it; * for any characters.'),
    owner: z.string().min(1).describe('Who answers for it.'),
    reason: z.string().min(1).describe('Why it is accepted, in a sentence.'),
    expires: day.describe('The last day on which it counts, as 2026-01-31.'),
  })
  .describe('{ check, owner, reason, expires } and, for one subject only, subject.');

/** The file format of `--declarations`: what no query can tell, and what is accepted for a time. */
export const declarationsSchema = z.strictObject({
  environment: z
    .enum(['production', 'staging', 'test', 'development'])
    .default('production')
    .describe('production, staging, test or development.'),
  roles: z
    .strictObject({
      applications: names('roles that applications log in with'),
      replication: names('roles that may replicate'),
      bypassRls: names('roles that may bypass row-level security'),
      superusers: names('roles that people administer the server with'),
    })
    .prefault({})
    .describe('Who is meant to have rights: applications, replication, bypassRls, superusers.'),
  libraries: names('libraries that may be preloaded, beside those of PostgreSQL'),
  columns: z
    .record(z.string(), z.enum(['encrypted-by-application', 'tokenised']))
    .default({})
    .describe('schema.table.column: encrypted-by-application or tokenised.'),
  disk: evidence.optional(),
  logs: evidence.optional(),
  backups: z
    .strictObject({
      encrypted: z.boolean().describe('true or false.'),
      by: z.string().min(1).describe('Tool and cipher.'),
      newest: day.describe('Day of the newest backup.'),
      restoreTested: day.optional().describe('Day of the last restore that was tried.'),
    })
    .optional()
    .describe(
      '{ encrypted: true, by: pgBackRest aes-256-cbc, newest: 2026-01-31, restoreTested: 2026-01-01 }',
    ),
  exceptions: z.array(exceptionSchema).default([]).describe('Findings that are accepted for a time.'),
});

export type Declarations = z.infer<typeof declarationsSchema>;
export type PostureException = z.infer<typeof exceptionSchema>;

/** What counts where no file is given: production, and nothing declared. */
export const noDeclarations: Declarations = declarationsSchema.parse({});

/**
 * Reads a declarations file.
 * @throws FileFormatError naming file, line and what to write
 */
export function parseDeclarations(text: string, file: string): YamlFile<Declarations> {
  return parseYamlFile(text, file, declarationsSchema);
}
