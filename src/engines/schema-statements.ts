import type { Catalog, RelationName } from '../domain/catalog/catalog.js';
import { ScrubjayError } from '../domain/errors.js';

/** One statement of the target's schema, with what it makes for messages and progress. */
export interface SchemaStatement {
  /** `index public.orders_by_customer`. */
  readonly makes: string;
  readonly sql: string;
  /** Set for a foreign key that rows of the source may break already. */
  readonly foreignKey?: {
    readonly table: RelationName;
    readonly name: string;
    /** Makes the key without holding present rows to it. */
    readonly unvalidated: string;
  };
  /** What it holds while it runs. Without it the statement runs alone, and in the session of those before. */
  readonly locks?: RelationLocks;
}

/** Relations that a statement needs: shared, beside others that only share them, or for itself. */
export interface RelationLocks {
  readonly shared: readonly string[];
  readonly exclusive: readonly string[];
}

/** The schema in the order it is built: data goes between the sections. */
export interface SchemaSections {
  /** Schemas, extensions, types, functions, tables, defaults, views. */
  readonly preData: readonly SchemaStatement[];
  /** Sequence states. */
  readonly sequences: readonly SchemaStatement[];
  /** Indexes, keys, constraints, triggers, rules, policies, then materialised views filled. */
  readonly postData: readonly SchemaStatement[];
  /** What was left out on purpose, and why: roles, user mappings, foreign data. */
  readonly leftOut: readonly { readonly what: string; readonly why: string }[];
  /** Names of the extensions that the schema is made with. */
  readonly extensions: readonly string[];
}

/** The target's server lacks what the schema is made with. */
export class MissingExtensionsError extends ScrubjayError {
  readonly code = 'missing-extensions';

  constructor(extensions: readonly string[]) {
    super(
      `the target’s server lacks ${extensions.length === 1 ? 'the extension' : 'the extensions'} ${extensions.join(', ')}`,
      'install them on the target’s server, or drop them from the source of the copy',
    );
  }
}

/** Writes, in an engine's own language, the schema of a catalog whose types have the names that SQL:2016 gives them. */
export type SchemaTranslator = (catalog: Catalog) => SchemaSections;
