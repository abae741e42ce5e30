import type { SchemaSections } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';

/** A system view, which of its rows count, what they are, and why a copy goes without them. */
type LeftOut = readonly [view: string, condition: string, what: string, why: string];

const leftOut: readonly LeftOut[] = [
  [
    'database_principals',
    `type in ('S', 'U', 'G', 'E', 'X') and principal_id > 4`,
    'users and their grants',
    'who may see a copy is decided where it stands',
  ],
  [
    'security_policies',
    '1 = 1',
    'security policies',
    'who may see which rows of a copy is decided where it stands',
  ],
  ['sensitivity_classifications', '1 = 1', 'classified columns', 'they tell of the source’s values'],
  ['masked_columns', 'is_masked = 1', 'dynamic masks', 'the values are masked in the copy itself'],
  ['change_tracking_tables', '1 = 1', 'tables with change tracking', 'it tells of changes in the source'],
  ['fulltext_indexes', '1 = 1', 'full-text indexes', 'their catalogs belong to the server'],
  ['xml_indexes', '1 = 1', 'XML indexes', 'they are made anew where they are wanted'],
  ['spatial_indexes', '1 = 1', 'spatial indexes', 'they are made anew where they are wanted'],
  ['hash_indexes', '1 = 1', 'hash indexes', 'they belong to memory-optimised tables'],
  ['partition_schemes', '1 = 1', 'partition schemes', 'where rows are kept is decided by the copy’s server'],
  ['assemblies', 'is_user_defined = 1', 'assemblies and what they define', 'their code runs in the server'],
  [
    'table_types',
    'is_memory_optimized = 1',
    'memory-optimised table types',
    'they need a file group of their own',
  ],
  ['triggers', 'parent_class = 0', 'database triggers', 'they would fire while the copy is built'],
  ['column_master_keys', '1 = 1', 'column master keys', 'keys stay where they are'],
];

/** What belongs to the server, to people, or to the source alone; a copy goes without it. */
export async function readLeftOut(connection: SqlServerConnection): Promise<SchemaSections['leftOut']> {
  const names = leftOut.map(([view]) => `N'${view}'`).join(', ');
  const there = await connection.query<{ name: string }>(
    `select v.name as name from sys.all_views v where v.schema_id = schema_id(N'sys') and v.name in (${names})`,
  );
  const known = new Set(there.map(({ name }) => name));
  const asked = leftOut.filter(([view]) => known.has(view));
  if (asked.length === 0) return [];
  const counts = asked.map(
    ([view, condition]) => `select N'${view}' as [view], count(*) as n from sys.${view} where ${condition}`,
  );
  const rows = await connection.query<{ view: string; n: number }>(counts.join(' union all '));
  return rows
    .filter(({ n }) => n > 0)
    .map(({ view, n }) => {
      const [, , what, why] = asked.find(([name]) => name === view)!;
      return { what: `${n} ${what}`, why };
    });
}
