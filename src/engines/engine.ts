import type { Writable } from 'node:stream';
import {
  type Catalog,
  type CheckConstraint,
  type Column,
  type ColumnName,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type SearchVector,
  type Table,
  type UniqueKey,
} from '../domain/catalog/catalog.js';
import type { NativeClassification } from '../domain/classification/native-classification.js';
import { ScrubjayError } from '../domain/errors.js';
import type { LookUp } from '../domain/scrub/look-ups.js';
import type { SourceNotice } from '../domain/scrub/scrub-plan.js';
import type { KeyPart, SubsetLink } from '../domain/scrub/subset/subset-links.js';
import type { NativeMasking } from './native-masking.js';
import type { PostureSource } from './posture-source.js';
import type { QuerySource } from './query-source.js';

/** A foreign key cannot be made, since rows refer to nothing. */
export class OrphanedRowsError extends ScrubjayError {
  readonly code = 'orphaned-rows';

  constructor(table: RelationName, key: string, rows?: number) {
    const count = rows === undefined ? 'rows refer' : rows === 1 ? '1 row refers' : `${rows} rows refer`;
    super(
      `${printRelationName(table)}: ${count} to nothing by ${key}, in the source already`,
      "mend them in the source, or let the policy decide: 'orphans: keep', 'empty' or 'drop'",
    );
  }
}

/** What engines differ in; ask for a capability, never for a kind. */
export interface EngineCapabilities {
  readonly scrubSource: boolean;
  readonly scrubTarget: boolean;
  readonly nativeMasking: boolean;
  readonly sensitivityClassification: boolean;
  readonly transparentEncryption: boolean;
}

/** Identifies a database beyond its host name, so that production is known under any alias. */
export interface DataSourceIdentity {
  /** Equal for two connections exactly when they reach the same database. */
  readonly id: string;
  /** Equal when they reach the same server. */
  readonly server: string;
  readonly database: string;
  readonly serverVersion: string;
  readonly role: string;
  /** Connection target without credentials, fit for messages: `postgres://host:5432/shop`. */
  readonly display: string;
}

export interface SampleOptions {
  /** Rows to take from each table at most. */
  readonly rows: number;
  /** Milliseconds that one table may take. */
  readonly timeoutMs: number;
}

/** Sampled values of one table, a column's values together, in text form; null is NULL. */
export interface TableSample {
  readonly table: RelationName;
  readonly rows: number;
  readonly values: ReadonlyMap<string, readonly (string | null)[]>;
}

/** A table that could not be sampled, and why; the scan goes on and says so. */
export interface SampleFailure {
  readonly table: RelationName;
  readonly reason: string;
}

/**
 * One way to reach somebody's data. `engines/postgres` is the built-in example. An engine translates
 * driver errors at its edge: their text quotes rows, and no row may reach a message.
 */
export interface Engine {
  /** `postgres`, `sqlserver`, `files`. */
  readonly id: string;
  readonly capabilities: EngineCapabilities;
  /** True for a URL or path that this engine opens. */
  recognises(location: string): boolean;
  /** Connects; throws a `ScrubjayError` that says which of host, credentials or database is wrong. */
  open(location: string): Promise<Session>;
  /** Absent where the engine cannot keep labels itself. */
  readonly nativeLabels?: NativeLabels;
  /** Absent where there is nothing to check about an engine's data sources. */
  readonly posture?: PostureSource;
  /** Absent where the engine keeps no masks itself. */
  readonly nativeMasking?: NativeMasking;
  /** Absent where the engine answers no queries of people. */
  readonly queries?: QuerySource;
}

/** Where a database keeps labels itself: in comments, in labels that a security module reads, or in a catalog of its own. */
export type NativeLabelForm = 'comment' | 'security-label' | 'sensitivity-classification';

