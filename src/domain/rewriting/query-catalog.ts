import type { Catalog, ColumnName, RelationName } from '../catalog/catalog.js';

/**
 * Everything that a query may name: the catalog of people's tables and what surrounds it. Read by the
 * engine (`engines/postgres/query-catalog.ts`), so that the rewriter resolves names without asking.
 */
export interface QueryCatalog {
  readonly catalog: Catalog;
  /** SQL Server: whether it has collations of UTF-8; taken for granted when absent. */
  readonly utf8?: 'by-collation' | 'of-ascii-alone';
  /** SQL Server: other names of relations. */
  readonly synonyms?: readonly Synonym[];
  /** Names of all schemas, `pg_catalog` and `information_schema` among them. */
  readonly schemas: readonly string[];
  /** System tables and views, and those of extensions: looked up, never masked by policy. */
  readonly systemRelations: readonly SystemRelation[];
  /** Functions, procedures and aggregates outside `pg_catalog` and `information_schema`. */
  readonly routines: readonly Routine[];
  /** Operators outside `pg_catalog`, by name; one entry for all of a name in a schema. */
  readonly operators: readonly ForeignOperator[];
  /** Types outside `pg_catalog`; row types of tables are left out. */
  readonly types: readonly UserType[];
  readonly triggers: readonly Trigger[];
  /** Columns that the database computes from others of their row. */
  readonly generated: readonly GeneratedColumn[];
  /** Views that keep conditions of a query from seeing rows which they leave out. */
  readonly securityBarriers: readonly RelationName[];
  /** Rewrite rules other than those that make a view a view. */
  readonly rules: readonly RewriteRule[];
}

export interface Synonym extends RelationName {
  /** What it stands for, as the database prints it: `[shop].[dbo].[Customers]`. */
  readonly standsFor: string;
}

export interface SystemRelation extends RelationName {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

export interface Routine {
  readonly schema: string;
  readonly name: string;
  /** The extension that brought it. */
  readonly extension?: string | null;
  /** Called by `x.name` or `name(x)` with a row: attribute notation. */
  readonly takesRow: boolean;
  readonly arguments: number;
}

export interface ForeignOperator {
  readonly schema: string;
  readonly name: string;
  readonly extension?: string | null;
}

export interface UserType {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'base' | 'enum' | 'domain' | 'composite' | 'range';
  readonly extension?: string | null;
  /** Some cast from or to the type runs a function outside `pg_catalog`, or a check of the domain does. */
  readonly runsCode: boolean;
}

export interface Trigger {
  readonly table: RelationName;
  readonly name: string;
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  /** Source text of its function; absent when the function is not written in SQL or PL/pgSQL. */
  readonly source?: string;
}

export interface RewriteRule {
  readonly table: RelationName;
  readonly name: string;
}

export interface GeneratedColumn {
  readonly column: ColumnName;
  /** As the database prints it. */
  readonly expression: string;
}
