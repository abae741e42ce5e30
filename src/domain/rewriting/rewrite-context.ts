import type { Column, RelationName } from '../catalog/catalog.js';
import type { ColumnMask } from '../policy/column-mask.js';
import type { QueryCatalog } from './query-catalog.js';

/** What the rewriter decides on: a value, so that the same context gives the same answer. */
export interface RewriteContext {
  /** Made once for a catalog and a role by `protect`, and used for every query of both. */
  readonly protection: Protection;
  /** The session's names, as the server resolves them at this moment. */
  readonly names: SessionNames;
}

/** What unqualified names mean in a session: `engines/postgres/session-names.ts` reads it. */
export interface SessionNames {
  /** As `current_schemas(true)` says: implicit schemas included, in the order of the search. */
  readonly searchPath: readonly string[];
  /** Temporary tables and views of this session; their schema is `pg_temp`. */
  readonly temporary: readonly TemporaryRelation[];
}

export interface TemporaryRelation extends RelationName {
  readonly columns: readonly Pick<Column, 'name' | 'type'>[];
}

/** What a role may see of a data source. */
export interface RoleView {
  /** As the policy calls it. */
  readonly role: string;
  /** `clear`: nothing is masked, and only the session is kept from becoming somebody else's. */
  readonly access: 'masked' | 'clear';
  /** By printed column name; what views, partitions and generated columns derive is worked out by `protect`. */
  readonly masks: ReadonlyMap<string, ColumnMask>;
  /** Functions that the owner of the database vouches for, by printed name: `shop.slugify`. */
  readonly trustedFunctions?: readonly string[];
}

/** A catalog and a role's masks, worked out for rewriting. Opaque: made by `protect`. */
export interface Protection {
  readonly catalog: QueryCatalog;
  readonly view: RoleView;
  /** Names of session settings with words that its masked expressions read: `wordsStatement` makes them. */
  readonly wordSettings: ReadonlySet<string>;
}