/** What is written on one column; null takes away what Scrubjay wrote before. */
export interface NativeLabel {
  readonly column: ColumnName;
  /** `email-address, confidential`. */
  readonly says: string | null;
  /** The same in the words of the database's own classification; absent where there is nothing to say. */
  readonly classification?: NativeClassification;
}

/** Labels written into the database, for tools that read them there. */
export interface NativeLabels {
  /** The forms that the database has. */
  readonly forms: readonly NativeLabelForm[];
  /** The statements that bring the database to these labels; what people wrote in comments stays. */
  statements(
    catalog: Catalog,
    labels: readonly NativeLabel[],
    form: NativeLabelForm,
    provider?: string,
  ): readonly SchemaStatement[];
  /** Runs them, all or none. */
  apply(location: string, statements: readonly SchemaStatement[]): Promise<void>;
}

/** An open, read-only connection for discovery. */
export interface Session {
  identity(): Promise<DataSourceIdentity>;
  introspect(): Promise<Catalog>;
  /** A fair, bounded sample: one query, never a full scan, read-only, under a statement timeout. */
  sample(table: Table, options: SampleOptions): Promise<TableSample | SampleFailure>;
  close(): Promise<void>;
}

/** How rows travel: PostgreSQL's COPY formats. */
export type CopyFormat = 'text' | 'binary';

/** COPY data on its way: chunks cut anywhere, each overwritten when the next is asked for. */
export interface RowStream extends AsyncIterable<Buffer> {
  /** Gives up the rest, at once. */
  destroy(): void;
}

/** A part of a table's rows; what the numbers mean, the engine that made it knows. */
export interface RowRange {
  readonly from: number;
  /** Absent in the last range: it holds whatever comes after. */
  readonly to?: number;
}

/** Groups of rows that have some columns' values in common. */
export interface RowGroups {
  readonly rows: number;
  readonly classes: number;
  /** Rows of the smallest group; zero where there are none. */
  readonly k: number;
  /** Groups of one row. */
  readonly alone: number;
  readonly diversity: readonly number[];
}

/** Whole numbers below 2^48 that make a digest another one. */
export type DigestSeeds = readonly [number, number];

/** Of a multiset of rows: the digest of two together is the sum of each. */
export type RowDigest = readonly [rows: bigint, first: bigint, second: bigint];

/** A database whose rows can be read and counted: either side of a scrub, and what `verify` compares. */
export interface RowSource {
  /** Absent where rows travel as text alone. */
  readonly copiesInBinary?: true;
  identity(): Promise<DataSourceIdentity>;
  catalog(): Promise<Catalog>;
  /** Everything of the schema that is text: function bodies, comments, defaults, enum labels. */
  definitions(): Promise<readonly SchemaStatement[]>;
  /** Streams the columns of a table; the caller consumes the stream or destroys it. */
  copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<RowStream>;
  countRows(table: RelationName): Promise<number>;
  /** Rows whose foreign key refers to nothing. */
  countOrphans(table: RelationName, key: ForeignKey): Promise<number>;
  /** Rows that share the values of a unique key with another row. */
  countDuplicates(table: RelationName, key: UniqueKey): Promise<number>;
  /**
   * Groups the rows that have the same quasi-identifiers, and tells of the groups; `diversity` is the fewest
   * different values of each sensitive column in one. Absent where an engine cannot ask.
   */
  anonymityOf?(
    table: RelationName,
    quasiIdentifiers: readonly string[],
    sensitive: readonly string[],
  ): Promise<RowGroups>;
  /** Rows that a check constraint does not let in; absent where an engine cannot ask. */
  countViolations?(table: RelationName, check: CheckConstraint): Promise<number>;
  /**
   * A digest of some columns' values in all rows, or those at some places, whatever their order: 128 bits,
   * computed by the server. Absent where an engine has none that another server of its kind would compute alike.
   */
  digestRows?(
    table: RelationName,
    columns: readonly string[],
    seeds: DigestSeeds,
    places?: readonly string[],
  ): Promise<RowDigest>;
  /**
   * The rows with these keys: the key's columns, then `columns`, in text form, cut like samples.
   * @param keys text forms of the key's columns, in the order of `keyColumns`
   */
  rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
}

