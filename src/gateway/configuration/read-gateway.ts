import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parseLabels } from '../../domain/classification/labels-file.js';
import { FileFormatError, ScrubjayError } from '../../domain/errors.js';
import type { WordLists } from '../../domain/masking/word-lists.js';
import { parsePolicy } from '../../domain/policy/policy-file.js';
import type { Policy } from '../../domain/policy/policy.js';
import { parseYamlFile } from '../../domain/yaml-file.js';
import { type MaskingKey, parseMaskingKey, readMaskingKey } from '../../runs/masking-key.js';
import { readPrivateFile } from '../../runs/private-file.js';
import type { Rules } from '../../rules/read-rules.js';
import { deriveVerifier, parseVerifier, type ScramVerifier } from '../authentication/scram-verifier.js';
import type { RoleViews } from '../database/role-views.js';
import { type GatewayFile, gatewayFileSchema, type Secret } from './gateway-file.js';
import { viewsByPolicy } from './views-by-policy.js';

/** Something that the gateway file names cannot be had. */
export class GatewayFileError extends ScrubjayError {
  readonly code = 'gateway-file';
}

export interface DatabaseConfiguration {
  readonly location: string;
  readonly searchPath: readonly string[] | undefined;
  readonly pool: GatewayFile['databases'][string]['pool'];
  readonly views: RoleViews;
}

export interface UserConfiguration {
  readonly role: string;
  readonly verifier: ScramVerifier;
  readonly certificateName: string | undefined;
}

export interface TlsConfiguration {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  readonly clientCertificates: 'optional' | 'required';
  readonly required: boolean;
}

/** The gateway file with everything that it names. */
export interface GatewayConfiguration extends Pick<
  GatewayFile,
  'listen' | 'roles' | 'oidc' | 'limits' | 'catalog' | 'audit'
> {
  readonly tls: TlsConfiguration | undefined;
  readonly maskingKey: MaskingKey;
  readonly words: WordLists;
  readonly databases: ReadonlyMap<string, DatabaseConfiguration>;
  readonly users: ReadonlyMap<string, UserConfiguration>;
}

export interface GatewaySources {
  readonly file: string;
  readonly rules: Rules;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads a gateway file and all that it names; paths in it begin at its own folder.
 * @throws FileFormatError naming file, line and what to write; GatewayFileError, KeyFileAccessError,
 *   KeyFileExposedError, and the errors of masking keys
 */
export async function readGateway({ file, rules, env }: GatewaySources): Promise<GatewayConfiguration> {
  const text = await textOf(file, 'the gateway file');
  const { value, lineOf } = parseYamlFile(text, file, gatewayFileSchema);
  checkNames(value, file, lineOf);
  const at = (path: string) => (isAbsolute(path) ? path : join(dirname(file), path));
  const secret = (given: Secret) => readSecret(given, at, env);
  const policies = await readPolicies(value, rules, at);
  const { listen, roles, oidc, limits, catalog, audit } = value;
  return {
    ...{ listen, roles, oidc, limits, catalog },
    words: rules.words,
    audit: audit.file === undefined ? {} : { file: at(audit.file) },
    tls: value.tls && {
      ...value.tls,
      clientCa: value.tls.clientCa && (await textOf(at(value.tls.clientCa), 'tls.clientCa')),
      certificate: await textOf(at(value.tls.certificate), 'tls.certificate'),
      key: await readPrivateFile(at(value.tls.key)),
    },
    maskingKey: value.maskingKey
      ? parseMaskingKey(await secret(value.maskingKey), 'maskingKey')
      : await readMaskingKey({ env }),
    databases: new Map(
      await Promise.all(
        Object.entries(value.databases).map(
          async ([name, { url, labels: file, environment, searchPath, pool }]) => {
            const types = rules.informationTypes;
            const labels = parseLabels(await textOf(at(file), `the labels of ${name}`), at(file), types);
            const views = viewsByPolicy({ database: name, environment, roles, policies, labels, types });
            return [name, { location: await secret(url), searchPath, pool, views }] as const;
          },
        ),
      ),
    ),
    users: new Map(
      await Promise.all(
        Object.entries(value.users).map(async ([name, { role, password, verifier, certificateName }]) => {
          const read = verifier
            ? readVerifier(name, await secret(verifier))
            : deriveVerifier(await secret(password!));
          return [name, { role, verifier: read, certificateName }] as const;
        }),
      ),
    ),
  };
}

/** What names refer to must be there. */
function checkNames(
  value: GatewayFile,
  file: string,
  lineOf: (path: readonly PropertyKey[]) => number | undefined,
) {
  const check = (path: readonly PropertyKey[], name: string, known: object, kind: string) => {
    if (Object.hasOwn(known, name)) return;
    const problem = `there is no ${kind} "${name}"`;
    throw new FileFormatError(file, lineOf(path), problem, `name one of: ${Object.keys(known).join(', ')}`);
  };
  for (const [name, { role }] of Object.entries(value.users))
    check(['users', name, 'role'], role, value.roles, 'role');
  value.oidc.forEach(({ roles }, i) =>
    roles.forEach(({ role }, j) => check(['oidc', i, 'roles', j, 'role'], role, value.roles, 'role')),
  );
  for (const [name, { databases = [] }] of Object.entries(value.roles)) {
    databases.forEach((one, i) => check(['roles', name, 'databases', i], one, value.databases, 'database'));
  }
  if (Object.keys(value.users).length === 0 && value.oidc.length === 0) {
    throw new FileFormatError(file, undefined, 'nobody could log in', "add 'users' or 'oidc'");
  }
}

/** By what `roles.*.policy` says. */
async function readPolicies(
  { roles }: GatewayFile,
  { policies, informationTypes }: Rules,
  at: (path: string) => string,
): Promise<ReadonlyMap<string, Policy>> {
  const read = new Map<string, Policy>();
  for (const { policy } of Object.values(roles)) {
    if (policy === undefined || read.has(policy)) continue;
    const ready = policies.get(policy);
    const named = ready ?? parsePolicy(await textOf(at(policy), 'a policy'), policy, informationTypes);
    read.set(policy, named.policy);
  }
  return read;
}

async function readSecret(
  { file, env: variable }: Secret,
  at: (path: string) => string,
  env: GatewaySources['env'],
): Promise<string> {
  if (file !== undefined) return (await readPrivateFile(at(file))).trim();
  const value = env[variable!];
  if (value === undefined || value === '') {
    throw new GatewayFileError(
      `the environment variable ${variable!} is not set`,
      'set it, or name a file in its place',
    );
  }
  return value;
}

function readVerifier(user: string, text: string): ScramVerifier {
  const verifier = parseVerifier(text);
  if (verifier) return verifier;
  throw new GatewayFileError(
    `the verifier of ${user} is no SCRAM-SHA-256 verifier`,
    'take it from pg_authid.rolpassword, or give a password',
  );
}

async function textOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new GatewayFileError(
      `${what} cannot be read: ${file} (${code})`,
      'check the path and its permissions',
      { cause },
    );
  }
}
