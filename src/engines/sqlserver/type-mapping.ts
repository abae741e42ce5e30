import type { ColumnType, TypeFamily } from '../../domain/catalog/column-type.js';

/** What `sys.columns` and `sys.types` say of a column's type. */
export interface TypeRow {
  /** The system type under an alias type: `nvarchar`. */
  readonly baseType: string;
  /** The type as declared; an alias type has a schema of its own. */
  readonly typeName: string;
  readonly typeSchema: string;
  readonly isAlias: boolean;
  /** Bytes; -1 for `max`. */
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
  readonly collation: string | null;
}

/** The fields of a `TypeRow`, of a column `c` of `sys.columns` beside `typeJoins`. */
export const typeFields = `
  b.name as baseType, t.name as typeName, schema_name(t.schema_id) as typeSchema, t.is_user_defined as isAlias,
  cast(c.max_length as int) as maxLength, cast(c.precision as int) as precision, cast(c.scale as int) as scale,
  c.collation_name as collation`.trim();

/** The type `t` of a column `c`, and the system type `b` under an alias type. Types of the CLR (240) have none under them. */
export const typeJoins = `
  join sys.types t on t.user_type_id = c.user_type_id
  join sys.types b on b.user_type_id =
    case when t.is_user_defined = 1 and t.system_type_id <> 240 then t.system_type_id else t.user_type_id end`.trim();

const families = new Map<string, TypeFamily>(
  (
    [
      ['text', ['char', 'varchar', 'text', 'nchar', 'nvarchar', 'ntext', 'sysname']],
      ['integer', ['tinyint', 'smallint', 'int', 'bigint']],
      ['decimal', ['decimal', 'numeric', 'money', 'smallmoney']],
      ['float', ['real', 'float']],
      ['boolean', ['bit']],
      ['date', ['date']],
      ['time', ['time']],
      ['timestamp', ['datetime', 'smalldatetime', 'datetime2', 'datetimeoffset']],
      ['uuid', ['uniqueidentifier']],
      ['json', ['json']],
      ['xml', ['xml']],
      ['binary', ['binary', 'varbinary', 'image', 'timestamp', 'rowversion']],
      ['geometry', ['geometry', 'geography']],
    ] as const
  ).flatMap(([family, names]) => names.map((name) => [name, family] as const)),
);

const unicode = new Set(['nchar', 'nvarchar', 'sysname']);
const withLength = new Set(['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary']);
const withScale = new Set(['time', 'datetime2', 'datetimeoffset']);

/** A column's type as the catalog keeps it; alias types carry the limits of what they stand for. */
export function columnTypeOf(row: TypeRow): ColumnType {
  const { baseType, collation } = row;
  const family = families.get(baseType) ?? 'other';
  const characters = charactersOf(row);
  const domain = {
    name: `${row.typeSchema}.${row.typeName}`,
    base: declarationOf(row),
    notNull: false,
    checks: [],
  };
  return {
    name: row.isAlias ? domain.name : declarationOf(row),
    family,
    ...(characters === undefined ? {} : { maxLength: characters }),
    ...(baseType === 'char' || baseType === 'nchar' ? { padded: true } : {}),
    // _CI_ in a collation's name: case-insensitive; the default of most installations.
    ...(collation !== null && /_CI(_|$)/i.test(collation) ? { caseInsensitive: true } : {}),
    ...(family === 'decimal' ? { precision: row.precision, scale: row.scale } : {}),
    ...(row.isAlias ? { domain } : {}),
  };
}

/** The type as T-SQL declares it: `nvarchar(30)`, `decimal(10,2)`, `datetime2(7)`, `varbinary(max)`. */
export function declarationOf({ baseType, maxLength, precision, scale }: TypeRow): string {
  if (withLength.has(baseType)) {
    const length = maxLength === -1 ? 'max' : String(unicode.has(baseType) ? maxLength / 2 : maxLength);
    return `${baseType}(${length})`;
  }
  if (withScale.has(baseType)) return `${baseType}(${scale})`;
  if (baseType === 'decimal' || baseType === 'numeric') return `${baseType}(${precision},${scale})`;
  if (baseType === 'float' && precision <= 24) return 'real';
  return baseType;
}

/** A varchar's length counts bytes; under a UTF-8 collation a character may take more than one. */
function charactersOf({ baseType, maxLength }: TypeRow): number | undefined {
  if (maxLength === -1 || !withLength.has(baseType) || baseType.endsWith('binary')) return undefined;
  return unicode.has(baseType) ? maxLength / 2 : maxLength;
}