/**
 * The source side of a scrub: every read sees one snapshot, and every table is locked against change
 * of structure while the run lasts. Opening fails, with the full list, when a table cannot be read.
 */
export interface ScrubSource extends RowSource {
  /** The table's rows in at most so many ranges of like size: each row of the snapshot is in exactly one. */
  splitRows(table: RelationName, parts: number): Promise<readonly RowRange[]>;
  /** Streams the rows of one range, or all. */
  copyOut(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
    range?: RowRange,
  ): Promise<RowStream>;
  /**
   * Streams rows as COPY text, each with values of the rows that it refers to behind its own; a range, some
   * places, or all. Absent where an engine does not look up: masks do without, then.
   */
  copyOutWith?(
    table: RelationName,
    columns: readonly string[],
    lookUps: readonly LookUp[],
    which: { readonly range?: RowRange; readonly places?: readonly string[] },
  ): Promise<RowStream>;
  /**
   * Streams where each row is and its keys, as COPY text: place, whether `start` holds for it, then a field for
   * each key. With `copyPlaces`, what choosing a subset of rows needs; absent where an engine cannot.
   */
  copyKeys?(table: RelationName, keys: readonly KeyPart[], start: string): Promise<RowStream>;
  /** Streams the rows at these places, as COPY text. */
  copyPlaces?(table: RelationName, columns: readonly string[], places: readonly string[]): Promise<RowStream>;
  /** The schema as statements, as of the snapshot. */
  schema(): Promise<SchemaSections>;
  /** Names the moment that is read; absent where an engine cannot tell what changed since another. */
  snapshotMark?(): Promise<string>;
  /** True when the table, or a range, has exactly the rows that it had at another moment, of which `rows` were read. */
  unchangedSince?(table: RelationName, mark: string, rows: number, range?: RowRange): Promise<boolean>;
  /** Asks the server whether it would take rows; absent where an engine cannot. */
  readonly trial?: RowTrial;
  /** What is worth knowing of the source before a run: a role that may write, a replica, triggers at login. */
  notices(): Promise<readonly SourceNotice[]>;
}

/** Whether columns and checks would take values, asked of the server without writing any. */
export interface RowTrial {
  /** Some rows, any of them, as text; a very long value is NULL. */
  someRows(
    table: Table,
    columns: readonly string[],
    rows: number,
  ): Promise<readonly (readonly (string | null)[])[]>;
  /** True when the column's type, or its domain, takes not all of these. */
  isRefusedByType(column: Column, values: readonly (string | null)[]): Promise<boolean>;
  /** True when a row of these breaks the check; false also where that cannot be told. */
  isRefusedByCheck(
    check: CheckConstraint,
    columns: readonly Column[],
    rows: readonly (readonly (string | null)[])[],
  ): Promise<boolean>;
}

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

/** What can be done with rows that refer to nothing, once they are copied. */
export type OrphanRemedy = 'empty' | 'drop';

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

/** One table that a run has copied whole. */
export interface DoneTable {
  /** Printed in full. */
  readonly name: string;
  /** The moment of the source that it was copied from: `ScrubSource.snapshotMark`. */
  readonly mark: string;
  /** What the run keeps of it, as JSON can hold it. */
  readonly result: unknown;
}

/** A range of a table's rows that a run has copied whole. */
export interface DoneRange extends DoneTable {
  readonly range: RowRange;
}

/** What a run had done when it was broken off. */
export interface Checkpoint {
  /** Ranges that tables were divided into, by printed name; absent where nothing is kept by range. */
  readonly divided?: ReadonlyMap<string, readonly RowRange[]>;
  readonly ranges?: readonly DoneRange[];
  /** False when not even the tables were all made. */
  readonly hasSchema: boolean;
  /** True when indexes and keys were being built. */
  readonly hasKeysBegun: boolean;
  readonly tables: readonly DoneTable[];
}

