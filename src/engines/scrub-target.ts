import type { Writable } from 'node:stream';
import {
  type ForeignKey,
  type RelationName,
  type SearchVector,
  printRelationName,
} from '../domain/catalog/catalog.js';
import { ScrubjayError } from '../domain/errors.js';
import type { Checkpoints, DoneRange } from './checkpoints.js';
import type { DataSourceIdentity } from './engine.js';
import type { CopyFormat, RowSource } from './row-source.js';
import type { SchemaSections, SchemaStatement } from './schema-statements.js';
import type { SubsetWorkspace } from './subset-workspace.js';

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

/** What can be done with rows that refer to nothing, once they are copied. */
export type OrphanRemedy = 'empty' | 'drop';

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
