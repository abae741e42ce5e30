import { Refusal } from '../refusal.js';
import {
  allowedFunctions,
  allowedTableFunctions,
  allowedVariants,
  groupingFunctions,
  hintFunctions,
} from './allowed.js';
import { hasOneSpelling } from './one-spelling.js';
import type { TsqlTree } from './parser.js';
import { reservedWords } from './reserved-words.js';

/** A relation where a statement names it. */
export interface TableNode {
  /** Parts of the name, the schema before the table. */
  readonly names: readonly string[];
  readonly start: Place;
  readonly end: Place;
  readonly alias: string | undefined;
  readonly aliasEnd: Place | undefined;
  readonly hasHints: boolean;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

interface Identifier {
  readonly value: string;
  readonly quote_style?: string | null;
  readonly span: { readonly start: Place; readonly end: Place };
}

/** What a statement names, gathered over allowed syntax alone. */
export interface TsqlReading {
  readonly tables: readonly TableNode[];
  /** Every identifier in lower case, columns, tables and aliases alike. */
  readonly identifiers: ReadonlySet<string>;
  /** Column names of three parts and more: `dbo.Customers.Email`. */
  readonly longNames: readonly (readonly Identifier[])[];
  /** A star, or a name that a collation may hold equal to one that is written otherwise. */
  readonly mayNameAnyColumn: boolean;
  /** Where each common table expression is named first; names in lower case. */
  readonly ctes: ReadonlyMap<string, Place>;
}

/** @throws Refusal for syntax and functions that are not on a list */
export function readStatement(statement: TsqlTree): TsqlReading {
  return read(statement, allowedFunctions);
}

/** The same of a text that masks were put into: they read the key, which no client may. */
export function readMaskedStatement(statement: TsqlTree): TsqlReading {
  return read(statement, new Set([...allowedFunctions, 'session_context']));
}

function read(statement: TsqlTree, functions: ReadonlySet<string>): TsqlReading {
  const reader = new Reader(functions);
  // The kind of the statement itself is looked at where it is read.
  reader.visit(Object.values(statement));
  return reader;
}

class Reader implements TsqlReading {
  readonly tables: TableNode[] = [];
  readonly identifiers = new Set<string>();
  readonly longNames: Identifier[][] = [];
  readonly ctes = new Map<string, Place>();
  mayNameAnyColumn = false;
  #functions: ReadonlySet<string>;

  constructor(functions: ReadonlySet<string>) {
    this.#functions = functions;
  }

  visit(value: unknown): void {
    if (Array.isArray(value)) for (const entry of value) this.visit(entry);
    else if (typeof value === 'object' && value !== null) this.#visitObject(value as TsqlTree);
  }

  #visitObject(node: TsqlTree): void {
    if (isIdentifier(node)) this.#addName(node);
    for (const [key, value] of Object.entries(node)) {
      if (/^[A-Z]/.test(key) && !allowedVariants.has(key))
        throw new Refusal('construct', `this syntax is not on the list of what can be masked: '${key}'`);
      this.#visitField(key, value);
    }
  }

