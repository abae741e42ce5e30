import { type ColumnName, printColumnName } from '../../domain/catalog/catalog.js';
import type { MaskingCaveat } from '../native-masking.js';
import type { SchemaStatement } from '../schema-statements.js';
import type { SqlServerConnection } from './connection.js';
import { quoteName, quoteRelation } from './identifiers.js';

/** Where somebody sees through masks: in the database, a schema, a table or a column (the last three from 2022 on). */
export interface UnmaskGrant {
  readonly role: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
}

/** A grant as the server has it. */
export interface PresentGrant extends UnmaskGrant {
  /** The role may hand it on; taking it back takes back what it handed on. */
  readonly mayGrant?: boolean;
}

/** How a role sees through masks other than by a grant of UNMASK to itself. */
export interface Opening extends UnmaskGrant {
  /** A role that it is in, `public` among them, or the role itself. */
  readonly through: string;
  /** `db_owner` for the fixed role, which has every right. */
  readonly right: 'UNMASK' | 'CONTROL' | 'db_owner';
}

/** What the server has, and what it can have. */
export interface UnmaskState {
  readonly grants: readonly PresentGrant[];
  /** What is denied goes before what is granted, wherever it was granted. */
  readonly denials: readonly UnmaskGrant[];
  readonly openings: readonly Opening[];
  /** Users and roles of the database. */
  readonly principals: ReadonlySet<string>;
  /** Whether UNMASK can be granted on less than the database: SQL Server 2022, Azure SQL. */
  readonly isGranular: boolean;
}

/** What a policy asks for. */
export interface UnmaskWishes {
  /** Roles that see everything. */
  readonly clear: readonly string[];
  /** The other roles of the policy, each with the masked columns that it sees as they are. */
  readonly partly: ReadonlyMap<string, readonly ColumnName[]>;
}

export async function readUnmaskState(connection: SqlServerConnection): Promise<UnmaskState> {
  const permissions = await connection.query<ScopeRow & { readonly state: string }>(`
    select u.name as [role], ${scopeColumns}, rtrim(p.state) as state
    from sys.database_permissions p
    join sys.database_principals u on u.principal_id = p.grantee_principal_id
    ${scopeJoins}
    where p.permission_name = 'UNMASK' and p.state in ('G', 'W', 'D')
    order by 1, 2, 3, 4`);
  const openings = await connection.query<ScopeRow & Pick<Opening, 'through' | 'right'>>(openingsQuery);
  const principals = await connection.query<{ name: string }>(
    'select name as name from sys.database_principals',
  );
  const [{ levels }] = await connection.query<{ levels: number }>(
    `select count(*) as levels from sys.fn_builtin_permissions(N'OBJECT') where permission_name = 'UNMASK'`,
  );
  return {
    grants: permissions
      .filter(({ state }) => state !== 'D')
      .map((row) => ({ ...scopeFrom(row), ...(row.state === 'W' ? { mayGrant: true } : {}) })),
    denials: permissions.filter(({ state }) => state === 'D').map(scopeFrom),
    openings: openings.map((row) => ({ ...scopeFrom(row), through: row.through, right: row.right })),
    principals: new Set(principals.map(({ name }) => name)),
    isGranular: levels > 0,
  };
}

interface ScopeRow {
  readonly role: string;
  readonly schema: string | null;
  readonly table: string | null;
  readonly column: string | null;
}

function scopeFrom({ role, schema, table, column }: ScopeRow): UnmaskGrant {
  return {
    role,
    ...(schema === null ? {} : { schema }),
    ...(table === null ? {} : { table }),
    ...(column === null ? {} : { column }),
  };
}

/** Where the permission `p` holds. */
const scopeColumns = 'coalesce(s.name, os.name) as [schema], o.name as [table], c.name as [column]';
const scopeJoins = `
    left join sys.schemas s on p.class = 3 and s.schema_id = p.major_id
    left join sys.objects o on p.class = 1 and o.object_id = p.major_id
    left join sys.schemas os on os.schema_id = o.schema_id
    left join sys.columns c on p.class = 1 and c.object_id = p.major_id and c.column_id = p.minor_id`;

/**
 * Rights to see through masks by being in a role, or by CONTROL, which holds UNMASK.
 * Source: https://learn.microsoft.com/sql/relational-databases/security/dynamic-data-masking (permissions)
 */
const openingsQuery = `
    with membership (member, [role]) as (
      select m.member_principal_id, m.role_principal_id from sys.database_role_members m
      union all
      select w.member, m.role_principal_id
      from membership w join sys.database_role_members m on m.member_principal_id = w.[role]
    )
    select u.name as [role], ${scopeColumns}, g.name as through, p.permission_name as [right]
    from sys.database_permissions p
    join sys.database_principals g on g.principal_id = p.grantee_principal_id
    join sys.database_principals u on u.principal_id = g.principal_id
      or g.name = N'public'
      or exists (select 1 from membership w where w.member = u.principal_id and w.[role] = g.principal_id)
    ${scopeJoins}
    where p.state in ('G', 'W')
      and (p.permission_name = 'CONTROL' or p.permission_name = 'UNMASK' and g.principal_id <> u.principal_id)
      and p.class in (0, 1, 3)
    union all
    select u.name, null, null, null, g.name, N'db_owner'
    from membership w
    join sys.database_principals u on u.principal_id = w.member
    join sys.database_principals g on g.principal_id = w.[role]
    where g.name = N'db_owner'
    order by 1, 2, 3, 4, 5, 6`;

