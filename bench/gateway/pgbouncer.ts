import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD } from './gateway-process.js';

/** The peer: a pooler that only passes messages on. */
export interface PgBouncer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Undefined where it is not installed (Debian's package `pgbouncer`). */
export async function startPgBouncer(url: string): Promise<PgBouncer | undefined> {
  const binary = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(
    existsSync,
  );
  if (binary === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'scrubjay-pgbouncer-'));
  const { hostname, port: upstream, username, password, pathname } = new URL(url);
  const port = await freePort();
  // Session pooling: Debian's version knows no prepared statements in transaction pooling, and is fastest so.
  const settings = `[databases]
bench = host=${hostname} port=${upstream} dbname=${pathname.slice(1)} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = scram-sha-256
auth_file = ${folder}/users
pool_mode = session
max_client_conn = 1000
default_pool_size = 20
unix_socket_dir =
`;
  writeFileSync(join(folder, 'pgbouncer.ini'), settings);
  writeFileSync(join(folder, 'users'), `"ana" "${PASSWORD}"\n`);
  chmodSync(folder, 0o755);
  // It refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const child = spawn(binary, [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...nobody });
  await listening(child, port);
  return {
    port,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) break;
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('PgBouncer did not start');
}
