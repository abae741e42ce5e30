import type { SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteLiteral, quoteRelation } from '../identifiers.js';
import { ownObjects } from '../introspection.js';

interface SequenceRow {
  readonly schema: string;
  readonly name: string;
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly least: string;
  readonly most: string;
  readonly cycles: boolean;
  readonly current: string;
}

/** Sequences, and where they and the identity columns go on: the source's state, not the highest value. */
export async function readSequences(
  connection: SqlServerConnection,
): Promise<{ made: SchemaStatement[]; moved: SchemaStatement[] }> {
  const sequences = await connection.query<SequenceRow>(`
    select s.name as [schema], o.name as name, type_name(o.user_type_id) as type,
           cast(o.start_value as varchar(50)) as start, cast(o.increment as varchar(50)) as increment,
           cast(o.minimum_value as varchar(50)) as least, cast(o.maximum_value as varchar(50)) as most,
           o.is_cycling as cycles, cast(o.current_value as varchar(50)) as [current]
    from sys.sequences o join sys.schemas s on s.schema_id = o.schema_id
    where ${ownObjects} order by s.name, o.name`);
  const identities = await connection.query<{ schema: string; name: string; last: string }>(`
    select s.name as [schema], o.name as name, cast(i.last_value as varchar(50)) as last
    from sys.identity_columns i
    join sys.tables o on o.object_id = i.object_id
    join sys.schemas s on s.schema_id = o.schema_id
    where i.last_value is not null and ${ownObjects} order by s.name, o.name`);
  return {
    made: sequences.map((row) => ({
      makes: `sequence ${row.schema}.${row.name}`,
      sql:
        `create sequence ${quoteRelation(row)} as ${row.type} start with ${row.start} increment by ${row.increment}` +
        ` minvalue ${row.least} maxvalue ${row.most} ${row.cycles ? 'cycle' : 'no cycle'}`,
    })),
    moved: [
      ...sequences.map((row) => ({
        makes: `state of sequence ${row.schema}.${row.name}`,
        sql: `alter sequence ${quoteRelation(row)} restart with ${row.current}`,
      })),
      ...identities.map((row) => ({
        makes: `identity of ${row.schema}.${row.name}`,
        sql: `dbcc checkident (${quoteRelationText(row)}, reseed, ${row.last}) with no_infomsgs`,
      })),
    ],
  };
}

/** A table's name as a string: DBCC of compatible servers takes Unicode literals for part of the name. */
function quoteRelationText(table: { readonly schema: string; readonly name: string }): string {
  const text = quoteLiteral(quoteRelation(table));
  return /^[\x20-\x7e]*$/.test(text) ? text.slice(1) : text;
}
