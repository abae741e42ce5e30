import { ScrubjayError } from '../../domain/errors.js';
import { printRelationName } from '../../domain/catalog/catalog.js';
import type { SqlServerConnection } from './connection.js';
import { ownObjects } from './introspection.js';
import type { ValueForms } from './row-queries.js';
import { columnsOfSystemView, hasSystemView } from './system-views.js';

/** Tables that cannot be copied row by row into an ordinary database. */
export class UncopyableTablesError extends ScrubjayError {
  readonly code = 'uncopyable-tables';

  constructor(tables: readonly { readonly table: string; readonly reason: string }[]) {
    const list = tables.map(({ table, reason }) => `${table} (${reason})`).join(', ');
    super(
      `${tables.length} of the source's tables cannot be copied: ${list}`,
      'move them to another schema or database, or scrub a database without them',
    );
  }
}

/** The login would read less than is there, or something else than is there. */
export class FilteredSourceError extends ScrubjayError {
  readonly code: string;

  constructor(code: string, message: string, hint: string) {
    super(message, hint);
    this.code = code;
  }
}

interface KindRow {
  readonly schema: string;
  readonly name: string;
  readonly reason: string;
}

/**
 * Refuses what a copy would silently lose or change: ledger tables are append-only, graph tables make
 * their own identifiers, Always Encrypted columns come as ciphertext, external tables and FileTables have
 * their rows elsewhere, memory-optimised tables need a filegroup of their own.
 */
export async function refuseUncopyableTables(
  connection: SqlServerConnection,
  forms: ValueForms,
): Promise<void> {
  const columns = await columnsOfSystemView(connection, 'tables');
  const reasons = [
    ['is_external', 'an external table: its rows are elsewhere'],
    ['is_filetable', 'a FileTable: its rows are files'],
    ['is_node', 'a graph node: its identifiers are made anew'],
    ['is_edge', 'a graph edge: its identifiers are made anew'],
    ['is_memory_optimized', 'memory-optimised: it needs a filegroup of its own'],
    ['ledger_type', 'a ledger table: append-only'],
  ].filter(([column]) => columns.has(column));
  const cases = reasons.map(([column, reason]) => `when o.${column} > 0 then N'${reason}'`).join(' ');
  const encrypted = (await columnsOfSystemView(connection, 'columns')).has('encryption_type')
    ? `when exists (select 1 from sys.columns c where c.object_id = o.object_id and c.encryption_type is not null)
       then N'Always Encrypted columns: only ciphertext can be read'`
    : '';
  // A variant's type is its value's, and a bulk load of it would have to say each.
  const types =
    forms === 'portable'
      ? ''
      : `when exists (
      select 1 from sys.columns c join sys.types t on t.user_type_id = c.user_type_id
      where c.object_id = o.object_id and t.name = 'sql_variant'
    ) then N'columns of type sql_variant: give them a type of their own, or copy to PostgreSQL or files'`;
  const rows = await connection.query<KindRow>(`
    select [schema], name, reason from (
      select s.name as [schema], o.name as name, case ${cases} ${encrypted} ${types} end as reason
      from sys.tables o join sys.schemas s on s.schema_id = o.schema_id
      where ${ownObjects}
    ) as kinds where reason is not null order by [schema], name`);
  if (rows.length > 0)
    throw new UncopyableTablesError(
      rows.map((row) => ({ table: printRelationName(row), reason: row.reason })),
    );
}

/** A login without UNMASK would copy masks as if they were values; a security policy hides rows. */
export async function refuseFilteredReads(connection: SqlServerConnection): Promise<void> {
  if (await hasSystemView(connection, 'masked_columns')) {
    const [{ masked, may }] = await connection.query<{ masked: number; may: number | null }>(`
      select count(*) as masked, has_perms_by_name(null, 'DATABASE', 'UNMASK') as may from sys.masked_columns
      where is_masked = 1`);
    if (masked > 0 && may !== 1) {
      throw new FilteredSourceError(
        'source-is-masked',
        `the source masks ${masked} columns from this login, which would copy the masks`,
        'run on the source: grant unmask to the scrub’s user',
      );
    }
  }
  if (await hasSystemView(connection, 'security_policies')) {
    const policies = await connection.query<{ name: string }>(`
      select s.name + '.' + o.name as name from sys.security_policies o
      join sys.schemas s on s.schema_id = o.schema_id
      where o.is_enabled = 1 and exists (
        select 1 from sys.security_predicates p where p.object_id = o.object_id and p.predicate_type_desc = 'FILTER'
      )`);
    if (policies.length > 0) {
      throw new FilteredSourceError(
        'row-level-security',
        `security policies hide rows of the source: ${policies.map(({ name }) => name).join(', ')}`,
        'exempt the scrub’s user in their predicates, then switch the policy off for the run or use a copy without it',
      );
    }
  }
}
