import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { fingerprintCatalog } from '../../../src/domain/catalog/fingerprint.js';
import type { SchemaSections } from '../../../src/engines/schema-statements.js';
import { connect } from '../../../src/engines/postgres/connection.js';
import { EmbeddedServer } from '../../../src/engines/postgres/embedded-server.js';
import { introspect } from '../../../src/engines/postgres/introspection.js';
import { PostgresScrubSource } from '../../../src/engines/postgres/scrub-source.js';
import { pgDumpVersion } from '../../../src/engines/postgres/schema-ddl/dumped-sections.js';
import { dumpSchema } from '../../support/schema-dump.js';
import { tortureSchema } from '../../support/torture-schema.js';

/** Folder of a PostgreSQL of this machine whose server and pg_dump are both there. */
function machinePostgres(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  return versions
    .map((version) => join(root, String(version), 'bin'))
    .find((folder) =>
      ['initdb', 'postgres', 'pg_dump'].every((program) => existsSync(join(folder, program))),
    );
}

const more = `
  create table groups (id integer primary key, name text);
  create view by_key as select id, name, count(*) as n from groups group by id;
  create function is_short(text) returns boolean language sql immutable as $$ select length($1) < 10 $$;
  create domain short as text check (public.is_short(value));
  alter table groups add code short;
  create text search configuration plain (copy = pg_catalog.simple);
  create operator === (leftarg = integer, rightarg = integer, function = int4eq);
  alter table secrets force row level security;`;

const programs = machinePostgres();

describe('the schema through pg_dump', () => {
  let server: EmbeddedServer | undefined;

  beforeAll(async () => {
    if (!programs) {
      console.warn('skipped: no PostgreSQL of this machine has both a server and pg_dump');
      return;
    }
    server = await EmbeddedServer.start({ programs, durability: 'none' });
  });
  afterAll(() => server?.stop());

  async function sectionsOf(url: string, schemaBy: 'catalog' | 'pg_dump'): Promise<SchemaSections> {
    const source = await PostgresScrubSource.open(url, { schemaBy, pgDump: join(programs!, 'pg_dump') });
    const sections = await source.schema();
    await source.close();
    return sections;
  }

  async function build(name: string, { preData, sequences, postData }: SchemaSections): Promise<string> {
    const client = new pg.Client(server!.url());
    await client.connect();
    await client.query(`create database ${name} template template0`);
    await client.end();
    const target = await connect(server!.url(name), { access: 'read-write' });
    for (const { makes, sql } of [...preData, ...sequences, ...postData])
      await target.query(sql).catch((error: unknown) => {
        throw new Error(`${makes}: ${(error as Error).message}\n${sql}`);
      });
    await target.end();
    return server!.url(name);
  }

  async function fingerprint(url: string): Promise<string> {
    const client = await connect(url, { access: 'read-only' });
    const catalog = await introspect(client);
    await client.end();
    return fingerprintCatalog(catalog);
  }

  it('makes the same catalog as our own statements do', async () => {
    if (!server) return;
    const admin = new pg.Client(server.url());
    await admin.connect();
    await admin.query('create database origin template template0');
    await admin.end();
    const origin = new pg.Client(server.url('origin'));
    await origin.connect();
    await origin.query(tortureSchema + more.replace(/create (text search|operator).*\n/g, ''));
    await origin.end();
    const ours = await build('ours', await sectionsOf(server.url('origin'), 'catalog'));
    const theirs = await build('theirs', await sectionsOf(server.url('origin'), 'pg_dump'));
    expect(await dumpSchema(theirs)).toEqual(await dumpSchema(ours));
    expect(await fingerprint(theirs)).toBe(await fingerprint(server.url('origin')));
    expect(await fingerprint(ours)).toBe(await fingerprint(theirs));
  });

  it('makes operators and text search configurations too, and knows what keys hold', async () => {
    if (!server) return;
    const admin = new pg.Client(server.url());
    await admin.connect();
    await admin.query('create database more template template0');
    await admin.end();
    const origin = new pg.Client(server.url('more'));
    await origin.connect();
    await origin.query(tortureSchema + more);
    await origin.end();
    const sections = await sectionsOf(server.url('more'), 'pg_dump');
    const made = new pg.Client(await build('more_too', sections));
    await made.connect();
    const { rows } = await made.query(
      `select (select count(*) from pg_ts_config where cfgname = 'plain') as configurations,
              (select count(*) from pg_operator where oprname = '===') as operators`,
    );
    await made.end();
    expect(rows).toEqual([{ configurations: '1', operators: '1' }]);
    const keys = sections.postData.filter(({ foreignKey }) => foreignKey !== undefined);
    expect(keys.length).toBeGreaterThan(3);
    const indexes = sections.postData.filter(({ makes }) => makes.startsWith('index '));
    expect(indexes.some(({ locks }) => locks !== undefined)).toBe(true);
    expect(sections.leftOut.map(({ what }) => what).join()).not.toContain('operators');
  });

  it('is left to our own statements where pg_dump is older than the server, or not there', async () => {
    expect(await pgDumpVersion('no-such-pg_dump')).toBeUndefined();
    const source = await PostgresScrubSource.open(process.env.SCRUBJAY_TEST_POSTGRES_URL!, {
      schemaBy: 'pg_dump',
      pgDump: 'no-such-pg_dump',
    });
    const { preData } = await source.schema();
    await source.close();
    expect(preData.length).toBeGreaterThan(0);
  });
});