/** Keeps what a run has done, in its work database. */
export interface Checkpoints {
  /** Undefined in a work database that nothing was done in. */
  read(): Promise<Checkpoint | undefined>;
  schemaMade(): Promise<void>;
  tableCopied(table: DoneTable): Promise<void>;
  /**
   * Told before the first of its ranges is copied; each is kept in the transaction that stores its rows. Absent
   * where an engine keeps whole tables only.
   */
  tableDivided?(name: string, ranges: readonly RowRange[]): Promise<void>;
  keysBegun(): Promise<void>;
  /** Takes all of it away, before anybody sees the copy. */
  clear(): Promise<void>;
}

/** Another run is building the same copy. */
export class CopyInProgressError extends ScrubjayError {
  readonly code = 'copy-in-progress';

  constructor(target: string) {
    super(
      `${target}: another run is building the same copy`,
      'wait for it to end, or end its sessions; then resume',
    );
  }
}

/**
 * How a verified copy takes the place of what stands there. `database`: a new database takes the name, the old
 * one is kept. `schemas`: new schemas take the names inside the target database, the old ones are kept.
 * `in-place`: rows of the same tables are exchanged; nothing is kept.
 */
export const publishWays = ['database', 'schemas', 'in-place'] as const;
export type PublishAs = (typeof publishWays)[number];

export interface ScrubTargetOptions {
  /** Replace what stands under the target's name; without it a target that is not empty is refused. */
  readonly replace: boolean;
  /** The source, so that a target which is the source, or any production, is refused. */
  readonly source: DataSourceIdentity;
  /** Id of the source's engine where it is another than the target's. */
  readonly sourceEngine?: string;
  /** For a staging target whose name has `production` in it for a reason. */
  readonly allowProductionLikeName?: boolean;
  /** How the copy takes the target's name: `database` when left out. */
  readonly publishAs?: PublishAs;
  /** Names what is built (`digestOfWork`): a run that is broken off can be gone on with under the same name. */
  readonly work?: string;
  /** Go on with what a run of the same work left; begins anew where none did. */
  readonly resume?: boolean;
}

/**
 * The target side of a scrub. Everything is built in a work database beside the target, visibly
 * incomplete; the target's name only ever shows the old copy or the whole, verified new one.
 */
export interface ScrubTarget extends RowSource {
  /** @throws MissingExtensionsError when the schema needs extensions that the server has not */
  refuseMissing(schema: SchemaSections): Promise<void>;
  /** Fills a search vector from the columns that it reads. */
  rebuildSearchVector(table: RelationName, vector: SearchVector): Promise<void>;
  /** @throws OrphanedRowsError where a foreign key is broken */
  execute(statements: readonly SchemaStatement[]): Promise<void>;
  /** Runs one in a session of its own, beside others that hold nothing which it needs. */
  executeBeside(statement: SchemaStatement): Promise<void>;
  /** Empties the references that lead nowhere, or drops their rows; the number of rows concerned. */
  settleOrphans(table: RelationName, key: ForeignKey, remedy: OrphanRemedy): Promise<number>;
  /**
   * Takes COPY data of one table; `loaded` resolves to the number of rows stored.
   * @param portion a `part` is stored beside others of the table, at the price of what only a table filled
   *   at one go can have: rows frozen, and written without log
   * @param keep asked when all rows are in: kept in the transaction that stores them
   */
  copyIn(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
    portion: 'whole' | 'part',
    keep?: () => DoneRange,
  ): Promise<{ readonly stream: Writable; readonly loaded: Promise<number> }>;
  /**
   * Drops every valid foreign key and makes it again, which holds all rows to it: what wrote with keys
   * switched off left them marked as valid. Absent where an engine has no such switch.
   * @throws OrphanedRowsError
   */
  remakeForeignKeys?(): Promise<void>;
  /** Absent where an engine cannot go on with what was broken off. */
  readonly checkpoints?: Checkpoints;
  /** Absent where an engine cannot choose rows. */
  subsetWorkspace?(): Promise<SubsetWorkspace>;
  /** Takes away the rows of a table, of its partitions too. */
  empty(table: RelationName): Promise<void>;
  /** Throws away all that was built, and begins anew. */
  beginAnew(): Promise<void>;
  /**
   * Makes the verified copy visible under the target's name.
   * @param mark that the copy bears from then on: see `publishedMark`
   */
  publish(mark?: string): Promise<void>;
  /** Marks what was built as incomplete, with the reason; the published name stays untouched. */
  abandon(reason: string): Promise<void>;
}

