import type { QueryCatalog } from '../query-catalog.js';
import type { Protection, RoleView } from '../rewrite-context.js';

/** A relation as T-SQL queries of one role see it; names in the catalog's own case. */
export interface TsqlRelation {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** By column name in lower case. */
  readonly masks: ReadonlyMap<string, string>;
  /** Columns that tell in which rows another is masked, in lower case. */
  readonly tellsRows?: ReadonlySet<string>;
  /** A view that reads masked columns: what stands for it. */
  readonly maskedDefinition?: string;
  readonly isTable: boolean;
  readonly closed?: string;
}

/** A SQL Server catalog and a role's masks, by name in lower case: collations that tell case are rare. */
export class TsqlProtection implements Protection {
  readonly catalog: QueryCatalog;
  readonly view: RoleView;
  /** T-SQL's forms draw no words. */
  readonly wordSettings: ReadonlySet<string> = new Set();
  readonly #relations = new Map<string, TsqlRelation>();

  constructor(catalog: QueryCatalog, view: RoleView) {
    this.catalog = catalog;
    this.view = view;
  }

  /** Only while the protection is made. Two relations that differ in case alone cannot be told apart: both are closed. */
  add(relation: TsqlRelation): void {
    const at = key(relation.schema, relation.name);
    const isTaken = this.#relations.has(at);
    const closed = isTaken ? 'another has the same name but for case' : relation.closed;
    this.#relations.set(at, { ...relation, closed });
  }

  /** The table or view, or the one that a synonym of this database stands for. */
  relation(schema: string, name: string): TsqlRelation | undefined {
    const own = this.#relations.get(key(schema, name));
    if (own) return own;
    const synonym = this.catalog.synonyms?.find(
      (known) => key(known.schema, known.name) === key(schema, name),
    );
    return synonym && this.#relationAt(synonym.standsFor);
  }

  #relationAt(printed: string): TsqlRelation | undefined {
    const names = printed.match(/\[(?:[^\]]|\]\])*\]|[^.[\]]+/g) ?? [];
    const [name, schema = 'dbo', database = this.catalog.catalog.database] = names
      .map((part) => (part.startsWith('[') ? part.slice(1, -1).replaceAll(']]', ']') : part))
      .reverse();
    const isHere = database.toLowerCase() === this.catalog.catalog.database.toLowerCase();
    return isHere && names.length < 4 ? this.#relations.get(key(schema, name)) : undefined;
  }

  /** All relations of a name, whatever their schema, and those that synonyms of the name stand for. */
  relationsCalled(name: string): readonly TsqlRelation[] {
    const isCalled = (known: { readonly name: string }) => known.name.toLowerCase() === name.toLowerCase();
    const synonyms = (this.catalog.synonyms ?? []).filter(isCalled);
    return [
      ...[...this.#relations.values()].filter(isCalled),
      ...synonyms.flatMap(({ standsFor }) => this.#relationAt(standsFor) ?? []),
    ];
  }
}

function key(schema: string, name: string): string {
  return `${schema}\0${name}`.toLowerCase();
}
