import { randomBytes } from 'node:crypto';
import {
  type Catalog,
  type Column,
  printRelationName,
  type RelationName,
} from '../../domain/catalog/catalog.js';
import type { SqlServerConnection } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteRelation } from './identifiers.js';
import { hasSystemView } from './system-views.js';

/**
 * A moment of a database: the lowest row version that was not committed then, and the version of change
 * tracking, where there is any. The random part tells two moments apart that have the same.
 */
export async function markOf(connection: SqlServerConnection, { tables }: Catalog): Promise<string> {
  const hasVersions = tables.some(({ columns }) => columns.some(isRowVersion));
  const hasTracking = await tracksChanges(connection);
  // Asked for only where they are needed: compatible servers lack both.
  const rowVersion = hasVersions
    ? 'convert(varchar(20), convert(varbinary(8), min_active_rowversion()), 1)'
    : 'cast(null as varchar(20))';
  const changes = hasTracking
    ? 'cast(change_tracking_current_version() as varchar(20))'
    : 'cast(null as varchar(20))';
  const [mark] = await connection.query<Record<'rowVersion' | 'changes', string | null>>(
    `select ${rowVersion} as rowVersion, ${changes} as changes`,
  );
  return `${mark.rowVersion ?? ''}/${mark.changes ?? ''}/${randomBytes(8).toString('hex')}`;
}

async function tracksChanges(connection: SqlServerConnection): Promise<boolean> {
  if (!(await hasSystemView(connection, 'change_tracking_tables'))) return false;
  const [{ n }] = await connection.query<{ n: number }>(
    'select count(*) as n from sys.change_tracking_tables',
  );
  return n > 0;
}

function isRowVersion({ type }: Column): boolean {
  return type.name === 'timestamp' || type.name === 'rowversion';
}

interface Since {
  readonly table: RelationName;
  readonly mark: string;
  /** Rows that were read then. */
  readonly rows: number;
}

/**
 * True when a table has exactly the rows that it had at a mark: none has a newer `rowversion`, or change
 * tracking tells of none, and their number is the same. A table with neither cannot be told to be
 * unchanged, and is not.
 */
export async function unchangedSince(
  connection: SqlServerConnection,
  { tables }: Catalog,
  { table, mark, rows }: Since,
): Promise<boolean> {
  const [, rowVersion, changes] = /^(0x[0-9A-F]+)?\/(\d+)?\//.exec(mark) ?? [];
  const found = tables.find(({ schema, name }) => schema === table.schema && name === table.name);
  const version = found?.columns.find(isRowVersion);
  try {
    if (version && rowVersion !== undefined) {
      const isOld = `${quoteName(version.name)} < ${rowVersion}`;
      const [{ now, old }] = await connection.query<{ now: string | number; old: string | number | null }>(
        `select count_big(*) as now, sum(case when ${isOld} then cast(1 as bigint) else 0 end) as old from ${quoteRelation(table)}`,
      );
      return Number(now) === rows && Number(old ?? 0) === rows;
    }
    if (changes === undefined || !(await isTracked(connection, table, changes))) return false;
    const [{ now, changed }] = await connection.query<{ now: string | number; changed: string | number }>(
      `select (select count_big(*) from ${quoteRelation(table)}) as now,
              (select count_big(*) from changetable(changes ${quoteRelation(table)}, ${changes}) as c) as changed`,
    );
    return Number(now) === rows && Number(changed) === 0;
  } catch (error) {
    throw translateDriverError(error, `comparing ${printRelationName(table)}`);
  }
}

/** Changes are kept for some time only: those since an older version may be lost already. */
async function isTracked(
  connection: SqlServerConnection,
  table: RelationName,
  since: string,
): Promise<boolean> {
  const name = quoteLiteral(quoteRelation(table));
  const rows = await connection.query<{ least: string | number }>(
    `select k.min_valid_version as least from sys.change_tracking_tables k where k.object_id = object_id(${name})`,
  );
  return rows.length > 0 && BigInt(rows[0].least) <= BigInt(since);
}
