import { z } from 'zod';

/** `500ms`, `10s`, `5m`, `2h`, in milliseconds. */
const duration = z
  .string()
  .regex(/^\d+(?:ms|s|m|h)$/, 'write a duration such as 500ms, 10s, 5m or 2h')
  .transform((text) => {
    const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(text)!;
    return Number(number) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit as 'ms' | 's' | 'm' | 'h'];
  });

/** `64KiB`, `16MiB`, in bytes. */
const size = z
  .string()
  .regex(/^\d+(?:KiB|MiB)$/, 'write a size such as 64KiB or 16MiB')
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('KiB') ? 1024 : 1024 * 1024));

const name = z.string().min(1).max(63);

/** Where a secret stands; never in this file itself. */
const secret = z
  .strictObject({
    file: z
      .string()
      .optional()
      .describe('A file that only its owner may read, with the secret in its first line.'),
    env: z.string().optional().describe('An environment variable.'),
  })
  .refine(({ file, env }) => (file === undefined) !== (env === undefined), 'write either file or env');

const databaseSchema = z.strictObject({
  url: secret.describe('Where the connection URL stands: postgres://account:password@host:5432/database.'),
  labels: z.string().describe('The labels file of the database.'),
  environment: name
    .default('production')
    .describe('Where the database stands: what rules of a policy may ask.'),
  searchPath: z
    .array(name)
    .min(1)
    .optional()
    .describe("The search path that sessions begin with; the account's own when left out."),
  pool: z
    .strictObject({
      size: z.number().int().min(1).max(1_000).default(20).describe('Connections to the database at most.'),
      wait: duration.default(10_000).describe('How long a client waits for one.'),
      idle: duration.default(300_000).describe('When an unused one is closed.'),
    })
    .prefault({}),
});

const roleSchema = z
  .strictObject({
    policy: z.string().optional().describe('A ready policy or a file: what is masked.'),
    sees: z.literal('clear').optional().describe('`clear` in place of a policy: nothing is masked.'),
    purpose: z.string().optional().describe('What the role queries for, where its policy asks.'),
    databases: z.array(name).optional().describe('The databases that the role may use; all when left out.'),
    trustedFunctions: z
      .array(z.string())
      .default([])
      .describe('Functions that may be called with masked values.'),
    maxRows: z.number().int().positive().optional().describe('Rows that one statement may return.'),
    statementTimeout: duration.default(300_000).describe('How long one statement may run.'),
    idleInTransaction: duration.default(600_000).describe('How long a transaction may wait for its client.'),
  })
  .refine(
    ({ policy, sees }) => (policy === undefined) !== (sees === undefined),
    'write either policy or `sees: clear`',
  );

const userSchema = z
  .strictObject({
    role: name,
    password: secret.optional().describe('The password.'),
    verifier: secret
      .optional()
      .describe('A SCRAM verifier, as PostgreSQL keeps it in pg_authid.rolpassword.'),
    certificateName: z
      .string()
      .optional()
      .describe("The common name that the client's certificate must have."),
  })
  .refine(
    ({ password, verifier }) => (password === undefined) !== (verifier === undefined),
    'write either password or verifier',
  );

const oidcSchema = z.strictObject({
  issuer: z.url({ protocol: /^https?$/ }).describe('The issuer, whose keys are found by discovery.'),
  audience: z.string().min(1).describe('What the token must be for.'),
  userClaim: z.string().default('preferred_username').describe('The claim that must equal the user name.'),
  groupsClaim: z.string().default('groups').describe('The claim that lists groups.'),
  roles: z
    .array(z.strictObject({ group: z.string().min(1), role: name }))
    .min(1)
    .describe('The first group of this list that a token has decides.'),
});

/** The file format of `scrubjay gateway --config`. */
export const gatewayFileSchema = z.strictObject({
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(6432),
    })
    .prefault({}),
  tls: z
    .strictObject({
      certificate: z.string().describe('PEM file, with the chain.'),
      key: z.string().describe('PEM file that only its owner may read.'),
      clientCa: z
        .string()
        .optional()
        .describe('PEM file: client certificates must be signed by one of these.'),
      clientCertificates: z.enum(['optional', 'required']).default('required').describe('With clientCa.'),
      required: z.boolean().default(true).describe('Refuse clients without TLS.'),
    })
    .optional(),
  maskingKey: secret.optional().describe('The masking key; SCRUBJAY_KEY_FILE or SCRUBJAY_KEY when left out.'),
  databases: z
    .record(name, databaseSchema)
    .refine((all) => Object.keys(all).length > 0, 'name at least one database'),
  roles: z.record(name, roleSchema).refine((all) => Object.keys(all).length > 0, 'name at least one role'),
  users: z.record(name, userSchema).default({}),
  oidc: z.array(oidcSchema).default([]),
  limits: z
    .strictObject({
      connections: z.number().int().positive().default(500).describe('Clients at the same time.'),
      connectionsPerAddress: z.number().int().positive().default(200),
      message: size.default(16 * 1024 * 1024).describe('The longest message of a client.'),
      admission: duration.default(10_000).describe('How long a client may take to log in.'),
      slowClient: duration.default(60_000).describe('How long a client may leave its rows unread.'),
    })
    .prefault({}),
  catalog: z
    .strictObject({
      maxAge: duration
        .default(1_000)
        .describe('No statement runs on a catalog that was looked at longer ago.'),
    })
    .prefault({}),
  audit: z
    .strictObject({ file: z.string().optional().describe('JSON lines; standard output when left out.') })
    .prefault({}),
});

export type GatewayFile = z.infer<typeof gatewayFileSchema>;
export type Secret = z.infer<typeof secret>;
export type OidcSource = z.infer<typeof oidcSchema>;
