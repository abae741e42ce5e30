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

/** What the server has, and what it can have. */
export interface UnmaskState {
  readonly grants: readonly UnmaskGrant[];
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
  const grants = await connection.query<Record<'role' | 'schema' | 'table' | 'column', string | null>>(`
    select u.name as [role], coalesce(s.name, os.name) as [schema], o.name as [table], c.name as [column]
    from sys.database_permissions p
    join sys.database_principals u on u.principal_id = p.grantee_principal_id
    left join sys.schemas s on p.class = 3 and s.schema_id = p.major_id
    left join sys.objects o on p.class = 1 and o.object_id = p.major_id
    left join sys.schemas os on os.schema_id = o.schema_id
    left join sys.columns c on p.class = 1 and c.object_id = p.major_id and c.column_id = p.minor_id
    where p.permission_name = 'UNMASK' and p.state in ('G', 'W')
    order by 1, 2, 3, 4`);
  const principals = await connection.query<{ name: string }>(
    'select name as name from sys.database_principals',
  );
  const [{ levels }] = await connection.query<{ levels: number }>(
    `select count(*) as levels from sys.fn_builtin_permissions(N'OBJECT') where permission_name = 'UNMASK'`,
  );
  return {
    grants: grants.map(({ role, schema, table, column }) => ({
      role: role!,
      ...(schema === null ? {} : { schema }),
      ...(table === null ? {} : { table }),
      ...(column === null ? {} : { column }),
    })),
    principals: new Set(principals.map(({ name }) => name)),
    isGranular: levels > 0,
  };
}

/**
 * Grants and revokes that give each role of the policy what it may see and no more: everything on the database,
 * anything less column by column, since a wider grant would uncover what is masked later. Grants of others stay.
 */
export function planUnmask(
  { clear, partly }: UnmaskWishes,
  { grants, principals, isGranular }: UnmaskState,
): { readonly statements: readonly SchemaStatement[]; readonly caveats: readonly MaskingCaveat[] } {
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
  const missing = [...wanted.values()].filter(
    (grant) => !present.has(keyOf(grant)) || isUndone(grant, surplus),
  );
  return { statements: [...surplus.map(revokeUnmask), ...missing.map(grantUnmask)], caveats };
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

export function revokeUnmask(grant: UnmaskGrant): SchemaStatement {
  return {
    makes: `unmask for ${grant.role}`,
    sql: `revoke unmask${scopeOf(grant)} from ${quoteName(grant.role)}`,
  };
}

function scopeOf({ schema, table, column }: UnmaskGrant): string {
  if (schema === undefined) return '';
  if (table === undefined) return ` on schema::${quoteName(schema)}`;
  return ` on ${quoteRelation({ schema, name: table })}${column === undefined ? '' : ` (${quoteName(column)})`}`;
}
