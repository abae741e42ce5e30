import { createHash } from 'node:crypto';
import type pg from 'pg';
import { printRelationName, type RelationName } from '../../domain/catalog/catalog.js';
import { wordSettings } from '../../domain/masking/postgres/words.js';
import { loadPostgresParser } from '../../domain/rewriting/postgres/parser.js';
import { protectPostgres } from '../../domain/rewriting/postgres/protect-postgres.js';
import { CLIENT_IS_UTF8 } from '../../domain/rewriting/postgres/mask-expression.js';
import { maskedSubquery } from '../../domain/rewriting/postgres/replace-relation.js';
import type { SchemaStatement } from '../schema-statements.js';
import {
  type MaskingCaveat,
  type NativeMasking,
  NativeMaskingError,
  type NativeMaskingPlan,
  type NativeMaskingRequest,
} from '../native-masking.js';
import { connect } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteRelation } from './identifiers.js';
import { readQueryCatalog } from './query-catalog.js';

/** Key, words and the way back: read by the views with their owner's rights, and by nobody else. */
const SETTINGS = 'scrubjay_settings';
const REVERT = 'scrubjay.revert';

/** One masking view of a relation. */
interface MaskingView {
  readonly of: RelationName;
  readonly name: string;
  readonly definition: string;
}

interface Prepared extends NativeMaskingPlan {
  readonly views: readonly MaskingView[];
  readonly schema: string;
}

/**
 * A schema of views for a role: each shows a relation as the policy lets the role see it, and the role
 * loses its rights on the relations themselves.
 */
export const postgresNativeMasking: NativeMasking = {
  plan: (location, request) => inSession(location, 'read-only', (client) => prepare(client, request)),

  apply: (location, request) =>
    inSession(location, 'read-write', async (client) => {
      await client.query('begin');
      const plan = await prepare(client, request);
      const way = await wayBack(client, plan, request);
      for (const { sql } of plan.statements) await client.query(sql);
      await fillSettings(client, plan.schema, request, way);
      await markViews(client, plan);
      await client.query('commit');
      return plan;
    }),

  drift: (location, request) =>
    inSession(location, 'read-only', async (client) => {
      const { views, schema } = await prepare(client, request);
      return [
        ...(await changedViews(client, schema, views)),
        ...(await openRelations(client, request.grantee, views)),
      ];
    }),

  revert: (location, { grantee }) =>
    inSession(location, 'read-write', async (client) => {
      await client.query('begin');
      const schema = schemaOf(grantee);
      const { rows } = await client
        .query<{ value: string }>(
          `select value from ${quoteRelation({ schema, name: SETTINGS })} where name = $1`,
          [REVERT],
        )
        .catch((cause: unknown) => {
          throw new NativeMaskingError(
            `there is no schema of masking views for '${grantee}'`,
            "'mask native apply' makes it",
            { cause },
          );
        });
      const statements: SchemaStatement[] = [
        { makes: `schema ${schema}`, sql: `drop schema ${quoteName(schema)} cascade` },
        ...(JSON.parse(rows[0]?.value ?? '[]') as string[]).map((sql) => ({
          makes: `right of ${grantee}`,
          sql,
        })),
      ];
      for (const { sql } of statements) await client.query(sql);
      await client.query('commit');
      return statements;
    }),
};

const schemaOf = (grantee: string): string => `masked_${grantee}`;

async function inSession<T>(
  location: string,
  access: 'read-only' | 'read-write',
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  await loadPostgresParser();
  const client = await connect(location, { access });
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof NativeMaskingError) throw error;
    throw translateDriverError(error, 'masking in the database, of which nothing was kept');
  } finally {
    // Whatever was not committed goes with the session.
    await client.end();
  }
}

