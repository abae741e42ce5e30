import type { SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteName, quoteRelation } from '../identifiers.js';
import { ownObjects } from '../introspection.js';
import { columnsOfSystemView, hasSystemView } from '../system-views.js';

interface TemporalRow {
  readonly schema: string;
  readonly name: string;
  readonly historySchema: string | null;
  readonly historyName: string | null;
  readonly from: string;
  readonly to: string;
  readonly hidesFrom: boolean;
  readonly hidesTo: boolean;
  /** Absent, or -1, for ever. */
  readonly retention: number | null;
  readonly retentionUnit: string | null;
}

/**
 * Periods and system versioning, when table and history are filled and masked: switched on again with
 * the server's own check that both hang together.
 */
export async function readTemporal(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  if (!(await hasSystemView(connection, 'periods'))) return [];
  const hasRetention = (await columnsOfSystemView(connection, 'tables')).has('history_retention_period');
  const rows = await connection.query<TemporalRow>(`
    select s.name as [schema], o.name as name, hs.name as historySchema, h.name as historyName,
           f.name as [from], t.name as [to], f.is_hidden as hidesFrom, t.is_hidden as hidesTo,
           ${hasRetention ? 'o.history_retention_period as retention, o.history_retention_period_unit_desc as retentionUnit' : 'null as retention, null as retentionUnit'}
    from sys.tables o
    join sys.schemas s on s.schema_id = o.schema_id
    join sys.periods p on p.object_id = o.object_id
    join sys.columns f on f.object_id = o.object_id and f.column_id = p.start_column_id
    join sys.columns t on t.object_id = o.object_id and t.column_id = p.end_column_id
    left join sys.tables h on h.object_id = o.history_table_id
    left join sys.schemas hs on hs.schema_id = h.schema_id
    where ${ownObjects} order by s.name, o.name`);
  return rows.flatMap(temporalStatements);
}

function temporalStatements(row: TemporalRow): SchemaStatement[] {
  const { schema, name, historySchema, historyName, from, to, hidesFrom, hidesTo } = row;
  const table = quoteRelation({ schema, name });
  const makes = `period of ${schema}.${name}`;
  const hidden = [...(hidesFrom ? [from] : []), ...(hidesTo ? [to] : [])];
  const period = [
    { makes, sql: `alter table ${table} add period for system_time (${quoteName(from)}, ${quoteName(to)})` },
    ...hidden.map((column) => ({
      makes,
      sql: `alter table ${table} alter column ${quoteName(column)} add hidden`,
    })),
  ];
  if (historySchema === null || historyName === null) return period;
  const history = quoteRelation({ schema: historySchema, name: historyName });
  const options = [`history_table = ${history}`, 'data_consistency_check = on', ...retentionOf(row)];
  return [
    ...period,
    {
      makes: `history of ${schema}.${name}`,
      sql: `alter table ${table} set (system_versioning = on (${options.join(', ')}))`,
    },
  ];
}

function retentionOf({ retention, retentionUnit }: TemporalRow): string[] {
  if (retention === null || retention < 0 || retentionUnit === null) return [];
  return [`history_retention_period = ${retention} ${retentionUnit.toLowerCase()}s`];
}
