import { wordSettingsIn } from '../../masking/postgres/words.js';
import type { WordLists } from '../../masking/word-lists.js';
import type { ForeignOperator, QueryCatalog, Routine, UserType } from '../query-catalog.js';
import type { Protection, RoleView } from '../rewrite-context.js';
import { safeExtensions } from './allowed/functions.js';
import { type KnownRelation, relationKey } from './known-relation.js';

/** A PostgreSQL catalog and a role's masks, indexed by name. Made by `protectPostgres`. */
export class PostgresProtection implements Protection {
  readonly catalog: QueryCatalog;
  readonly view: RoleView;
  /** What techniques draw words from; absent where sessions hold none. */
  readonly words: WordLists | undefined;
  readonly #wordSettings = new Set<string>();
  readonly #relations = new Map<string, KnownRelation>();
  readonly #byName = new Map<string, KnownRelation[]>();
  readonly #routines: ReadonlyMap<string, readonly Routine[]>;
  readonly #operators: ReadonlyMap<string, readonly ForeignOperator[]>;
  readonly #types: ReadonlyMap<string, readonly UserType[]>;
  readonly #trusted: ReadonlySet<string>;

  constructor(catalog: QueryCatalog, view: RoleView, words?: WordLists) {
    this.catalog = catalog;
    this.view = view;
    this.words = words;
    this.#routines = Map.groupBy(catalog.routines, ({ name }) => name);
    this.#operators = Map.groupBy(catalog.operators, ({ name }) => name);
    this.#types = Map.groupBy(catalog.types, ({ name }) => name);
    this.#trusted = new Set(view.trustedFunctions ?? []);
  }

  /** Only while the protection is made. */
  add(relation: KnownRelation): void {
    for (const expression of relation.masks.values())
      for (const setting of wordSettingsIn(expression)) this.#wordSettings.add(setting);
    this.#relations.set(relationKey(relation.schema, relation.name), relation);
    this.#byName.set(relation.name, [...(this.#byName.get(relation.name) ?? []), relation]);
  }

  get wordSettings(): ReadonlySet<string> {
    return this.#wordSettings;
  }

  relation(schema: string, name: string): KnownRelation | undefined {
    return this.#relations.get(relationKey(schema, name));
  }

  /** All relations of a name, whatever their schema. */
  relationsCalled(name: string): readonly KnownRelation[] {
    return this.#byName.get(name) ?? [];
  }

  routines(name: string): readonly Routine[] {
    return this.#routines.get(name) ?? [];
  }

  operators(name: string): readonly ForeignOperator[] {
    return this.#operators.get(name) ?? [];
  }

  types(name: string): readonly UserType[] {
    return this.#types.get(name) ?? [];
  }

  isSafeRoutine({ schema, name, extension }: Routine): boolean {
    return this.isSafeExtension(extension) || this.#trusted.has(`${schema}.${name}`);
  }

  isSafeExtension(extension: string | null | undefined): boolean {
    return typeof extension === 'string' && safeExtensions.has(extension);
  }
}