async function prepare(
  client: pg.Client,
  { viewOf, words, grantee }: NativeMaskingRequest,
): Promise<Prepared> {
  const schema = schemaOf(grantee);
  const whole = await readQueryCatalog(client);
  // What was made before is no data of anybody.
  const catalog = {
    ...whole.catalog,
    tables: whole.catalog.tables.filter((table) => table.schema !== schema),
    views: whole.catalog.views.filter((view) => view.schema !== schema),
  };
  const protection = protectPostgres({ ...whole, catalog }, viewOf(catalog), words);
  const relations = [...catalog.tables, ...catalog.views];
  const names = Map.groupBy(relations, ({ name }) => name);
  const views: MaskingView[] = [];
  const unmaskable: MaskingCaveat[] = [];
  for (const { schema: own, name } of relations) {
    const relation = protection.relation(own, name);
    if (!relation || relation.closed !== undefined) {
      unmaskable.push({
        where: printRelationName({ schema: own, name }),
        what: relation?.closed ?? 'unknown',
      });
      continue;
    }
    const subquery = maskedSubquery({ relation, node: { inh: true } });
    views.push({
      of: { schema: own, name },
      name: names.get(name)!.length === 1 ? name : `${own}_${name}`,
      definition: settingsOf(schema, subquery),
    });
  }
  const inference = views
    .map(({ of }) => ({ of, masks: protection.relation(of.schema, of.name)!.masks }))
    .filter(({ masks }) => masks.size > 0)
    .map(({ of, masks }) => ({
      where: printRelationName(of),
      what: `conditions see the stand-ins of ${[...masks.keys()].join(', ')}; equal values have equal ones, and how long a query takes may depend on values`,
    }));
  return { views, schema, statements: statementsOf(schema, grantee, views), unmaskable, inference };
}

/**
 * Sessions of the database hold no settings of ours: the views read them from their table. Nor is their
 * encoding pinned: between two rows of a cursor it may change, so every row asks.
 */
function settingsOf(schema: string, sql: string): string {
  const table = quoteRelation({ schema, name: SETTINGS });
  return sql
    .replace(
      /current_setting\('(scrubjay\.\w+)'\)/g,
      (_, name: string) => `(select s.value from ${table} as s where s.name = '${name}')`,
    )
    .replaceAll(CLIENT_IS_UTF8, "(pg_client_encoding() = 'UTF8')");
}

function statementsOf(
  schema: string,
  grantee: string,
  views: readonly MaskingView[],
): readonly SchemaStatement[] {
  const [own, role] = [quoteName(schema), quoteName(grantee)];
  const settings = quoteRelation({ schema, name: SETTINGS });
  const sources = [...new Set(views.map(({ of }) => of.schema))];
  return [
    { makes: `schema ${schema}`, sql: `drop schema if exists ${own} cascade` },
    { makes: `schema ${schema}`, sql: `create schema ${own}` },
    {
      makes: 'settings of masks',
      sql: `create table ${settings} (name text primary key, value text not null)`,
    },
    { makes: 'settings of masks', sql: `revoke all on ${settings} from public, ${role}` },
    ...views.map(({ name, definition }) => ({
      makes: `masking view ${schema}.${name}`,
      sql: `create view ${quoteRelation({ schema, name })} with (security_barrier = true) as ${definition}`,
    })),
    ...sources.map((source) => ({
      makes: `rights of ${grantee} on ${source}`,
      sql: `revoke all on all tables in schema ${quoteName(source)} from ${role}`,
    })),
    { makes: `rights of ${grantee}`, sql: `grant usage on schema ${own} to ${role}` },
    ...views.map(({ name }) => ({
      makes: `right of ${grantee} on ${schema}.${name}`,
      sql: `grant select on ${quoteRelation({ schema, name })} to ${role}`,
    })),
  ];
}