  #visitField(key: string, value: unknown): void {
    switch (key) {
      case 'Table':
        this.#addTable(value as TsqlTree);
        return;
      case 'Function':
        this.#visitFunction(value as TsqlTree);
        return;
      case 'CompoundFieldAccess':
        this.#visitXmlValue(value as TsqlTree);
        return;
      case 'group_by':
        this.#visitWith(groupingFunctions, value);
        return;
      case 'Wildcard':
      case 'QualifiedWildcard':
        this.mayNameAnyColumn = true;
        break;
      case 'Unnamed':
        if (value === 'Wildcard') this.mayNameAnyColumn = true;
        break;
      case 'CompoundIdentifier':
        if ((value as Identifier[]).length > 2) this.longNames.push(value as Identifier[]);
        break;
      case 'cte_tables':
        this.#addExpressions(value as { alias: { name: Identifier } }[]);
    }
    this.visit(value);
  }

  #addName({ value: name, quote_style: quotes }: Identifier): void {
    const known = name.toLowerCase();
    if (!quotes && reservedWords.has(known) && !this.#functions.has(known))
      throw new Refusal('syntax', `'${name.toUpperCase()}' is a word of T-SQL, and stands for a name`, {
        hint: 'quote it in brackets where it is a name',
      });
    this.identifiers.add(known);
    if (!hasOneSpelling(name)) this.mayNameAnyColumn = true;
  }

  #addExpressions(expressions: readonly { alias: { name: Identifier } }[]): void {
    if (this.ctes.size > 0) throw new Refusal('construct', 'WITH within a query cannot be masked');
    for (const { alias } of expressions) this.ctes.set(alias.name.value.toLowerCase(), alias.name.span.start);
  }

  /** `(SELECT … FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)')`: how lists are joined without STRING_AGG. */
  #visitXmlValue({ root, access_chain: chain }: TsqlTree): void {
    const query = (root as TsqlTree).Subquery as TsqlTree | undefined;
    const isXml = (query?.for_clause as TsqlTree | undefined)?.Xml !== undefined;
    const [{ Dot: step }, ...more] = chain as [{ Dot?: { Function?: TsqlTree } }];
    const call = step?.Function;
    const name = call && identifiersOf(call.name as unknown[]).map(({ value }) => value);
    if (!isXml || more.length > 0 || name?.join('.').toLowerCase() !== 'value' || !isPlainPath(call))
      throw new Refusal('construct', 'a method of this form cannot be masked');
    this.visit(root);
  }

  /** Functions that are known in one place of a statement alone. */
  #visitWith(functions: ReadonlySet<string>, value: unknown): void {
    const outside = this.#functions;
    this.#functions = new Set([...outside, ...functions]);
    this.visit(value);
    this.#functions = outside;
  }

  #addTable(table: TsqlTree): void {
    const {
      name,
      alias,
      with_hints: hints,
    } = table as { name: unknown[]; alias?: { name: Identifier; columns: unknown[] }; with_hints: unknown[] };
    const parts = identifiersOf(name);
    if (table.args !== undefined && table.args !== null) {
      checkFunctionName(
        parts.map(({ value }) => value),
        allowedTableFunctions,
      );
      this.visit(table.args);
      if (alias) this.visit(alias);
      return;
    }
    for (const field of ['version', 'sample', 'json_path'])
      if (table[field] !== undefined && table[field] !== null)
        throw new Refusal('construct', `a table with '${field}' cannot be masked`);
    if (alias && alias.columns.length > 0)
      throw new Refusal('construct', 'a table whose columns get other names cannot be masked');
    if (parts.length === 0) throw new Refusal('construct', 'a relation without a name cannot be masked');
    this.tables.push({
      names: parts.map(({ value }) => value),
      start: parts[0].span.start,
      end: parts.at(-1)!.span.end,
      alias: alias?.name.value,
      aliasEnd: alias?.name.span.end,
      hasHints: hints.length > 0,
    });
    for (const part of parts) this.#addName(part);
    if (alias) this.#addName(alias.name);
    this.#visitWith(hintFunctions, hints);
  }

  #visitFunction(call: TsqlTree): void {
    const names = identifiersOf(call.name as unknown[]).map(({ value }) => value);
    checkFunctionName(names, this.#functions);
    const counts = /^count(_big)?$/i.test(names[0]);
    const args = JSON.stringify(call.args ?? null);
    const { name: _name, args: list, ...rest } = call;
    // COUNT(*) reads no column; CHECKSUM(*) reads them all.
    if (!(counts && /"args":\[\{"Unnamed":"Wildcard"\}\]/.test(args))) this.visit(list);
    this.visit(rest);
  }
}

function checkFunctionName(names: readonly string[], allowed: ReadonlySet<string>): void {
  if (names.length === 1 && allowed.has(names[0].toLowerCase())) return;
  throw new Refusal('function', `'${names.join('.')}' is not on the list of functions that can be masked`);
}

/** A path of XQuery that names elements alone: `sql:column("Email")` would read a column out of a string. */
function isPlainPath(call: TsqlTree | undefined): boolean {
  const { args } = ((call?.args as TsqlTree | undefined)?.List ?? {}) as { args?: unknown };
  const [path, type, ...more] = textsOf(args);
  return more.length === 0 && /^[\w./()[\] ]+$/.test(path ?? '') && /^\w+(\(\w+\))?$/.test(type ?? '');
}

function textsOf(args: unknown): readonly (string | undefined)[] {
  type Argument = { Unnamed?: { Expr?: { Value?: { value: Record<string, string> } } } };
  return ((args ?? []) as Argument[]).map(({ Unnamed: unnamed }) => {
    const { SingleQuotedString: text, NationalStringLiteral: national } = unnamed?.Expr?.Value?.value ?? {};
    return text ?? national;
  });
}

function identifiersOf(name: readonly unknown[]): readonly Identifier[] {
  return name.map((part) => {
    const { Identifier: identifier } = part as { Identifier?: Identifier };
    if (!identifier) throw new Refusal('construct', 'a name of this form cannot be masked');
    return identifier;
  });
}

function isIdentifier(node: TsqlTree): node is TsqlTree & Identifier {
  return typeof node.value === 'string' && typeof node.span === 'object';
}
