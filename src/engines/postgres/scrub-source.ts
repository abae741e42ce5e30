import type pg from 'pg';
import {
  type Catalog,
  type CheckConstraint,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import { ScrubjayError } from '../../domain/errors.js';
import type { DataSourceIdentity } from '../engine.js';
import type { CopyFormat, DigestSeeds, RowDigest, RowGroups, RowRange, RowStream } from '../row-source.js';
import type { SchemaSections, SchemaStatement } from '../schema-statements.js';
import type { RowTrial, ScrubSource, ScrubSourceOptions } from '../scrub-source.js';
import type { LookUp } from '../../domain/scrub/look-ups.js';
import type { KeyPart } from '../../domain/scrub/subset/subset-links.js';
import type { PlanProblem } from '../../domain/scrub/scrub-plan.js';
import { connect, displayLocation } from './connection.js';
import { translateDriverError, translating } from './driver-errors.js';
import { quoteRelation } from './identifiers.js';
import { identify } from './identity.js';
import { ownRelations } from './catalog-queries.js';
import { introspect } from './introspection.js';
import { digestRows, digestValues } from './row-digest.js';
import {
  anonymityOf,
  countDuplicates,
  countOrphans,
  countRows,
  countViolations,
  rowsByKey,
} from './row-checks.js';
import { copyKeys, copyOut, copyOutWith, copyPlaces, splitPages } from './row-streams.js';
import { canBeDumped, type Dump, dumpedSections, pgDumpVersion } from './schema-ddl/dumped-sections.js';
import { readSchemaSections } from './schema-ddl/schema-sections.js';
import { SessionPool } from './session-pool.js';
import { markOf, unchangedSince } from './snapshot-marks.js';
import { sourceNotices } from './source-notices.js';
import { isRefusedByCheck, isRefusedByType, someRows } from './trial-rows.js';

/** Tables that the source's role may not read in full; a scrub of the rest would be no copy. */
export class UnreadableTablesError extends ScrubjayError {
  readonly code = 'unreadable-tables';

  constructor(tables: readonly { readonly table: string; readonly reason: string }[], role: string) {
    const list = tables.map(({ table, reason }) => `${table} (${reason})`).join(', ');
    super(
      `${tables.length} of the source's tables and sequences cannot be read in full: ${list}`,
      `grant select on them to ${role}; for row-level security, BYPASSRLS`,
    );
  }
}

/** A pooler hands each statement to another session, so that no snapshot can be held. */
export class PoolerInBetweenError extends ScrubjayError {
  readonly code = 'pooler-in-between';

  constructor() {
    super(
      'a connection pooler stands between Scrubjay and the source',
      'connect to the server itself, or use session pooling',
    );
  }
}

/**
 * One moment of a database: every table is locked against change of structure (ACCESS SHARE), then a
 * snapshot is exported, and every reader works under it. The locks come first: a table truncated after
 * the snapshot and before its lock would look empty.
 */
export class PostgresScrubSource implements ScrubSource {
  readonly copiesInBinary = true;
  readonly #coordinator: pg.Client;
  readonly #readers: SessionPool;
  readonly #display: string;
  readonly #catalog: Catalog;
  /** Present where pg_dump makes the schema's statements. */
  readonly #dump: Dump | undefined;
  #schema: Promise<SchemaSections> | undefined;
  #mark: string | undefined;

  private constructor(
    coordinator: pg.Client,
    readers: SessionPool,
    display: string,
    catalog: Catalog,
    dump: Dump | undefined,
  ) {
    this.#dump = dump;
    this.#coordinator = coordinator;
    this.#readers = readers;
    this.#display = display;
    this.#catalog = catalog;
  }

  static async open(
    location: string,
    options: ScrubSourceOptions & { readonly pgDump?: string } = {},
  ): Promise<PostgresScrubSource> {
    const coordinator = await connect(location, { access: 'read-only' });
    try {
      await refusePooler(coordinator, () => connect(location, { access: 'read-only' }));
      const tables = await readableTables(coordinator);
      await coordinator.query('begin isolation level repeatable read read only');
      await lockTables(coordinator, tables);
      const { rows } = await coordinator.query<{ id: string }>('select pg_export_snapshot() as id');
      const snapshot = rows[0].id;
      const catalog = await introspect(coordinator);
      const readers = new SessionPool(() => openReader(location, snapshot));
      const dump = await dumpOf(location, snapshot, catalog, options);
      return new PostgresScrubSource(coordinator, readers, displayLocation(location), catalog, dump);
    } catch (error) {
      await coordinator.end().catch(() => undefined);
      throw translateDriverError(error, 'taking a snapshot of the source');
    }
  }

  identity(): Promise<DataSourceIdentity> {
    return translating('asking the source who it is', () => identify(this.#coordinator, this.#display));
  }

  catalog(): Promise<Catalog> {
    return Promise.resolve(this.#catalog);
  }

  schema(): Promise<SchemaSections> {
    this.#schema ??= this.#readSchema();
    return this.#schema;
  }

  async #readSchema(): Promise<SchemaSections> {
    const sections = await translating('reading the source’s schema', () =>
      readSchemaSections(this.#coordinator),
    );
    return this.#dump && canBeDumped(sections) ? dumpedSections(this.#dump, sections) : sections;
  }

  async snapshotMark(): Promise<string> {
    this.#mark ??= await translating('naming the source’s snapshot', () => markOf(this.#coordinator));
    return this.#mark;
  }

  async unchangedSince(table: RelationName, mark: string, rows: number, range?: RowRange): Promise<boolean> {
    if (mark === (await this.snapshotMark())) return true;
    return this.#readers.withSession((client) => unchangedSince(client, table, mark, rows, range));
  }

  notices(): Promise<readonly PlanProblem[]> {
    return translating('looking at the source', () => sourceNotices(this.#coordinator));
  }

  async definitions(): Promise<readonly SchemaStatement[]> {
    const { preData, postData } = await this.schema();
    return [...preData, ...postData];
  }

  get trial(): RowTrial {
    const readers = this.#readers;
    return {
      someRows: (...asked) => readers.withSession((client) => someRows(client, ...asked)),
      isRefusedByType: (...asked) => readers.withSession((client) => isRefusedByType(client, ...asked)),
      isRefusedByCheck: (...asked) => readers.withSession((client) => isRefusedByCheck(client, ...asked)),
    };
  }

  splitRows(table: RelationName, parts: number): Promise<readonly RowRange[]> {
    return this.#readers.withSession((client) => splitPages(client, table, parts));
  }

  copyOut(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
    range?: RowRange,
  ): Promise<RowStream> {
    return copyOut(this.#readers, table, columns, format, range);
  }

  copyOutWith(
    table: RelationName,
    columns: readonly string[],
    lookUps: readonly LookUp[],
    which: { readonly range?: RowRange; readonly places?: readonly string[] },
  ): Promise<RowStream> {
    return copyOutWith(this.#readers, table, columns, lookUps, which);
  }

  copyKeys(table: RelationName, keys: readonly KeyPart[], start: string): Promise<RowStream> {
    return copyKeys(this.#readers, table, keys, start);
  }

  copyPlaces(table: RelationName, columns: readonly string[], places: readonly string[]): Promise<RowStream> {
    return copyPlaces(this.#readers, table, columns, places);
  }

  countRows(table: RelationName): Promise<number> {
    return this.#readers.withSession((client) => countRows(client, this.#catalog, table));
  }

  countOrphans(table: RelationName, key: ForeignKey): Promise<number> {
    return this.#readers.withSession((client) => countOrphans(client, this.#catalog, table, key));
  }

  countDuplicates(table: RelationName, key: UniqueKey): Promise<number> {
    return this.#readers.withSession((client) => countDuplicates(client, this.#catalog, table, key));
  }

  anonymityOf(
    table: RelationName,
    quasiIdentifiers: readonly string[],
    sensitive: readonly string[],
  ): Promise<RowGroups> {
    return this.#readers.withSession((client) =>
      anonymityOf(client, this.#catalog, table, quasiIdentifiers, sensitive),
    );
  }

  countViolations(table: RelationName, check: CheckConstraint): Promise<number> {
    return this.#readers.withSession((client) => countViolations(client, this.#catalog, table, check));
  }

  digestRows(
    table: RelationName,
    columns: readonly string[],
    seeds: DigestSeeds,
    places?: readonly string[],
  ): Promise<RowDigest> {
    return this.#readers.withSession((client) =>
      digestRows(client, this.#catalog, table, columns, seeds, places),
    );
  }

  digestValues(...asked: Parameters<NonNullable<ScrubSource['digestValues']>>): Promise<RowDigest> {
    return this.#readers.withSession((client) => digestValues(client, ...asked));
  }

  rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    return this.#readers.withSession((client) =>
      rowsByKey(client, this.#catalog, table, keyColumns, keys, columns),
    );
  }

  async close(): Promise<void> {
    await this.#readers.close();
    await this.#coordinator.end().catch(() => undefined);
  }
}

/** Undefined where our own statements are wanted, or pg_dump is missing or older than the server. */
async function dumpOf(
  location: string,
  snapshot: string,
  { serverVersion }: Catalog,
  { schemaBy, pgDump: program }: ScrubSourceOptions & { readonly pgDump?: string },
): Promise<Dump | undefined> {
  if (schemaBy !== 'pg_dump') return undefined;
  const version = await pgDumpVersion(program);
  if (version === undefined || version < Number.parseInt(serverVersion)) return undefined;
  return { location, snapshot, ...(program === undefined ? {} : { program }) };
}

async function openReader(location: string, snapshot: string): Promise<pg.Client> {
  const client = await connect(location, { access: 'read-only' });
  try {
    await client.query('begin isolation level repeatable read read only');
    // The id is the server's own: hexadecimal digits and hyphens.
    await client.query(`set transaction snapshot '${snapshot}'`);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw translateDriverError(error, 'joining the source’s snapshot');
  }
}

/**
 * Two sessions that are open at the same time never have one backend, unless something in between hands
 * backends out by the transaction: then what one session sets, another may find.
 */
async function refusePooler(client: pg.Client, openAnother: () => Promise<pg.Client>): Promise<void> {
  const own = await backendOf(client);
  // A proxy makes up the process that it announces; without one, there is nothing to ask.
  if ((client as unknown as { readonly processID: number | null }).processID === own) return;
  const other = await openAnother();
  try {
    if ((await backendOf(other)) === own || (await backendOf(client)) !== own)
      throw new PoolerInBetweenError();
  } finally {
    await other.end().catch(() => undefined);
  }
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: string }>('select pg_backend_pid() as pid');
  return Number(rows[0].pid);
}

interface ReadableRow {
  readonly schema: string;
  readonly name: string;
  readonly selectable: string;
  readonly filtered: string;
  readonly kind: string;
}

/** LOCK takes no snapshot: the transaction's begins with the query after it. */
async function lockTables(client: pg.Client, tables: readonly RelationName[]): Promise<void> {
  for (let i = 0; i < tables.length; i += 500) {
    const some = tables.slice(i, i + 500).map((table) => `only ${quoteRelation(table)}`);
    await client.query(`lock table ${some.join(', ')} in access share mode`);
  }
}

/**
 * Every table, or an error that lists all that the role cannot read in full: sequences too, whose state
 * PostgreSQL 18 otherwise gives as NULL, as that of a fresh one.
 */
async function readableTables(client: pg.Client): Promise<RelationName[]> {
  const { rows } = await client.query<ReadableRow>(`
    select n.nspname as schema, c.relname as name,
           has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage') as selectable,
           c.relkind <> 'S' and row_security_active(c.oid) as filtered, c.relkind::text as kind
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'S') and ${ownRelations}
    order by 1, 2`);
  const problems = rows.flatMap((row) => {
    if (row.selectable !== 't') return [{ table: printRelationName(row), reason: 'no SELECT' }];
    return row.filtered === 't'
      ? [{ table: printRelationName(row), reason: 'row-level security hides rows' }]
      : [];
  });
  if (problems.length > 0) throw new UnreadableTablesError(problems, 'the source’s role');
  return rows.filter(({ kind }) => kind !== 'S');
}