/**
 * Grants and revokes that give each role of the policy what it may see and no more: everything on the database,
 * anything less column by column, since a wider grant would uncover what is masked later. Grants of others stay;
 * what opens masks to a role of the policy all the same is told.
 */
export function planUnmask(
  { clear, partly }: UnmaskWishes,
  { grants, denials, openings, principals, isGranular }: UnmaskState,
): {
  readonly statements: readonly SchemaStatement[];
  readonly caveats: readonly MaskingCaveat[];
  readonly open: readonly MaskingCaveat[];
} {
  const caveats: MaskingCaveat[] = [];
  const wanted = new Map<string, UnmaskGrant>();
  const want = (grant: UnmaskGrant) => wanted.set(keyOf(grant), grant);
  const known = (role: string) => {
    if (principals.has(role)) return true;
    caveats.push({ where: `role ${role}`, what: 'the database has no user and no role of this name' });
    return false;
  };
  for (const role of clear) if (known(role)) want({ role });
  for (const [role, columns] of partly) {
    if (columns.length === 0 || !known(role)) continue;
    if (isGranular) for (const { schema, table, column } of columns) want({ role, schema, table, column });
    else
      caveats.push(
        ...columns.map((column) => ({
          where: `role ${role}`,
          what: `may see ${printColumnName(column)} as it is, which servers before SQL Server 2022 cannot grant by itself: it sees it masked`,
        })),
      );
  }
  const present = new Set(grants.map(keyOf));
  const ofPolicy = new Set([...clear, ...partly.keys()]);
  const surplus = grants.filter((grant) => ofPolicy.has(grant.role) && !wanted.has(keyOf(grant)));
  const inTheWay = denials.filter((denial) =>
    [...wanted.values()].some((grant) => grant.role === denial.role && meet(grant, denial)),
  );
  const revoked = [...surplus, ...inTheWay];
  const missing = [...wanted.values()].filter(
    (grant) => !present.has(keyOf(grant)) || isUndone(grant, revoked),
  );
  return {
    statements: [...revoked.map(revokeUnmask), ...missing.map(grantUnmask)],
    caveats,
    open: openings
      .filter((opening) => partly.has(opening.role) && !clear.includes(opening.role))
      .filter((opening) => opening.column === undefined || !wanted.has(keyOf(opening)))
      .map(openingCaveat),
  };
}

/** True where one of two scopes holds the other. */
function meet(one: UnmaskGrant, other: UnmaskGrant): boolean {
  const same = (a: string | undefined, b: string | undefined) =>
    a === undefined || b === undefined || a === b;
  return same(one.schema, other.schema) && same(one.table, other.table) && same(one.column, other.column);
}

function openingCaveat(opening: Opening): MaskingCaveat {
  const { role, through, right } = opening;
  const own = `has ${right}${scopeOf(opening)}, and sees through masks by it: revoke it`;
  const mend =
    through === 'public' ? 'revoke it there' : 'take it out of that role, or revoke the right there';
  const inherited = `sees through masks by '${through}', which has ${right === 'db_owner' ? 'every right' : `${right}${scopeOf(opening)}`}: ${mend}`;
  return { where: `role ${role}`, what: through === role ? own : inherited };
}

/** True for a column's grant that revoking its table's takes away; revokes come first. */
function isUndone({ role, schema, table, column }: UnmaskGrant, revoked: readonly UnmaskGrant[]): boolean {
  return (
    column !== undefined &&
    revoked.some(
      (grant) =>
        grant.role === role && grant.schema === schema && grant.table === table && grant.column === undefined,
    )
  );
}

/** Equal for grants of the same to the same. */
function keyOf({ role, schema, table, column }: UnmaskGrant): string {
  return JSON.stringify([role, schema, table, column]);
}

export function grantUnmask(grant: UnmaskGrant): SchemaStatement {
  return {
    makes: `unmask for ${grant.role}`,
    sql: `grant unmask${scopeOf(grant)} to ${quoteName(grant.role)}`,
  };
}

/** Takes a grant back, or a denial. */
export function revokeUnmask(grant: PresentGrant): SchemaStatement {
  return {
    makes: `unmask for ${grant.role}`,
    sql: `revoke unmask${scopeOf(grant)} from ${quoteName(grant.role)}${grant.mayGrant ? ' cascade' : ''}`,
  };
}

function scopeOf({ schema, table, column }: UnmaskGrant): string {
  if (schema === undefined) return '';
  if (table === undefined) return ` on schema::${quoteName(schema)}`;
  return ` on ${quoteRelation({ schema, name: table })}${column === undefined ? '' : ` (${quoteName(column)})`}`;
}
