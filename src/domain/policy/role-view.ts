import { type Catalog, columnsOf, parseNameParts, printColumnName } from '../catalog/catalog.js';
import { parseTechniqueOptions } from '../masking/technique-registry.js';
import type { RoleView } from '../rewriting/rewrite-context.js';
import type { ColumnMask } from './column-mask.js';
import { type DecisionBasis, decideMasks } from './decide-masks.js';

/** What a role sees that no policy masks anything for. */
export function clearView(role: string): RoleView {
  return { role, access: 'clear', masks: new Map() };
}

/**
 * What a role sees by a policy when it queries. A scrub stops for columns that nobody has decided on; a
 * query shows NULL in their place, so that a column which was added a second ago shows nothing either.
 */
export function maskedView(
  role: string,
  basis: DecisionBasis,
  trustedFunctions: readonly string[] = [],
): RoleView {
  const { masks, refusals } = decideMasks(basis);
  const all = new Map(masks);
  for (const { where, problem } of refusals) {
    if (!all.has(where)) all.set(where, nothing(where, problem));
  }
  for (const name of foreignColumns(basis.catalog)) all.set(name, nothing(name, 'rows of another server'));
  return { role, access: 'masked', masks: all, trustedFunctions };
}

/** Foreign tables are in no plan of a scrub, and their columns have no decision. */
function* foreignColumns(catalog: Catalog): Generator<string> {
  for (const { table, name } of columnsOf(catalog)) if (table.kind === 'foreign') yield printColumnName(name);
}

function nothing(printed: string, because: string): ColumnMask {
  const [schema, table, column] = parseNameParts(printed)!;
  return {
    column: { schema, table, column },
    informationType: 'unlabelled',
    sensitivity: 'restricted',
    technique: 'null',
    options: parseTechniqueOptions('null', {}),
    domain: 'unlabelled',
    because,
  };
}
