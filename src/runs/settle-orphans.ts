import type { Catalog, ForeignKey, RelationName } from '../domain/catalog/catalog.js';
import type { OrphanRule } from '../domain/policy/policy.js';
import type { SchemaStatement } from '../engines/schema-statements.js';
import { OrphanedRowsError, type ScrubTarget } from '../engines/scrub-target.js';

/** What was done about rows that referred to nothing in the source already. */
export interface SettledOrphans {
  readonly table: RelationName;
  /** Name of the foreign key. */
  readonly key: string;
  readonly columns: readonly string[];
  readonly rule: Exclude<OrphanRule, 'refuse'>;
  readonly rows: number;
}

/**
 * Makes an index, key or whatever else comes after the rows; where rows already break a foreign key, does
 * with them what the policy says.
 * @returns what was done, or undefined when the key could be made as it is
 * @throws OrphanedRowsError with their number, when the policy says nothing
 */
export async function makeKey(
  target: ScrubTarget,
  source: Catalog,
  statement: SchemaStatement,
  rule: OrphanRule,
): Promise<SettledOrphans | undefined> {
  const make = (sql = statement.sql) =>
    statement.locks ? target.executeBeside({ ...statement, sql }) : target.execute([{ ...statement, sql }]);
  try {
    await make();
    return undefined;
  } catch (error) {
    if (!(error instanceof OrphanedRowsError) || !statement.foreignKey) throw error;
    const { table, name, unvalidated } = statement.foreignKey;
    const key = foreignKeyOf(source, table, name);
    if (rule === 'refuse') throw new OrphanedRowsError(table, name, await target.countOrphans(table, key));
    if (rule === 'keep') {
      await make(unvalidated);
      return { table, key: name, columns: key.columns, rule, rows: await target.countOrphans(table, key) };
    }
    const rows = await target.settleOrphans(table, key, rule);
    await make();
    return { table, key: name, columns: key.columns, rule, rows };
  }
}

function foreignKeyOf({ tables }: Catalog, table: RelationName, name: string): ForeignKey {
  const found = tables.find((own) => own.schema === table.schema && own.name === table.name);
  return found!.foreignKeys.find((key) => key.name === name)!;
}
