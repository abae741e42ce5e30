import { ScrubjayError } from '../../domain/errors.js';
import { printRelationName } from '../../domain/catalog/catalog.js';
import type { PlanProblem, SourceNotice } from '../../domain/scrub/scrub-plan.js';
import type { SqlServerConnection } from './connection.js';
import { ownObjects } from './introspection.js';
import type { ValueForms } from './wire-forms.js';
import { columnsOfSystemView, hasSystemView } from './system-views.js';

/** A table was to be read that planning refused. */
export class UncopyableTableError extends ScrubjayError {
  readonly code = 'uncopyable-table';

  constructor({ where, problem, hint }: PlanProblem) {
    super(`${where} cannot be copied: ${problem}`, hint);
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
  readonly kind: string;
}

/** Kinds of tables that cannot be copied row by row into an ordinary database: why, and what to do. */
const kinds: Readonly<Record<string, readonly [problem: string, hint: string]>> = {
  is_external: [
    'it is an external table, whose rows are elsewhere',
    'scrub the data source that it reads, and make it anew in the copy',
  ],
  is_filetable: ['it is a FileTable, whose rows are files', 'move it to a database of its own'],
  is_node: [
    'it is a graph node, whose identifiers every server makes anew',
    'copy its columns into an ordinary table, with a key of its own, and scrub that',
  ],
  is_edge: [
    'it is a graph edge, which refers to identifiers that every server makes anew',
    'copy it into an ordinary table that refers to keys, and scrub that',
  ],
  is_memory_optimized: [
    'it is memory-optimised, and cannot be read in the snapshot that the others are read in',
    'copy it into an ordinary table, or scrub a restored backup without it',
  ],
  ledger_type: [
    'it is a ledger table, which keeps what it held before: it cannot be masked',
    'copy the present rows into an ordinary table, and scrub that',
  ],
  sql_variant: [
    'it has columns of type sql_variant, whose values each have a type of their own',
    'give the columns a type, or copy to PostgreSQL or files, where they are text',
  ],
};

/**
 * What a copy would silently lose or change, as refusals of the plan. History tables of ledgers and what
 * belongs to them is found with them.
 */
export async function uncopyableTables(
  connection: SqlServerConnection,
  forms: ValueForms,
): Promise<readonly SourceNotice[]> {
  const known = await columnsOfSystemView(connection, 'tables');
  const flags = Object.keys(kinds).filter((flag) => known.has(flag));
  const cases = flags.map((flag) => `when o.${flag} > 0 then N'${flag}'`);
  if (forms === 'native') {
    cases.push(
      `when exists (
         select 1 from sys.columns c join sys.types t on t.user_type_id = c.user_type_id
         where c.object_id = o.object_id and t.name = 'sql_variant'
       ) then N'sql_variant'`,
    );
  }
  if (cases.length === 0) return [];
  const rows = await connection.query<KindRow>(`
    select [schema], name, kind from (
      select s.name as [schema], o.name as name, case ${cases.join(' ')} end as kind
      from sys.tables o join sys.schemas s on s.schema_id = o.schema_id
      where ${ownObjects}
    ) as kinds where kind is not null order by [schema], name`);
  return rows.map((row) => {
    const [problem, hint] = kinds[row.kind];
    return { code: 'uncopyable-table', where: printRelationName(row), problem, hint, refuses: true };
  });
}

/**
 * A login without UNMASK would copy masks as if they were values; a security policy hides rows; and a table that a
 * login has no right to is not in the catalog that it sees, so that a copy would be without it.
 * Source: https://learn.microsoft.com/sql/relational-databases/security/metadata-visibility-configuration
 */
export async function refuseFilteredReads(connection: SqlServerConnection): Promise<void> {
  const [{ defines, selects }] = await connection.query<Record<'defines' | 'selects', number | null>>(`
    select has_perms_by_name(db_name(), 'DATABASE', 'VIEW DEFINITION') as defines,
           has_perms_by_name(db_name(), 'DATABASE', 'SELECT') as selects`);
  // Compatible servers know no answer, which is NULL.
  if (defines !== 1 && selects !== 1 && (defines === 0 || selects === 0)) {
    throw new FilteredSourceError(
      'source-is-hidden',
      'the source shows this login only the tables that it has rights to, and a copy would be without the others',
      'run on the source: grant view definition to the scrub’s user, and grant select on the database',
    );
  }
  if (await hasSystemView(connection, 'masked_columns')) {
    const [{ masked, may }] = await connection.query<{ masked: number; may: number | null }>(`
      select count(*) as masked, has_perms_by_name(db_name(), 'DATABASE', 'UNMASK') as may from sys.masked_columns
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
