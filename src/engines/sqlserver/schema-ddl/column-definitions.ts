import { quoteName } from '../identifiers.js';
import { declarationOf, typeFields, typeJoins, type TypeRow } from '../type-mapping.js';

/** A column of a table, or of a table type, as the catalog keeps it. */
export interface ColumnRow extends TypeRow {
  readonly relation: number;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly nullable: boolean;
  readonly computed: string | null;
  readonly persisted: boolean | null;
  readonly default: string | null;
  readonly defaultName: string | null;
  readonly seed: string | null;
  readonly increment: string | null;
  readonly databaseCollation: string;
  readonly sparse: boolean;
  readonly columnSet: boolean;
}

/** @param names whether its default may be named: constraints of table types have no names of their own */
export function columnDefinition(row: ColumnRow, names: 'named' | 'nameless' = 'named'): string {
  const name = quoteName(row.name);
  if (row.computed !== null)
    return `${name} as ${row.computed}${row.persisted === true ? ' persisted' : ''}${row.persisted === true && !row.nullable ? ' not null' : ''}`;
  if (row.columnSet) return `${name} xml column_set for all_sparse_columns`;
  const type = row.isAlias ? `${quoteName(row.typeSchema)}.${quoteName(row.typeName)}` : declaredType(row);
  const parts = [name, type];
  // An alias type has the collation of its database, and may not be given another here.
  if (row.collation !== null && !row.isAlias && row.collation !== row.databaseCollation)
    parts.push(`collate ${row.collation}`);
  if (row.sparse) parts.push('sparse');
  if (row.seed !== null) parts.push(`identity(${row.seed}, ${row.increment})`);
  parts.push(row.nullable ? 'null' : 'not null');
  if (row.default !== null) {
    const named = names === 'named' ? `constraint ${quoteName(row.defaultName!)} ` : '';
    parts.push(`${named}default ${row.default}`);
  }
  return parts.join(' ');
}

/** `timestamp` is the catalog's name of what is declared as rowversion. */
function declaredType(row: ColumnRow): string {
  return row.baseType === 'timestamp' ? 'rowversion' : declarationOf(row);
}

/**
 * Columns in their order, relation by relation.
 * @param relations `o`, what has the columns, and which of them count: `sys.tables` or `sys.table_types`
 */
export const columnsQuery = (relations: {
  readonly view: string;
  readonly id: string;
  readonly condition: string;
  readonly columnSets: boolean;
}) => `
  select o.${relations.id} as relation, s.name as [schema], o.name as [table], c.name as name,
         ${typeFields}, c.is_nullable as nullable, k.definition as computed,
         k.is_persisted as persisted, d.definition as [default], d.name as defaultName, c.is_sparse as sparse,
         ${relations.columnSets ? 'c.is_column_set' : 'cast(0 as bit)'} as columnSet,
         cast(i.seed_value as varchar(40)) as seed, cast(i.increment_value as varchar(40)) as increment,
         cast(databasepropertyex(db_name(), 'Collation') as nvarchar(128)) as databaseCollation
  from sys.columns c
  join sys.${relations.view} o on o.${relations.id} = c.object_id
  join sys.schemas s on s.schema_id = o.schema_id
  ${typeJoins}
  left join sys.computed_columns k on k.object_id = c.object_id and k.column_id = c.column_id
  left join sys.default_constraints d on d.parent_object_id = c.object_id and d.parent_column_id = c.column_id
  left join sys.identity_columns i on i.object_id = c.object_id and i.column_id = c.column_id
  where ${relations.condition}
  order by o.${relations.id}, c.column_id`;
