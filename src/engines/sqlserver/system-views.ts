import type { SqlServerConnection } from './connection.js';

/** What a server's catalog has differs: later releases have more, and compatible servers less. */
export async function hasSystemView(connection: SqlServerConnection, view: string): Promise<boolean> {
  const rows = await connection.query<{ name: string }>(
    `select v.name as name from sys.all_views v where v.schema_id = schema_id(N'sys') and v.name = N'${view}'`,
  );
  return rows.length > 0;
}

/** The columns of a system view, of which later releases have more. */
export async function columnsOfSystemView(
  connection: SqlServerConnection,
  view: string,
): Promise<ReadonlySet<string>> {
  const rows = await connection.query<{ name: string }>(
    `select c.name as name from sys.all_columns c where c.object_id = object_id(N'sys.${view}')`,
  );
  return new Set(rows.map(({ name }) => name));
}
