import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** A server program of this machine that runs for one test. */
export interface OwnServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Where Debian puts the programs of an older PostgreSQL; undefined where there is none. */
export function olderPostgres(): string | undefined {
  return ['15', '16', '17']
    .map((version) => `/usr/lib/postgresql/${version}/bin`)
    .find((folder) => existsSync(join(folder, 'initdb')));
}

/** An older PostgreSQL than the embedded one, with a superuser and no password. */
export async function startOlderPostgres(
  bin: string,
): Promise<OwnServer & { becomeReplica(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'scrubjay-older-'));
  const account = await accountOf(folder);
  const data = join(folder, 'data');
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '-N'],
    account,
  );
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const start = async () => {
    const options = ['-D', data, '-p', String(port), '-k', folder, '-c', 'fsync=off'];
    const started = spawn(join(bin, 'postgres'), options, { ...account, stdio: 'ignore' });
    await answers(url);
    return started;
  };
  let server = await start();
  const end = async () => {
    const ended = once(server, 'exit');
    server.kill('SIGINT');
    await ended;
  };
  return {
    url,
    becomeReplica: async () => {
      await end();
      await writeFile(join(data, 'standby.signal'), '');
      server = await start();
    },
    stop: async () => {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PgBouncer before a database; undefined where the machine has none. */
export async function startPooler(
  database: string,
  mode: 'transaction' | 'session',
): Promise<OwnServer | undefined> {
  const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find((path) =>
    existsSync(path),
  );
  if (program === undefined) return undefined;
  const behind = new URL(database);
  const folder = await mkdtemp(join(tmpdir(), 'scrubjay-pooler-'));
  const account = await accountOf(folder);
  const port = await freePort();
  await writeFile(join(folder, 'users.txt'), `"${behind.username}" "${behind.password}"\n`);
  await writeFile(
    join(folder, 'pooler.ini'),
    `[databases]\n* = host=${behind.hostname} port=${behind.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\n` +
      `unix_socket_dir =\nauth_type = plain\nauth_file = ${join(folder, 'users.txt')}\npool_mode = ${mode}\n`,
  );
  const server = spawn(program, [join(folder, 'pooler.ini')], { ...account, stdio: 'ignore' });
  behind.port = String(port);
  await answers(behind.href);
  return {
    url: behind.href,
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Servers refuse to run as root: the folder is given to nobody, and they run as nobody. */
async function accountOf(folder: string): Promise<{ uid?: number; gid?: number; cwd: string }> {
  await chmod(folder, 0o755);
  if (process.getuid?.() !== 0) return { cwd: folder };
  const nobody = 65_534;
  await chown(folder, nobody, nobody);
  return { uid: nobody, gid: nobody, cwd: folder };
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