/** The rights that applying takes away, as the statements that give them back; kept over a second apply. */
async function wayBack(
  client: pg.Client,
  { schema, views }: Prepared,
  { grantee }: NativeMaskingRequest,
): Promise<readonly string[]> {
  const kept = await client.query<{ known: string | null }>('select to_regclass($1)::text as known', [
    quoteRelation({ schema, name: SETTINGS }),
  ]);
  if (kept.rows[0].known !== null) {
    const { rows } = await client.query<{ value: string }>(
      `select value from ${quoteRelation({ schema, name: SETTINGS })} where name = $1`,
      [REVERT],
    );
    if (rows.length > 0) return JSON.parse(rows[0].value) as string[];
  }
  const { rows } = await client.query<{ schema: string; name: string; rights: string }>(
    `select n.nspname as schema, c.relname as name, string_agg(a.privilege_type, ', ' order by a.privilege_type) as rights
     from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
     where a.grantee = (select oid from pg_roles where rolname = $1)
     group by 1, 2 order by 1, 2`,
    [grantee],
  );
  const masked = new Set(views.map(({ of }) => printRelationName(of)));
  return rows
    .filter((row) => masked.has(printRelationName(row)))
    .map((row) => `grant ${row.rights} on ${quoteRelation(row)} to ${quoteName(grantee)}`);
}

async function fillSettings(
  client: pg.Client,
  schema: string,
  { keySettings, words }: NativeMaskingRequest,
  way: readonly string[],
): Promise<void> {
  const settings = [...keySettings, ...wordSettings(words), { name: REVERT, value: JSON.stringify(way) }];
  // Bound, so that the key stands in no text that a server logs.
  for (const { name, value } of settings)
    await client.query(`insert into ${quoteRelation({ schema, name: SETTINGS })} values ($1, $2)`, [
      name,
      value,
    ]);
}

/** What each view was made as, and how the server prints it: a change of either is seen. */
async function markViews(client: pg.Client, { schema, views }: Prepared): Promise<void> {
  for (const { name, definition } of views) {
    const relation = quoteRelation({ schema, name });
    const { rows } = await client.query<{ printed: string }>(
      'select md5(pg_get_viewdef($1::regclass)) as printed',
      [relation],
    );
    const mark = `scrubjay ${digest(definition)} ${rows[0].printed}`;
    await client.query(`comment on view ${relation} is ${quoteLiteral(mark).trim()}`);
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

async function changedViews(
  client: pg.Client,
  schema: string,
  wanted: readonly MaskingView[],
): Promise<readonly MaskingCaveat[]> {
  const { rows } = await client.query<{ name: string; mark: string | null; printed: string }>(
    `select c.relname as name, obj_description(c.oid, 'pg_class') as mark, md5(pg_get_viewdef(c.oid)) as printed
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'v'`,
    [schema],
  );
  const present = new Map(rows.map((row) => [row.name, row]));
  const names = new Set(wanted.map(({ name }) => name));
  const changes = wanted.flatMap(({ name, definition }): MaskingCaveat[] => {
    const where = `${schema}.${name}`;
    const row = present.get(name);
    if (!row) return [{ where, what: 'there is no such masking view' }];
    const [, made, printed] = (row.mark ?? '').split(' ');
    if (row.printed !== printed) return [{ where, what: 'somebody changed the view' }];
    if (made !== digest(definition))
      return [{ where, what: 'policy, labels or table changed since it was made' }];
    return [];
  });
  const surplus = rows
    .filter(({ name }) => !names.has(name))
    .map(({ name }) => ({ where: `${schema}.${name}`, what: 'a view that the policy does not ask for' }));
  return [...changes, ...surplus];
}

/** Relations that the role may read in the open all the same: by itself, by PUBLIC, or as a member of another role. */
async function openRelations(
  client: pg.Client,
  grantee: string,
  views: readonly MaskingView[],
): Promise<readonly MaskingCaveat[]> {
  const names = views.map(({ of }) => quoteRelation(of));
  const { rows } = await client.query<{ name: string }>(
    `select t.name from unnest($2::text[]) as t(name) join pg_roles r on r.rolname = $1
     where has_any_column_privilege(r.oid, t.name::regclass::oid, 'select')`,
    [grantee, names],
  );
  return rows.map(({ name }) => ({ where: name, what: `'${grantee}' may read it past the masking views` }));
}
