import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { createServiceClient, type ServiceClient } from '../../client/service-client.js';
import { FileAccessError, UsageError } from '../errors.js';

const knownServers = z.strictObject({ servers: z.record(z.url(), z.strictObject({ token: z.string() })) });

type KnownServers = z.infer<typeof knownServers>;

/** Where `scrubjay login` keeps keys: a file for its owner alone. */
function fileOfServers(environment: NodeJS.ProcessEnv): string {
  const folder = environment.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  return join(folder, 'scrubjay', 'servers.json');
}

/** The address as it is kept: without path, query and credentials. Throws `UsageError`. */
export function originOf(server: string): string {
  if (URL.canParse(server) && /^https?:$/.test(new URL(server).protocol)) return new URL(server).origin;
  throw new UsageError('the server is no address', 'write it as https://scrubjay.example.com');
}

/** Keeps the key of a server. */
export async function rememberServer(server: string, token: string, env: NodeJS.ProcessEnv): Promise<string> {
  const file = fileOfServers(env);
  const { servers } = await readServers(file);
  await writeServers(file, { servers: { ...servers, [originOf(server)]: { token } } });
  return file;
}

/** Forgets the key of a server; true when there was one. */
export async function forgetServer(server: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const file = fileOfServers(env);
  const { [originOf(server)]: known, ...servers } = (await readServers(file)).servers;
  if (known) await writeServers(file, { servers });
  return known !== undefined;
}

/** A client of a server, with SCRUBJAY_TOKEN or the key that `scrubjay login` kept. Throws `UsageError`. */
export async function clientOf(server: string, env: NodeJS.ProcessEnv): Promise<ServiceClient> {
  const origin = originOf(server);
  const token = env.SCRUBJAY_TOKEN ?? (await readServers(fileOfServers(env))).servers[origin]?.token;
  if (token !== undefined) return createServiceClient({ server: origin, token });
  throw new UsageError(
    `no key for ${origin} is known`,
    `run 'scrubjay login ${origin}', or give SCRUBJAY_TOKEN`,
  );
}

async function readServers(file: string): Promise<KnownServers> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { servers: {} };
    throw new FileAccessError(`cannot read ${file}`, 'check its permissions', { cause: error });
  }
  try {
    return knownServers.parse(JSON.parse(text));
  } catch (cause) {
    throw new FileAccessError(`${file} is not what 'scrubjay login' wrote`, 'remove it and log in again', {
      cause,
    });
  }
}

/** Written beside and moved into place, so that a break leaves the old one. */
async function writeServers(file: string, servers: KnownServers): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(servers, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}
