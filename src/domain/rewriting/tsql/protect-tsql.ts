import { type Column, printColumnName, type Table, type View } from '../../catalog/catalog.js';
import { baseTypeName } from '../../catalog/column-type.js';
import { sqlFormOf, type SqlMaskRequest } from '../../masking/sql-form.js';
import type { ColumnMask, RowsMask } from '../../policy/column-mask.js';
import { maskedColumn } from '../../policy/decide-masks.js';
import type { QueryCatalog } from '../query-catalog.js';
import { Refusal } from '../refusal.js';
import type { RoleView } from '../rewrite-context.js';
import { maskTsql } from './rewrite-tsql.js';
import { rowsExpression } from './rows-expression.js';
import { bracket, nameOf, quoteText, TsqlText } from './tsql-text.js';
import { TsqlProtection } from './tsql-protection.js';

/** SQL Server 2019 and later, and Azure SQL. */
export const UTF8_COLLATION = 'Latin1_General_100_BIN2_UTF8';

/** See `protect`. The parser has to be loaded. */
export function protectTsql(catalog: QueryCatalog, view: RoleView): TsqlProtection {
  const protection = new TsqlProtection(catalog, view);
  const masks = new Map([...view.masks].map(([name, mask]) => [name.toLowerCase(), mask]));
  for (const table of catalog.catalog.tables) addTable(table, masks, protection);
  const pending = [...catalog.catalog.views];
  // Views read each other: each pass adds those whose sources are known, until none is left or none moves.
  for (let before = Infinity; pending.length > 0 && pending.length < before;) {
    before = pending.length;
    for (const one of pending.splice(0)) if (!addView(one, protection)) pending.push(one);
  }
  for (const { schema, name, columns } of pending)
    protection.add({
      ...{ schema, name, masks: new Map(), isTable: false },
      columns: columns.map((column) => column.name),
      closed: 'its definition cannot be masked',
    });
  return protection;
}

function addTable(table: Table, masks: ReadonlyMap<string, ColumnMask>, protection: TsqlProtection): void {
  const own = new Map<string, string>();
  for (const column of table.columns) {
    const mask = masks.get(keyOf(table, column));
    if (mask)
      own.set(
        column.name.toLowerCase(),
        tsqlMask(mask, table, column, { utf8: protection.catalog.utf8 ?? 'by-collation' }),
      );
  }
  // What tells the rows of a mask may be masked itself, by a name in another case.
  const tellsRows = new Set<string>();
  for (const column of table.columns) {
    const { rows = [] } = masks.get(keyOf(table, column)) ?? {};
    for (const { where } of rows) tellsRows.add(where.column.toLowerCase());
    if (rows.some(({ where }) => own.has(where.column.toLowerCase())))
      own.set(column.name.toLowerCase(), nullOf(column));
  }
  const { generated } = protection.catalog;
  for (const { column, expression } of generated) {
    const isOwn = column.schema === table.schema && column.table === table.name;
    const known = table.columns.find(({ name }) => name === column.column);
    if (isOwn && known && mentions(expression, own)) own.set(known.name.toLowerCase(), nullOf(known));
  }
  const { schema, name, columns } = table;
  protection.add({
    ...{ schema, name, columns: columns.map((column) => column.name), masks: own, isTable: true },
    tellsRows,
  });
}

/** NULL in the column's own type; a cast takes no alias types. */
function nullOf({ type }: Column): string {
  return `cast(null as ${baseTypeName(type)})`;
}

function keyOf({ schema, name }: Table, column: Column): string {
  return printColumnName({ schema, table: name, column: column.name }).toLowerCase();
}

function mentions(expression: string, masked: ReadonlyMap<string, string>): boolean {
  return new TsqlText(expression).tokens.some((token) => masked.has(nameOf(token).toLowerCase()));
}

