import {
  type Column,
  printColumnName,
  type RelationName,
  type Table,
  type View,
} from '../../catalog/catalog.js';
import type { WordLists } from '../../masking/word-lists.js';
import { conditionProblem } from '../../policy/row-condition.js';
import { Refusal } from '../refusal.js';
import type { QueryCatalog } from '../query-catalog.js';
import type { RoleView, SessionNames } from '../rewrite-context.js';
import { isHidden, isOpenSystemRelation } from './allowed/system-relations.js';
import { derivedColumns } from './derived-columns.js';
import { inheritedMasks } from './inherited-masks.js';
import { type KnownRelation, relationKey } from './known-relation.js';
import { maskExpression, nullOf } from './mask-expression.js';
import { PostgresProtection } from './postgres-protection.js';
import { maskDefinition, type MaskedDefinition } from './view-definitions.js';

/** See `protect`. The parser has to be loaded: definitions of views are read with it. */
export function protectPostgres(
  catalog: QueryCatalog,
  view: RoleView,
  words?: WordLists,
): PostgresProtection {
  const protection = new PostgresProtection(catalog, view, words);
  for (const relation of catalog.systemRelations) protection.add(systemRelation(relation));
  const masks = inheritedMasks(catalog.catalog.tables, view.masks);
  for (const table of catalog.catalog.tables) protection.add(knownTable(table, masks, protection));
  new Views(catalog, protection).addAll();
  return protection;
}

function systemRelation({ schema, name, columns }: QueryCatalog['systemRelations'][number]): KnownRelation {
  const masked = columns.filter((column) => isHidden(schema, name, column.name));
  return {
    schema,
    name,
    kind: 'system',
    columns: columns.map((column) => column.name),
    masks: new Map(masked.map((column) => [column.name, `null::${column.type}`])),
    reachesMasked: false,
    ...(isOpenSystemRelation(schema, name)
      ? {}
      : { closed: 'it is not on the list of system relations that tools need' }),
  };
}

function knownTable(
  table: Table,
  masks: RoleView['masks'],
  { catalog, words }: PostgresProtection,
): KnownRelation {
  const own = new Map<string, string>();
  const tellsRows = new Set<string>();
  const maskOf = (column: string) =>
    masks.get(printColumnName({ schema: table.schema, table: table.name, column }));
  for (const column of table.columns) {
    const mask = maskOf(column.name);
    if (!mask) continue;
    for (const { where } of mask.rows ?? []) tellsRows.add(where.column);
    // What tells the rows of an inherited mask may be masked here, or be no column of this table.
    const isTold = (mask.rows ?? []).every(
      ({ where }) => !maskOf(where.column) && conditionProblem(table, where) === undefined,
    );
    own.set(column.name, isTold ? maskExpression(mask, table, column, words).sql : nullOf(column));
  }
  for (const column of derivedColumns(table, new Set(own.keys()), catalog))
    own.set(column.name, nullOf(column));
  return {
    schema: table.schema,
    name: table.name,
    kind: 'table',
    columns: table.columns.map(({ name }) => name),
    masks: own,
    tellsRows,
    reachesMasked: own.size > 0,
    table,
  };
}

/** Definitions print with full names: they mean the same under this path as where they were made. */
const definitionNames: SessionNames = { searchPath: ['pg_catalog'], temporary: [] };

/** Views in the order in which they read each other. */
class Views {
  readonly #catalog: QueryCatalog;
  readonly #protection: PostgresProtection;
  readonly #pending: Map<string, View>;

  constructor(catalog: QueryCatalog, protection: PostgresProtection) {
    this.#catalog = catalog;
    this.#protection = protection;
    this.#pending = new Map(catalog.catalog.views.map((view) => [relationKey(view.schema, view.name), view]));
  }

  addAll(): void {
    for (const view of this.#catalog.catalog.views) this.#add(view);
  }

  #add(view: View): void {
    if (!this.#pending.delete(relationKey(view.schema, view.name))) return;
    for (const { schema, name } of view.readsFrom) {
      const other = this.#pending.get(relationKey(schema, name));
      if (other) this.#add(other);
    }
    this.#protection.add(this.#known(view));
  }

  #known(view: View): KnownRelation {
    const base = {
      schema: view.schema,
      name: view.name,
      kind: view.kind,
      columns: view.columns.map(({ name }) => name),
    };
    const definition = this.#read(view);
    if (typeof definition === 'string')
      return { ...base, masks: new Map(), reachesMasked: true, closed: definition };
    const { reachesMasked, tainted, sql } = definition;
    const columns = view.columns.filter((_, i) => tainted.has(i));
    if (tainted.size === 0 && !definition.readsMaskedElsewhere)
      return { ...base, masks: new Map(), reachesMasked };
    if (view.kind === 'view') {
      const all = definition.readsMaskedElsewhere ? view.columns : columns;
      return {
        ...base,
        masks: new Map(all.map((column) => [column.name, nullOf(column)])),
        reachesMasked,
        maskedDefinition: this.#isBarrier(view) ? `${sql} offset 0` : sql,
        ...(definition.readsMaskedElsewhere ? { alwaysMasked: true } : {}),
      };
    }
    if (definition.readsMaskedElsewhere) {
      return {
        ...base,
        masks: new Map(),
        reachesMasked,
        closed: 'its rows were chosen or formed by masked columns',
      };
    }
    const masks = columns.map((column) => [column.name, this.#storedMask(view, column, definition)] as const);
    return { ...base, masks: new Map(masks), reachesMasked };
  }

  /** A stored column that is a masked one as it was: the same mask serves. Anything else of it: NULL. */
  #storedMask(view: View, column: Column, definition: MaskedDefinition): string {
    const source = definition.plainSources.get(view.columns.indexOf(column));
    const table = source && this.#catalog.catalog.tables.find((known) => sameName(known, source));
    const masked =
      source &&
      this.#protection.view.masks.get(
        printColumnName({ schema: source.schema, table: source.name, column: source.column }),
      );
    // A stored row has no other columns to tell it by.
    return table && masked && !masked.rows
      ? maskExpression({ ...masked, unless: undefined }, table, { ...column }, this.#protection.words).sql
      : nullOf(column);
  }

  #read(view: View): MaskedDefinition | string {
    try {
      return maskDefinition(view.definition, { protection: this.#protection, names: definitionNames });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return `its definition cannot be masked (${error.message})`;
    }
  }

  #isBarrier(view: View): boolean {
    return this.#catalog.securityBarriers.some((name) => sameName(name, view));
  }
}

function sameName(a: RelationName, b: RelationName): boolean {
  return a.schema === b.schema && a.name === b.name;
}
