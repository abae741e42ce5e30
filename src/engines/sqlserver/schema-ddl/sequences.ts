import type { SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteLiteral, quoteRelation } from '../identifiers.js';
import { ownObjects } from '../introspection.js';
import { columnsOfSystemView } from '../system-views.js';

interface SequenceRow {
  readonly schema: string;
  readonly name: string;
  readonly type: string;
  readonly precision: number;
  readonly start: string;
  readonly increment: string;
  readonly least: string;
  readonly most: string;
  readonly cycles: boolean;
  /** The last number that was given, or the first that will be. */
  readonly current: string;
  /** NULL before the first is given; absent before SQL Server 2017. */
  readonly lastUsed?: string | null;
}

/** Sequences, and where they and the identity columns go on: the source's state, not the highest value. */
export async function readSequences(
  connection: SqlServerConnection,
): Promise<{ made: SchemaStatement[]; moved: SchemaStatement[] }> {
  const tellsUse = (await columnsOfSystemView(connection, 'sequences')).has('last_used_value');
  const sequences = await connection.query<SequenceRow>(`
    select s.name as [schema], o.name as name, type_name(o.user_type_id) as type,
           cast(o.precision as int) as precision,
           cast(o.start_value as varchar(50)) as start, cast(o.increment as varchar(50)) as increment,
           cast(o.minimum_value as varchar(50)) as least, cast(o.maximum_value as varchar(50)) as most,
           o.is_cycling as cycles, cast(o.current_value as varchar(50)) as [current]${tellsUse ? ', cast(o.last_used_value as varchar(50)) as lastUsed' : ''}
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
        `create sequence ${quoteRelation(row)} as ${typeOf(row)} start with ${row.start} increment by ${row.increment}` +
        ` minvalue ${row.least} maxvalue ${row.most} ${row.cycles ? 'cycle' : 'no cycle'}`,
    })),
    moved: [
      ...sequences.map((row) => ({
        makes: `state of sequence ${row.schema}.${row.name}`,
        sql: `alter sequence ${quoteRelation(row)} restart with ${nextOf(row)}`,
      })),
      ...identities.map((row) => ({
        makes: `identity of ${row.schema}.${row.name}`,
        sql: `dbcc checkident (${quoteRelationText(row)}, reseed, ${row.last}) with no_infomsgs`,
      })),
    ],
  };
}

/** Decimals without a precision would have eighteen digits. */
function typeOf({ type, precision }: SequenceRow): string {
  return /^(?:decimal|numeric)$/.test(type) ? `${type}(${precision}, 0)` : type;
}

/**
 * The number that comes next. The server tells the last one, and of a sequence that gave none the first; where it cannot
 * tell these apart, one number is left out. One that has given all it has gives the last of them once more.
 * Source: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sequences-transact-sql
 */
function nextOf({ current, lastUsed, increment, least, most, cycles }: SequenceRow): string {
  if (lastUsed === null) return current;
  const next = BigInt(current) + BigInt(increment);
  if (next >= BigInt(least) && next <= BigInt(most)) return String(next);
  if (cycles) return next > BigInt(most) ? least : most;
  return current;
}

/** A table's name as a string: DBCC of compatible servers takes Unicode literals for part of the name. */
function quoteRelationText(table: { readonly schema: string; readonly name: string }): string {
  const text = quoteLiteral(quoteRelation(table));
  return /^[\x20-\x7e]*$/.test(text) ? text.slice(1) : text;
}
