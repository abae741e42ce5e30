import type { SchemaStatement } from '../../engine.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteName, quoteRelation } from '../identifiers.js';
import { ownObjects } from '../introspection.js';
import { hasSystemView } from '../system-views.js';

interface TemporalRow {
  readonly schema: string;
  readonly name: string;
  readonly historySchema: string | null;
  readonly historyName: string | null;
  readonly from: string;
  readonly to: string;
}

/**
 * Periods and system versioning, when table and history are filled and masked: switched on again with
 * the server's own check that both hang together.
 */
export async function readTemporal(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  if (!(await hasSystemView(connection, 'periods'))) return [];
  const rows = await connection.query<TemporalRow>(`
    select s.name as [schema], o.name as name, hs.name as historySchema, h.name as historyName,
           f.name as [from], t.name as [to]
    from sys.tables o
    join sys.schemas s on s.schema_id = o.schema_id
    join sys.periods p on p.object_id = o.object_id
    join sys.columns f on f.object_id = o.object_id and f.column_id = p.start_column_id
    join sys.columns t on t.object_id = o.object_id and t.column_id = p.end_column_id
    left join sys.tables h on h.object_id = o.history_table_id
    left join sys.schemas hs on hs.schema_id = h.schema_id
    where ${ownObjects} order by s.name, o.name`);
  return rows.flatMap(({ schema, name, historySchema, historyName, from, to }) => {
    const table = quoteRelation({ schema, name });
    const makes = `period of ${schema}.${name}`;
    const period = {
      makes,
      sql: `alter table ${table} add period for system_time (${quoteName(from)}, ${quoteName(to)})`,
    };
    if (historySchema === null || historyName === null) return [period];
    const history = quoteRelation({ schema: historySchema, name: historyName });
    return [
      period,
      {
        makes: `history of ${schema}.${name}`,
        sql: `alter table ${table} set (system_versioning = on (history_table = ${history}, data_consistency_check = on))`,
      },
    ];
  });
}
