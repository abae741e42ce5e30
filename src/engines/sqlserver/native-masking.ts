import { printColumnName } from '../../domain/catalog/catalog.js';
import type { SchemaStatement } from '../schema-statements.js';
import type {
  MaskingCaveat,
  NativeMasking,
  NativeMaskingPlan,
  NativeMaskingRequest,
} from '../native-masking.js';
import { connect, type SqlServerConnection } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { planDynamicMasking, readDynamicMasks, unmaskGrant } from './dynamic-masking.js';
import { quoteName } from './identifiers.js';
import { introspect } from './introspection.js';

/** Dynamic Data Masking: masks on columns, for everybody who has no UNMASK. */
export const sqlServerNativeMasking: NativeMasking = {
  plan: (location, request) => inSession(location, (connection) => prepare(connection, request)),

  apply: (location, request) =>
    inSession(location, async (connection) => {
      const plan = await prepare(connection, request);
      await run(connection, plan.statements);
      return plan;
    }),

  drift: (location, request) =>
    inSession(location, async (connection) => {
      const { statements } = await prepare(connection, request);
      return statements.map(({ makes, sql }): MaskingCaveat => ({
        where: makes,
        what: `is missing: ${sql}`,
      }));
    }),

  revert: (location, { clear }) =>
    inSession(location, async (connection) => {
      const present = await readDynamicMasks(connection);
      const { statements } = planDynamicMasking(await introspect(connection), [], present);
      const all = [...statements, ...clear.map(revokeUnmask)];
      await run(connection, all);
      return all;
    }),
};

async function inSession<T>(
  location: string,
  work: (connection: SqlServerConnection) => Promise<T>,
): Promise<T> {
  const connection = await connect(location);
  try {
    return await work(connection);
  } catch (error) {
    throw translateDriverError(error, 'masking in the database, of which nothing was kept');
  } finally {
    connection.close();
  }
}

async function prepare(
  connection: SqlServerConnection,
  { viewOf, clear }: NativeMaskingRequest,
): Promise<NativeMaskingPlan> {
  const catalog = await introspect(connection);
  const masks = [...viewOf(catalog).masks.values()];
  const plan = planDynamicMasking(catalog, masks, await readDynamicMasks(connection));
  const granted = await unmasked(connection);
  return {
    statements: [
      ...plan.statements,
      ...clear.filter((role) => !granted.has(role)).map((role) => unmaskGrant(role)),
    ],
    unmaskable: plan.unmaskable.map(({ column, why }) => ({ where: printColumnName(column), what: why })),
    inference: plan.inference.map(({ column, how }) => ({ where: printColumnName(column), what: how })),
  };
}

/** Principals that see everything of the database. */
async function unmasked(connection: SqlServerConnection): Promise<ReadonlySet<string>> {
  const rows = await connection.query<{ name: string }>(`
    select u.name as name
    from sys.database_permissions p join sys.database_principals u on u.principal_id = p.grantee_principal_id
    where p.permission_name = 'UNMASK' and p.class = 0 and p.state in ('G', 'W')`);
  return new Set(rows.map(({ name }) => name));
}

function revokeUnmask(role: string): SchemaStatement {
  return { makes: `unmask for ${role}`, sql: `revoke unmask from ${quoteName(role)}` };
}

async function run(connection: SqlServerConnection, statements: readonly SchemaStatement[]): Promise<void> {
  await connection.query('begin transaction');
  for (const { sql } of statements) await connection.query(sql);
  await connection.query('commit transaction');
}
