import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Gateway } from '../../src/gateway/gateway.js';
import type { AuditRecord } from '../../src/gateway/audit/audit.js';
import { readGateway } from '../../src/gateway/configuration/read-gateway.js';
import { readRules, type Rules } from '../../src/rules/read-rules.js';
import { createDatabase, type TestDatabase } from './databases.js';

/** People whose e-mail, phone and salary are masked, and orders in which nothing is. */
export const shopSchema = `
  create schema shop;
  create table shop.customers (id int primary key, name text not null, email text not null, phone text, city text);
  create table shop.orders (id int primary key, customer int not null references shop.customers, total numeric(10,2) not null);
  insert into shop.customers
    select i, 'Canary Person ' || i, 'canary' || i || '@example.org', '+31 20 555 ' || lpad(i::text, 4, '0'), 'Utrecht'
    from generate_series(1, 50) i;
  insert into shop.orders select i, 1 + i % 50, i * 1.25 from generate_series(1, 2000) i;
`;

/** What the columns of `shopSchema` hold. */
export const shopLabels = `version: 1
columns:
  shop.customers.id: { type: none, sensitivity: internal, status: confirmed }
  shop.customers.name: { type: person-name, sensitivity: confidential, status: confirmed }
  shop.customers.email: { type: email-address, sensitivity: confidential, status: confirmed }
  shop.customers.phone: { type: phone-number, sensitivity: confidential, status: confirmed }
  shop.customers.city: { type: none, sensitivity: internal, status: confirmed }
  shop.orders.id: { type: none, sensitivity: internal, status: confirmed }
  shop.orders.customer: { type: none, sensitivity: internal, status: confirmed }
  shop.orders.total: { type: none, sensitivity: internal, status: confirmed }
`;

/** What `analyst` sees of `shopSchema`, where a test says nothing else. */
export const shopPolicy = `id: analysts
title: What analysts see
rules:
  - { when: { type: email-address }, mask: { technique: partial, keepStart: 1, keepEnd: 0 } }
  - { mask: { technique: 'null' } }
`;

/** The gateway in front of a database of its own, in this process. */
export interface TestGateway {
  readonly gateway: Gateway;
  readonly database: TestDatabase;
  /** A connection URL for a user of the gateway. */
  url(user?: string): string;
  /** A connected client. */
  client(user?: string, options?: pg.ClientConfig): Promise<pg.Client>;
  /** Reads the gateway file anew, with these files of its folder written first. */
  reload(files: Readonly<Record<string, string>>): Promise<void>;
  /** What the audit has so far. */
  audit(): Promise<readonly AuditRecord[]>;
  readonly folder: string;
  stop(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly schema?: string;
  readonly labels?: string;
  /** The policy of the role `analyst`. */
  readonly policy?: string;
  /** YAML on top of the usual gateway file; a section replaces the usual one. */
  readonly sections?: Readonly<Record<string, string>>;
}

/** Read once for all tests of a file. */
let rules: Promise<Rules> | undefined;

/** The account that the gateway uses: it reads and writes rows, and is nobody special. */
const ACCOUNT = 'gateway_account';

export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const database = await createDatabase();
  await makeAccount(database);
  await database.query(options.schema ?? shopSchema);
  await database.query(`
    grant usage on schema shop to ${ACCOUNT};
    grant select, insert, update, delete on all tables in schema shop to ${ACCOUNT};
    alter default privileges in schema shop grant select on tables to ${ACCOUNT}`);
  const folder = await mkdtemp(join(tmpdir(), 'scrubjay-gateway-'));
  const upstream = new URL(database.url);
  upstream.username = ACCOUNT;
  upstream.password = 'upstream';
  const secrets = {
    upstream: upstream.href,
    password: 'open sesame',
    key: '0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0',
  };
  for (const [name, text] of Object.entries(secrets)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o600);
  }
  await writeFile(join(folder, 'labels.yaml'), options.labels ?? shopLabels);
  await writeFile(join(folder, 'analysts.yaml'), options.policy ?? shopPolicy);
  const sections = {
    listen: '{ port: 0 }',
    maskingKey: '{ file: key }',
    databases:
      '{ shop: { url: { file: upstream }, labels: labels.yaml, searchPath: [shop, public], pool: { size: 12 } } }',
    roles:
      '{ analyst: { policy: analysts.yaml, maxRows: 5000, statementTimeout: 5s }, steward: { sees: clear } }',
    users:
      '{ ana: { role: analyst, password: { file: password } }, stew: { role: steward, password: { file: password } } }',
    catalog: '{ maxAge: 0ms }',
    audit: '{ file: audit.jsonl }',
    ...options.sections,
  };
  const file = join(folder, 'gateway.yaml');
  await writeFile(
    file,
    Object.entries(sections)
      .map(([name, text]) => `${name}: ${text}\n`)
      .join(''),
  );
  rules ??= readRules();
  const read = async () => readGateway({ file, rules: await rules!, env: process.env });
  const forget = async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  let gateway: Gateway;
  try {
    gateway = await Gateway.start(await read());
  } catch (error) {
    await forget();
    throw error;
  }
  const clients: pg.Client[] = [];
  const url = (user = 'ana') => `postgres://${user}:open%20sesame@127.0.0.1:${gateway.port}/shop`;
  return {
    gateway,
    database,
    url,
    folder,
    client: async (user = 'ana', config = {}) => {
      const client = new pg.Client({ connectionString: url(user), ...config });
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    },
    reload: async (files) => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      gateway.reload(await read());
    },
    audit: async () => {
      // Records are written once a turn of the event loop.
      await new Promise((done) => setTimeout(done, 50));
      const text = await readFile(join(folder, 'audit.jsonl'), 'utf8');
      return text
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as AuditRecord);
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await gateway.stop();
      await forget();
    },
  };
}

async function makeAccount(database: TestDatabase): Promise<void> {
  await database.query(`
    do $$ begin
      create role ${ACCOUNT} login password 'upstream' nosuperuser nocreatedb nocreaterole;
    exception when duplicate_object or unique_violation then null;
    end $$`);
}
