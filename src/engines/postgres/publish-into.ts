import { randomInt } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type Catalog, printRelationName, type Table } from '../../domain/catalog/catalog.js';
import { fingerprintCatalog } from '../../domain/catalog/fingerprint.js';
import { RefusedTargetError } from '../refused-target.js';
import type { DigestSeeds } from '../row-source.js';
import type { SchemaSections, SchemaStatement } from '../schema-statements.js';
import { connect, databaseOf, displayLocation } from './connection.js';
import { DatabaseError, translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteNames, quoteRelation } from './identifiers.js';
import { ownRelations } from './catalog-queries.js';
import { introspect } from './introspection.js';
import { digestRows } from './row-digest.js';
import { jsonRows } from './schema-ddl/schema-object.js';
import { readSchemaSections } from './schema-ddl/schema-sections.js';

/** Bytes of a PostgreSQL name. */
const NAME_BYTES = 63;
const SUFFIX = '__previous';
/** What a schema that was moved aside says of itself, in its comment. */
const PREVIOUS = 'scrubjay: previous copy';

interface Transfer {
  readonly work: pg.Client;
  readonly target: pg.Client;
  readonly location: string;
  readonly catalog: Catalog;
  readonly sections: SchemaSections;
}

/**
 * Carries a verified copy from its work database into the target database, in one transaction: its schemas
 * take the names of those that stand there, which are kept aside. Whoever reads the target sees the old rows
 * until the transaction ends, and the new ones from then on.
 */
export function publishSchemas(location: string, work: string, comment: string): Promise<void> {
  return transfer(location, work, comment, async (all) => {
    const schemas = await schemasOf(all.work);
    for (const schema of schemas) await moveAside(all, schema);
    await makeAll(all.target, all.sections.preData);
    await copyRows(all);
    await makeAll(all.target, [...all.sections.sequences, ...all.sections.postData]);
  });
}

/**
 * Exchanges the rows of the target's tables for those of a verified copy, in one transaction: keys are
 * dropped, rows exchanged with triggers switched off, then keys made again and validated for real. The
 * tables are locked for as long. What was there is gone.
 */
export function publishInPlace(location: string, work: string, comment: string): Promise<void> {
  return transfer(location, work, comment, async (all) => {
    const { target, catalog, sections } = all;
    if (fingerprintCatalog(await introspect(target)) !== fingerprintCatalog(catalog))
      throw otherStructure(location);
    const keys = await jsonRows<{ table: string; name: string; definition: string; plain: boolean }>(
      target,
      keysQuery,
    );
    const triggers = await jsonRows<{ enable: string }>(target, triggersQuery);
    for (const { table, name } of keys)
      await target.query(`alter table ${table} drop constraint ${quoteName(name)}`);
    const tables = holdingRows(catalog).map((table) => `only ${quoteRelation(table)}`);
    if (tables.length > 0) await target.query(`truncate ${tables.join(', ')}`);
    for (const table of new Set(holdingRows(catalog).map(quoteRelation)))
      await target.query(`alter table ${table} disable trigger user`);
    await copyRows(all);
    for (const { enable } of triggers) await target.query(enable);
    for (const { table, name, definition, plain } of keys) {
      const add = `alter table ${table} add constraint ${quoteName(name)} ${definition}`;
      await target.query(plain ? `${add} not valid` : add);
      if (plain) await target.query(`alter table ${table} validate constraint ${quoteName(name)}`);
    }
    const views = sections.postData.filter(({ sql }) => sql.startsWith('refresh materialized view '));
    await makeAll(target, [...sections.sequences, ...views]);
    await target.query('analyze');
  });
}

/** Refuses before anything is built what could not be published into. */
export async function refuseUnfitSchemas(location: string): Promise<void> {
  const client = await connect(location, { access: 'read-only' });
  try {
    const { rows } = await client.query<{ name: string }>(
      `select extname as name from pg_extension x join pg_namespace n on n.oid = x.extnamespace
       where not extrelocatable and nspname not in ('pg_catalog', 'information_schema')`,
    );
    if (rows.length > 0) throw notRelocatable(rows.map(({ name }) => name));
    for (const schema of await schemasOf(client)) await refuseForeignPrevious(client, schema);
  } finally {
    await client.end();
  }
}

/** Drops schemas that publication moved aside; their names. */
export async function dropPreviousSchemas(location: string): Promise<readonly string[]> {
  const client = await connect(location, { access: 'read-write' });
  try {
    const { rows } = await client.query<{ name: string }>(
      `select nspname as name from pg_namespace where obj_description(oid, 'pg_namespace') = $1`,
      [PREVIOUS],
    );
    if (rows.length > 0)
      await client.query(`drop schema ${quoteNames(rows.map(({ name }) => name))} cascade`);
    return rows.map(({ name }) => name);
  } catch (error) {
    throw translateDriverError(error, 'dropping what was published before');
  } finally {
    await client.end();
  }
}

async function transfer(
  location: string,
  workName: string,
  comment: string,
  publish: (all: Transfer) => Promise<void>,
): Promise<void> {
  const work = await connect(location, { access: 'read-only', database: workName });
  const target = await connect(location, { access: 'read-write' });
  try {
    const catalog = await introspect(work);
    const sections = await readSchemaSections(work);
    await target.query('begin; set local client_min_messages = warning');
    await publish({ work, target, location, catalog, sections });
    await compare({ work, target, catalog });
    await target.query(`comment on database ${quoteName(databaseOf(location))} is ${quoteLiteral(comment)}`);
    await target.query('commit');
  } catch (error) {
    await target.query('rollback').catch(() => undefined);
    throw translateDriverError(error, 'publishing the copy');
  } finally {
    await Promise.all([work.end(), target.end()].map((ended) => ended.catch(() => undefined)));
  }
}

