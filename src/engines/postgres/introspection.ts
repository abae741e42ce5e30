import type pg from 'pg';
import {
  printRelationName,
  type Catalog,
  type CheckConstraint,
  type Column,
  type ExclusionConstraint,
  type ForeignKey,
  type SearchVector,
  type Table,
  type TableKind,
  type UniqueKey,
  type View,
} from '../../domain/catalog/catalog.js';
import { loadPostgresParser } from '../../domain/rewriting/postgres/parser.js';
import {
  aboutQuery,
  columnsQuery,
  constraintsQuery,
  dependenciesQuery,
  indexesQuery,
  parentsQuery,
  partitionsQuery,
  relationsQuery,
  searchVectorsQuery,
  typesQuery,
  type ColumnRow,
  type ConstraintRow,
  type IndexRow,
  type LinkRow,
  type PartitionRow,
  type RelationRow,
  type VectorRow,
} from './catalog-queries.js';
import { TypeMapping, type TypeRow } from './type-mapping.js';
import { viewLineage } from './view-lineage.js';

/**
 * The whole catalog in a fixed number of queries, however many tables there are. Each query answers
 * one JSON document, so that numbers, arrays and booleans arrive as what they are.
 */
export async function introspect(client: pg.ClientBase): Promise<Catalog> {
  const [about, relations, columns, types, constraints, indexes, parents, partitions, dependencies, vectors] =
    [
      await rowsOf<{ version: string; database: string }>(client, aboutQuery),
      await rowsOf<RelationRow>(client, relationsQuery),
      await rowsOf<ColumnRow>(client, columnsQuery),
      await rowsOf<TypeRow>(client, typesQuery),
      await rowsOf<ConstraintRow>(client, constraintsQuery),
      await rowsOf<IndexRow>(client, indexesQuery),
      await rowsOf<LinkRow>(client, parentsQuery),
      await rowsOf<PartitionRow>(client, partitionsQuery),
      await rowsOf<LinkRow>(client, dependenciesQuery),
      await rowsOf<VectorRow>(client, searchVectorsQuery),
    ];
  const mapping = new TypeMapping(types);
  const columnsOf = grouped(columns);
  const constraintsOf = grouped(constraints);
  const indexesOf = grouped(indexes);
  const parentsOf = grouped(parents);
  const partitionsOf = grouped(partitions);
  const readsOf = grouped(dependencies);
  const vectorsOf = grouped(vectors);

  const columnNames = new Map(
    relations.map(({ oid, schema, name }) => [
      printRelationName({ schema, name }),
      (columnsOf.get(oid) ?? []).map((column) => column.name),
    ]),
  );
  if (relations.some(({ definition }) => definition !== null)) await loadPostgresParser();

  const tables: Table[] = [];
  const views: View[] = [];
  for (const relation of relations) {
    const { oid, schema, name } = relation;
    const described = (columnsOf.get(oid) ?? []).map((row, i) => columnFrom(row, i + 1, mapping));
    const comment = relation.comment === null ? {} : { comment: relation.comment };
    if (relation.kind === 'v' || relation.kind === 'm') {
      const readsFrom = (readsOf.get(oid) ?? []).map(({ other }) => other);
      const definition = relation.definition ?? '';
      const reads = readsFrom.map((read) => ({
        ...read,
        columns: columnNames.get(printRelationName(read)) ?? [],
      }));
      const lineage = viewLineage(definition, reads);
      views.push({
        schema,
        name,
        kind: relation.kind === 'v' ? 'view' : 'materialised-view',
        columns: described.map((column, at) => ({ ...column, ...(lineage && { shows: lineage[at] ?? [] }) })),
        definition,
        readsFrom,
        ...comment,
      });
      continue;
    }
    const own = constraintsOf.get(oid) ?? [];
    tables.push({
      schema,
      name,
      kind: tableKind(relation),
      columns: described,
      uniqueKeys: (indexesOf.get(oid) ?? []).map(uniqueKeyFrom),
      foreignKeys: own.filter(({ kind }) => kind === 'f').map(foreignKeyFrom),
      checks: own.filter(({ kind }) => kind === 'c').map(checkFrom),
      exclusions: own.filter(({ kind }) => kind === 'x').map(exclusionFrom),
      parents: (parentsOf.get(oid) ?? []).map(({ other }) => other),
      partitionKey: partitionsOf.get(oid)?.[0]?.key ?? [],
      ...(vectorsOf.has(oid) ? { searchVectors: vectorsOf.get(oid)!.map(searchVectorFrom) } : {}),
      ...comment,
      ...(relation.rows >= 0 ? { estimatedRows: relation.rows } : {}),
      estimatedBytes: relation.bytes,
      ...(relation.readable ? {} : { unreadable: 'the role has no SELECT on it' }),
    });
  }
  const { version, database } = about[0];
  return { engine: 'postgres', serverVersion: version, database, tables, views };
}

export async function rowsOf<Row>(client: pg.ClientBase, query: string): Promise<Row[]> {
  const { rows } = await client.query<{ rows: string }>(
    `select coalesce(json_agg(q), '[]')::text as rows from (${query}) q`,
  );
  return JSON.parse(rows[0].rows) as Row[];
}

function grouped<Row extends { readonly relation: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, Row[]> {
  return Map.groupBy(rows, ({ relation }) => relation);
}

function tableKind({ kind, isPartition }: RelationRow): TableKind {
  if (kind === 'p') return 'partitioned';
  if (kind === 'f') return 'foreign';
  return isPartition ? 'partition' : 'table';
}

function columnFrom(row: ColumnRow, ordinal: number, mapping: TypeMapping): Column {
  const generated = ({ s: 'stored', v: 'virtual' } as const)[row.generated];
  const identity = ({ a: 'always', d: 'by-default' } as const)[row.identity];
  return {
    name: row.name,
    ordinal,
    type: mapping.typeOf(row.type, row.modifier, row.printed),
    nullable: !row.notNull,
    ...(row.default === null ? {} : { default: row.default }),
    ...(generated ? { generated } : {}),
    ...(identity ? { identity } : {}),
    ...(row.collation === null ? {} : { collation: row.collation }),
    ...(row.comment === null ? {} : { comment: row.comment }),
  };
}

function uniqueKeyFrom({
  name,
  primary,
  columns,
  expressions,
  predicate,
  nullsNotDistinct,
  withoutOverlaps,
}: IndexRow): UniqueKey {
  return {
    name,
    columns: columns ?? [],
    primary,
    ...(expressions ? { expressions } : {}),
    ...(predicate === null ? {} : { predicate }),
    ...(nullsNotDistinct ? { nullsNotDistinct } : {}),
    ...(withoutOverlaps ? { withoutOverlaps } : {}),
  };
}

function foreignKeyFrom(row: ConstraintRow): ForeignKey {
  return {
    name: row.name,
    columns: row.columns ?? [],
    references: { ...row.referenced!, columns: row.referencedColumns ?? [] },
    matchFull: row.matchFull,
    deferrable: row.deferrable,
    validated: row.validated,
    ...(row.period ? { period: true } : {}),
  };
}

function checkFrom({ name, columns, validated, definition }: ConstraintRow): CheckConstraint {
  return { name, expression: definition, columns: columns ?? [], validated };
}

function exclusionFrom({ name, columns, definition }: ConstraintRow): ExclusionConstraint {
  return { name, columns: columns ?? [], definition };
}

function searchVectorFrom({ arguments: [column, configuration, ...reads] }: VectorRow): SearchVector {
  return { column, configuration, reads };
}
