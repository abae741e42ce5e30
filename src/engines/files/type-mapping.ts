import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBUnionType,
} from '@duckdb/node-api';
import type { ColumnType, TypeFamily } from '../../domain/catalog/column-type.js';

/** Families of DuckDB's scalar types, by the name that it prints. */
const families = new Map<string, TypeFamily>(
  (
    [
      ['text', ['VARCHAR']],
      [
        'integer',
        [
          'TINYINT',
          'SMALLINT',
          'INTEGER',
          'BIGINT',
          'HUGEINT',
          'UTINYINT',
          'USMALLINT',
          'UINTEGER',
          'UBIGINT',
          'UHUGEINT',
          'BIGNUM',
        ],
      ],
      ['float', ['FLOAT', 'DOUBLE']],
      ['boolean', ['BOOLEAN']],
      ['date', ['DATE']],
      ['time', ['TIME', 'TIME WITH TIME ZONE', 'TIME_NS']],
      ['timestamp', ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMP WITH TIME ZONE']],
      ['interval', ['INTERVAL']],
      ['uuid', ['UUID']],
      ['json', ['JSON']],
      ['binary', ['BLOB']],
      ['geometry', ['GEOMETRY']],
    ] as const
  ).flatMap(([family, names]) => names.map((name) => [name, family] as const)),
);

/** The type of a column whose values are single, by DuckDB's name for it: `BIGINT`. */
export function scalarType(name: string): ColumnType {
  return { name: name.toLowerCase(), family: families.get(name) ?? 'other' };
}

/**
 * A DuckDB type as a column type. Lists of single values are arrays; whatever is nested deeper is read
 * path by path, like JSON. Shapes of structs stay out of the name: readers infer them from some rows, so
 * that they may differ from scan to scan where nothing has changed.
 */
export function columnType(type: DuckDBType): ColumnType {
  if (type instanceof DuckDBDecimalType) {
    const { width, scale } = type;
    return { name: `decimal(${width},${scale})`, family: 'decimal', precision: width, scale };
  }
  if (type instanceof DuckDBEnumType) return { name: 'enum', family: 'enum', labels: type.values };
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const element = columnType(type.valueType);
    const name = `${element.name}[]`;
    return element.family === 'json' || element.family === 'array'
      ? { name, family: 'json' }
      : { name, family: 'array', element };
  }
  if (type instanceof DuckDBStructType) return { name: 'struct', family: 'json' };
  if (type instanceof DuckDBMapType) return { name: 'map', family: 'json' };
  if (type instanceof DuckDBUnionType) return { name: 'union', family: 'json' };
  return scalarType(type.alias ?? String(type));
}
