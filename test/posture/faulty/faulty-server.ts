import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Remedy } from '../../../src/domain/posture/remedy.js';
import { EmbeddedServer } from '../../../src/engines/postgres/embedded-server.js';
import { makeCertificate } from '../../support/certificates.js';

/** Settings as they should not be; applied with ALTER SYSTEM, so that remedies can take them back. */
const faultySettings = {
  ssl: 'off',
  ssl_min_protocol_version: 'TLSv1',
  ssl_ciphers: 'HIGH:MEDIUM:+3DES:!aNULL',
  password_encryption: 'md5',
  log_statement: 'all',
  log_min_duration_statement: '0',
  log_min_duration_sample: '0',
  log_parameter_max_length_on_error: '-1',
  log_error_verbosity: 'verbose',
  log_connections: '',
  lo_compat_privileges: 'on',
  session_preload_libraries: 'tcn',
};

/** Rules below initdb's own, one fault each. */
const faultyRules = [
  'host  all  old_app   10.9.9.9/32   trust',
  'host  all  old_ldap  10.9.9.8/32   password',
  'hostssl  all  all    0.0.0.0/0     scram-sha-256',
  'host  all  all       samenet       scram-sha-256',
  'hostssl all all 10.9.9.7/32 no-such-method',
];

/** What psql would be given with --set. */
const variables: Readonly<Record<string, string>> = {
  key: 'kept-outside-the-server',
  password: 'another-password',
  conninfo: 'host=branch.example dbname=x user=x passfile=/etc/pgpass sslmode=verify-full',
};

/** A real server with every fault that one can be given, and the means to mend them as a person would. */
export class FaultyServer {
  readonly #folder: string;
  #server: EmbeddedServer;
  /** A session over the network without TLS, where the machine has an address beside loopback. */
  #clearSession: pg.Client | undefined;

  private constructor(folder: string, server: EmbeddedServer) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<FaultyServer> {
    const folder = await mkdtemp(join(tmpdir(), 'scrubjay-faulty-'));
    const faulty = new FaultyServer(folder, await startIn(folder));
    try {
      await faulty.#seed();
      return faulty;
    } catch (error) {
      await faulty.stop();
      throw error;
    }
  }

  get url(): string {
    return this.#server.url('faulty');
  }

  /** An address of this machine that is not loopback. */
  static get networkAddress(): string | undefined {
    return Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  }

  /** Carries a remedy out as it is printed: SQL as psql runs it, in one session; shell commands by the shell. */
  async carryOut({ language, steps }: Remedy): Promise<void> {
    const client = new pg.Client(this.url);
    // Some remedies end sessions.
    client.on('error', () => undefined);
    await client.connect();
    try {
      for (const step of steps) {
        if (step.startsWith('--') || step.startsWith('#')) continue;
        const psql = /^psql -c '(.*)'$/.exec(step)?.[1];
        if (language === 'sql' || psql !== undefined) await client.query(withVariables(psql ?? step));
        else await promisify(execFile)('sh', ['-c', step]);
      }
    } finally {
      await client.end();
    }
  }

  async restart(): Promise<void> {
    await this.#clearSession?.end().catch(() => undefined);
    await this.#server.stop();
    this.#server = await startIn(this.#folder);
  }

  async stop(): Promise<void> {
    await this.#clearSession?.end().catch(() => undefined);
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #seed(): Promise<void> {
    const admin = new pg.Client(this.#server.url());
    await admin.connect();
    await admin.query('create database faulty');
    for (const [name, value] of Object.entries(faultySettings))
      await admin.query(`alter system set ${name} = '${value}'`);
    await admin.end();
    const client = new pg.Client(this.url);
    await client.connect();
    try {
      // One by one, as psql sends them: some do not run beside others.
      const statements = await readFile(join(import.meta.dirname, 'faults.sql'), 'utf8');
      for (const statement of statements.split(/;\n/))
        if (statement.trim() !== '') await client.query(statement);
    } finally {
      await client.end();
    }
    await this.#writeFiles();
    await this.restart();
    // After the start: a server does not start with a mistake in its rules.
    await appendFile(join(this.#cluster, 'pg_hba.conf'), `${faultyRules[4]}\n`);
    const address = FaultyServer.networkAddress;
    if (address !== undefined) {
      const url = new URL(this.url);
      url.hostname = address;
      this.#clearSession = new pg.Client(url.href);
      this.#clearSession.on('error', () => undefined);
      await this.#clearSession.connect();
    }
  }

  /** Rules, and the certificate that the server does not use yet. */
  async #writeFiles(): Promise<void> {
    await appendFile(join(this.#cluster, 'pg_hba.conf'), `${faultyRules.slice(0, 4).join('\n')}\n`);
    const { certificate, key } = makeCertificate({
      subject: 'localhost',
      names: ['localhost', 'IP:127.0.0.1'],
    });
    const { uid, gid } = await stat(this.#cluster);
    for (const [file, text] of [
      ['server.crt', certificate],
      ['server.key', key],
    ] as const) {
      const path = join(this.#cluster, file);
      await writeFile(path, text);
      await chmod(path, 0o600);
      if (process.getuid?.() === 0) await chown(path, uid, gid);
    }
  }

  get #cluster(): string {
    return join(this.#folder, 'cluster');
  }
}

async function startIn(folder: string): Promise<EmbeddedServer> {
  await chmod(folder, 0o711);
  return EmbeddedServer.start({
    dataDirectory: folder,
    durability: 'none',
    settings: { listen_addresses: '*', allow_in_place_tablespaces: 'on' },
  });
}

function withVariables(sql: string): string {
  return sql.replace(/:'(\w+)'/g, (_, name: string) => `'${variables[name].replaceAll("'", "''")}'`);
}