/** What a link of a subset compares, and how far it is followed. */
export interface FollowedLink extends SubsetLink {
  /** True for keys of which a row has several. */
  readonly hasSeveral: boolean;
}

/**
 * Where a subset is chosen: beside the work database, so that keys of any number of rows take no memory here.
 * A row is chosen in a round; the rounds tell which are new.
 */
export interface SubsetWorkspace {
  /** Makes room for the keys of each family: true for those of which a row has several. */
  open(families: readonly (readonly boolean[])[]): Promise<void>;
  /** Takes what `ScrubSource.copyKeys` gives for one table of a family. */
  addKeys(family: number, table: number, keys: RowStream): Promise<void>;
  /** Keys are in: prepares for looking them up. */
  ready(links: readonly FollowedLink[]): Promise<void>;
  /** Chooses rows that may start: so many, a share, or all. */
  start(
    family: number,
    amount: { readonly rows?: number; readonly share?: number },
    round: number,
  ): Promise<number>;
  /** Rows that refer to rows of the round before. */
  addChildren(link: FollowedLink, round: number, perRow: number | undefined): Promise<number>;
  /** Rows that rows chosen in `since` or later refer to. */
  addParents(link: FollowedLink, since: number, round: number): Promise<number>;
  /** Chosen rows of one table. */
  count(family: number, table: number): Promise<number>;
  /** Places of the chosen rows of one table, in their order, some at a time. */
  places(family: number, table: number): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
}

export interface ScrubSourceOptions {
  /**
   * `pg_dump`: the database's own program makes the schema's statements where there is one that is not older
   * than the server. `catalog`, the default: they are made from the catalog alone.
   */
  readonly schemaBy?: 'pg_dump' | 'catalog';
}

/** Writes, in an engine's own language, the schema of a catalog whose types have the names that SQL:2016 gives them. */
export type SchemaTranslator = (catalog: Catalog) => SchemaSections;

/** An engine that copies can be built in. */
export interface ScrubTargetEngine extends Engine {
  openTarget(location: string, options: ScrubTargetOptions): Promise<ScrubTarget>;
  /** Drops what publication kept aside, and names it; absent where an engine keeps nothing. */
  dropPrevious?(location: string): Promise<readonly string[]>;
  /**
   * The mark that the copy at a location was published with; undefined where there is none. Whoever was
   * broken off while publishing learns from it whether it is done.
   */
  publishedMark(location: string): Promise<string | undefined>;
  /** Absent where all copies are of the engine's own kind. */
  readonly schemaOf?: SchemaTranslator;
}

/** An engine that can be either side of a scrub. */
export interface ScrubEngine extends ScrubTargetEngine {
  openSource(location: string, options?: ScrubSourceOptions): Promise<ScrubSource>;
  /**
   * Opens a source for a target of another engine: values in forms that both read, the schema as `translate`
   * writes it. Absent where rows go to the engine's own kind only.
   */
  openTranslatedSource?(location: string, translate: SchemaTranslator): Promise<ScrubSource>;
}