/** False while it reads a view that is not known yet, or for good where its definition cannot be masked. */
function addView(view: View, protection: TsqlProtection): boolean {
  const { schema, name } = view;
  const columns = view.columns.map((column) => column.name);
  try {
    const { sql, maskedColumns } = maskTsql(bodyOf(view.definition), protection, schema);
    // A query in place of a table may not begin with WITH.
    if (maskedColumns.length > 0 && /^with\b/i.test(sql)) return false;
    const list = columns.map(bracket).join(', ');
    protection.add({
      ...{ schema, name, columns, isTable: false },
      masks: new Map(maskedColumns.length > 0 ? columns.map((column) => [column.toLowerCase(), 'null']) : []),
      ...(maskedColumns.length > 0
        ? { maskedDefinition: `select ${list} from (${sql}) as [v](${list})` }
        : {}),
    });
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}

/** The query behind `CREATE VIEW … AS`. */
function bodyOf(definition: string): string {
  const text = new TsqlText(definition);
  if (text.tokens[0]?.text.toLowerCase() !== 'create') return definition.trim().replace(/;$/, '');
  const as = text.tokens.find(({ kind, text: word }) => kind === 'word' && word.toLowerCase() === 'as');
  return definition
    .slice(as?.end ?? 0)
    .trim()
    .replace(/;$/, '');
}

/** How a server tells the bytes of a text in UTF-8. */
export interface TsqlText8 {
  readonly utf8: 'by-collation' | 'of-ascii-alone';
}

/** What a role sees of a column; NULL where T-SQL cannot say its technique. */
export function tsqlMask(mask: ColumnMask, table: Table, column: Column, text8: TsqlText8): string {
  const request: Omit<SqlMaskRequest, 'technique' | 'options' | 'domain' | 'digest'> = {
    column: maskedColumn(table, column),
    value: bracket(column.name),
    text: quoteText,
    companion(name) {
      const other = table.columns.find((known) => known.name === name);
      return other && { value: bracket(name), type: other.type };
    },
  };
  const maskedBy = ({ technique, options, domain }: Pick<ColumnMask, 'technique' | 'options' | 'domain'>) =>
    sqlFormOf('sqlserver', {
      ...{ ...request, technique, options, domain },
      digest: (expression, own = domain) => digestOf(own, expression, text8),
    }) ?? nullOf(column);
  const clear = bracket(column.name);
  let masked = maskedBy(mask);
  if (mask.unless) {
    const { column: owner, equals } = mask.unless;
    const isOwn = `cast(${bracket(owner)} as nvarchar(max)) = ${quoteText(equals)}`;
    masked = `case when ${isOwn} then ${clear} else ${masked} end`;
  }
  if (!mask.rows || mask.rows.length === 0) return masked;
  const show = (shown: RowsMask['show']) => (shown === 'as-it-is' ? clear : maskedBy(shown));
  return rowsExpression(mask.rows, table, show, masked);
}

/** HMAC-SHA-256 with HASHBYTES; the key's two blocks lie in the session's context, which no client may read. */
function digestOf(domain: string, expression: string, { utf8 }: TsqlText8): string {
  const block = (side: 'inner' | 'outer') =>
    `cast(session_context(N'scrubjay.key_${side}') as varbinary(64))`;
  const prefix = `cast(0x${Buffer.from(`${domain}\x1f`, 'latin1').toString('hex')} as varbinary(100))`;
  const bytes = utf8 === 'by-collation' ? utf8Of(expression) : asciiOf(expression);
  return `hashbytes('SHA2_256', ${block('outer')} + hashbytes('SHA2_256', ${block('inner')} + ${prefix} + ${bytes}))`;
}

/** The collation comes before the cast, which would lose what the database's own code page lacks. */
function utf8Of(expression: string): string {
  return `cast(cast((${expression}) collate ${UTF8_COLLATION} as varchar(max)) as varbinary(max))`;
}

/** NULL for texts beyond printable ASCII, whose bytes in UTF-8 the server cannot tell. */
function asciiOf(expression: string): string {
  const isOther = `(${expression}) collate Latin1_General_BIN2 like N'%[^ -~]%'`;
  return `case when ${isOther} then null else cast(cast(${expression} as varchar(max)) as varbinary(max)) end`;
}
