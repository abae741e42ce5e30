import { printColumnName } from '../../domain/catalog/catalog.js';
import type { ColumnMask } from '../../domain/policy/column-mask.js';
import type { RoleView } from '../../domain/rewriting/rewrite-context.js';
import type { SchemaStatement } from '../schema-statements.js';
import type {
  MaskingCaveat,
  NativeMasking,
  NativeMaskingPlan,
  NativeMaskingRequest,
} from '../native-masking.js';
import { connect, type SqlServerConnection } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { planDynamicMasking, readDynamicMasks } from './dynamic-masking.js';
import { introspect } from './introspection.js';
import { planUnmask, readUnmaskState, revokeUnmask } from './unmask-grants.js';

/** Dynamic Data Masking: masks on columns, for everybody who has no UNMASK. */
export const sqlServerNativeMasking: NativeMasking = {
  plan: (location, request) =>
    inSession(location, async (connection) => (await prepare(connection, request)).plan),

  apply: (location, request) =>
    inSession(location, async (connection) => {
      const { plan } = await prepare(connection, request);
      await run(connection, plan.statements);
      return plan;
    }),

  drift: (location, request) =>
    inSession(location, async (connection) => {
      const { plan, open } = await prepare(connection, request);
      const undone = plan.statements.map(({ makes, sql }): MaskingCaveat => ({
        where: makes,
        what: `is not as the policy has it: ${sql}`,
      }));
      return [...undone, ...open];
    }),

  revert: (location, { grantee, clear, otherViews }) =>
    inSession(location, async (connection) => {
      const present = await readDynamicMasks(connection);
      const { statements } = planDynamicMasking(await introspect(connection), [], present);
      const ofPolicy = new Set([grantee, ...clear, ...otherViews.keys()]);
      const { grants } = await readUnmaskState(connection);
      const all = [...statements, ...grants.filter(({ role }) => ofPolicy.has(role)).map(revokeUnmask)];
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
  { viewOf, grantee, clear, otherViews }: NativeMaskingRequest,
): Promise<{ readonly plan: NativeMaskingPlan; readonly open: readonly MaskingCaveat[] }> {
  const catalog = await introspect(connection);
  const views = Array.from(
    [[grantee, viewOf] as const, ...otherViews],
    ([role, ofRole]) => [role, ofRole(catalog).masks] as const,
  );
  const plan = planDynamicMasking(catalog, maskedForAny(views), await readDynamicMasks(connection));
  const partly = new Map(
    views.map(([role, masks]) => [
      role,
      plan.masks.flatMap(({ column }) => (masks.has(printColumnName(column)) ? [] : [column])),
    ]),
  );
  const unmask = planUnmask({ clear, partly }, await readUnmaskState(connection));
  return {
    plan: {
      statements: [...plan.statements, ...unmask.statements],
      unmaskable: [
        ...plan.unmaskable.map(({ column, why }) => ({ where: printColumnName(column), what: why })),
        ...unmask.caveats,
        ...unmask.open,
      ],
      inference: plan.inference.map(({ column, how }) => ({ where: printColumnName(column), what: how })),
    },
    open: unmask.open,
  };
}

/** A mask on a column is everybody's: what any role may not see is masked, as the first of them has it. */
function maskedForAny(views: readonly (readonly [string, RoleView['masks']])[]): readonly ColumnMask[] {
  const all = new Map<string, ColumnMask>();
  for (const [, masks] of views) for (const [name, mask] of masks) if (!all.has(name)) all.set(name, mask);
  return [...all.values()];
}

async function run(connection: SqlServerConnection, statements: readonly SchemaStatement[]): Promise<void> {
  await connection.query('begin transaction');
  for (const { sql } of statements) await connection.query(sql);
  await connection.query('commit transaction');
}