async function moveAside({ target }: Transfer, schema: string): Promise<void> {
  const { rows } = await target.query('select from pg_namespace where nspname = $1', [schema]);
  if (rows.length > 0) {
    const previous = previousOf(schema);
    await refuseForeignPrevious(target, schema);
    await target.query(`drop schema if exists ${quoteName(previous)} cascade`);
    await target.query(`alter schema ${quoteName(schema)} rename to ${quoteName(previous)}`);
    await target.query(`comment on schema ${quoteName(previous)} is ${quoteLiteral(PREVIOUS)}`);
  }
  await target.query(`create schema ${quoteName(schema)}`);
  if (schema === 'public') await target.query('grant usage on schema public to public');
  if (rows.length > 0) await bringExtensions(target, schema);
}

/** Extensions belong to both, and the new tables look for them where they were. */
async function bringExtensions(target: pg.Client, schema: string): Promise<void> {
  const { rows } = await target.query<{ name: string; movable: string }>(
    `select extname as name, extrelocatable as movable from pg_extension x join pg_namespace n on n.oid = x.extnamespace
     where nspname = $1`,
    [previousOf(schema)],
  );
  for (const { name, movable } of rows) {
    if (movable !== 't') throw notRelocatable([name]);
    await target.query(`alter extension ${quoteName(name)} set schema ${quoteName(schema)}`);
  }
}

async function refuseForeignPrevious(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ comment: string | null }>(
    `select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = $1`,
    [previousOf(schema)],
  );
  if (rows.length === 0 || rows[0].comment === PREVIOUS) return;
  throw new RefusedTargetError(
    'previous-name-taken',
    `the schema ${previousOf(schema)} is there, and no copy was moved aside to it`,
    'rename it, or publish as a database',
  );
}

/** Row by row as text, since the numbers of types differ between databases. */
async function copyRows({ work, target, catalog }: Transfer): Promise<void> {
  for (const table of holdingRows(catalog)) {
    const columns = copiedColumns(table);
    const list = columns.length === 0 ? '' : ` (${quoteNames(columns)})`;
    const from = work.query(copyTo(`copy ${quoteRelation(table)}${list} to stdout`));
    const into = target.query(copyFrom(`copy ${quoteRelation(table)}${list} from stdin`));
    await pipeline(from, into);
  }
}

/** What arrived is what was verified: numbers of rows, and digests of all values. */
async function compare({
  work,
  target,
  catalog,
}: Pick<Transfer, 'work' | 'target' | 'catalog'>): Promise<void> {
  const seeds: DigestSeeds = [randomInt(2 ** 47), randomInt(2 ** 47)];
  for (const table of holdingRows(catalog)) {
    const digest = (client: pg.Client) => digestRows(client, catalog, table, copiedColumns(table), seeds);
    const [built, published] = [await digest(work), await digest(target)];
    if (built.every((part, i) => part === published[i])) continue;
    throw new DatabaseError(
      `publishing ${printRelationName(table)}: what arrived is not what was verified`,
      'look for a trigger or rule of the target, and run again',
      undefined,
    );
  }
}

async function makeAll(client: pg.Client, statements: readonly SchemaStatement[]): Promise<void> {
  for (const { makes, sql } of statements) {
    try {
      await client.query(sql);
    } catch (error) {
      throw translateDriverError(error, `making ${makes}`);
    }
  }
}

async function schemasOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
     and obj_description(oid, 'pg_namespace') is distinct from $1 order by 1`,
    [PREVIOUS],
  );
  return rows.map(({ name }) => name);
}

function previousOf(schema: string): string {
  let cut = schema;
  while (Buffer.byteLength(cut) > NAME_BYTES - SUFFIX.length) cut = Array.from(cut).slice(0, -1).join('');
  return `${cut}${SUFFIX}`;
}

function holdingRows({ tables }: Catalog): readonly Table[] {
  return tables.filter(({ kind }) => kind === 'table' || kind === 'partition');
}

function copiedColumns({ columns }: Table): readonly string[] {
  return columns.filter(({ generated }) => !generated).map(({ name }) => name);
}

function notRelocatable(extensions: readonly string[]): RefusedTargetError {
  return new RefusedTargetError(
    'extension-not-relocatable',
    `the target has extensions that cannot change their schema: ${extensions.join(', ')}`,
    'publish as a database',
  );
}

function otherStructure(location: string): RefusedTargetError {
  return new RefusedTargetError(
    'target-has-other-structure',
    `the tables of ${displayLocation(location)} are not those of the copy`,
    'publish as schemas or as a database, which bring their own tables',
  );
}

const relation = `format('%I.%I', n.nspname, c.relname)`;

const keysQuery = `
  select ${relation} as table, k.conname as name, pg_get_constraintdef(k.oid) as definition, c.relkind = 'r' and k.convalidated as plain
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where k.contype = 'f' and k.conparentid = 0 and c.relkind in ('r', 'p') and ${ownRelations}
  order by k.oid`;

/** Back to the state that each had: switching on all would make ALWAYS and REPLICA ordinary ones. */
const triggersQuery = `
  select format('alter table %s %s trigger %I', ${relation},
           case t.tgenabled when 'O' then 'enable' when 'A' then 'enable always' when 'R' then 'enable replica' else 'disable' end,
           t.tgname) as enable
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where not t.tgisinternal and c.relkind = 'r' and ${ownRelations}
  order by t.oid`;
