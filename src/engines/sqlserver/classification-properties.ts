import type { ColumnName } from '../../domain/catalog/catalog.js';
import type { NativeClassification } from '../../domain/classification/native-classification.js';
import type { SchemaStatement } from '../schema-statements.js';
import type { SqlServerConnection } from './connection.js';
import { quoteLiteral } from './identifiers.js';

/**
 * Where servers without a catalog of classifications (before SQL Server 2019) keep them: four extended properties of a
 * column, which Management Studio reads and writes. They have no ranks.
 * Source: https://learn.microsoft.com/sql/relational-databases/security/sql-data-discovery-and-classification
 */
const properties = {
  label: 'sys_sensitivity_label_name',
  labelId: 'sys_sensitivity_label_id',
  informationType: 'sys_information_type_name',
  informationTypeId: 'sys_information_type_id',
} as const;

type Part = keyof typeof properties;

const parts = Object.keys(properties) as Part[];

/** The names of the properties. */
export const classificationProperties: readonly string[] = Object.values(properties);

interface PropertyRow {
  readonly relation: number;
  readonly column: string;
  readonly name: string;
  readonly says: string | null;
}

/** Classifications by object id and column, as `readClassifications` has them. */
export async function readClassificationProperties(
  connection: SqlServerConnection,
): Promise<ReadonlyMap<string, NativeClassification>> {
  const rows = await connection.query<PropertyRow>(`
    select p.major_id as relation, c.name as [column], p.name as name, cast(p.value as nvarchar(256)) as says
    from sys.extended_properties p
    join sys.columns c on c.object_id = p.major_id and c.column_id = p.minor_id
    where p.class = 1 and p.name in (${classificationProperties.map(quoteLiteral).join(', ')})`);
  return new Map(
    [...Map.groupBy(rows, ({ relation, column }) => `${relation} ${column}`)].map(([column, own]) => {
      const says = new Map(own.map((row) => [row.name, row.says ?? '']));
      const [labelId, informationTypeId] = [properties.labelId, properties.informationTypeId].map((name) =>
        says.get(name),
      );
      return [
        column,
        {
          label: says.get(properties.label) ?? '',
          informationType: says.get(properties.informationType) ?? '',
          ...(labelId === undefined ? {} : { labelId }),
          ...(informationTypeId === undefined ? {} : { informationTypeId }),
        },
      ];
    }),
  );
}

/** What brings a column's properties from one classification to another; undefined is none. */
export function propertyStatements(
  column: ColumnName,
  before: NativeClassification | undefined,
  after: NativeClassification | undefined,
  makes: string,
): SchemaStatement[] {
  const at = [
    ['SCHEMA', column.schema],
    ['TABLE', column.table],
    ['COLUMN', column.column],
  ].map(([kind, name], i) => `@level${i}type = N'${kind}', @level${i}name = ${quoteLiteral(name)}`);
  return parts.flatMap((part): SchemaStatement[] => {
    const [was, is] = [before?.[part] ?? '', after?.[part] ?? ''];
    if (was === is) return [];
    const verb = is === '' ? 'drop' : was === '' ? 'add' : 'update';
    const value = is === '' ? [] : [`@value = ${quoteLiteral(is)}`];
    const given = [`@name = N'${properties[part]}'`, ...value, ...at];
    return [{ makes, sql: `exec sys.sp_${verb}extendedproperty ${given.join(', ')}` }];
  });
}
