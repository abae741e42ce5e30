import { Refusal } from '../refusal.js';
import { allowedFunctions, allowedVariants } from './allowed.js';
import type { TsqlTree } from './parser.js';

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

interface Place {
  readonly line: number;
  readonly column: number;
}

interface Identifier {
  readonly value: string;
  readonly span: { readonly start: Place; readonly end: Place };
}

/** What a statement names, gathered over allowed syntax alone. */
export interface TsqlReading {
  readonly tables: readonly TableNode[];
  /** Every identifier in lower case, columns, tables and aliases alike. */
  readonly identifiers: ReadonlySet<string>;
  /** Column names of three parts and more: `dbo.Customers.Email`. */
  readonly longNames: readonly (readonly Identifier[])[];
  readonly hasStar: boolean;
  /** Names of common table expressions, in lower case. */
  readonly ctes: ReadonlySet<string>;
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
  reader.visit(statement);
  return reader;
}

class Reader implements TsqlReading {
  readonly tables: TableNode[] = [];
  readonly identifiers = new Set<string>();
  readonly longNames: Identifier[][] = [];
  readonly ctes = new Set<string>();
  hasStar = false;
  readonly #functions: ReadonlySet<string>;

  constructor(functions: ReadonlySet<string>) {
    this.#functions = functions;
  }

  visit(value: unknown): void {
    if (Array.isArray(value)) for (const entry of value) this.visit(entry);
    else if (typeof value === 'object' && value !== null) this.#visitObject(value as TsqlTree);
  }

  #visitObject(node: TsqlTree): void {
    if (isIdentifier(node)) this.identifiers.add(node.value.toLowerCase());
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
      case 'Wildcard':
      case 'QualifiedWildcard':
        this.hasStar = true;
        break;
      case 'Unnamed':
        if (value === 'Wildcard') this.hasStar = true;
        break;
      case 'CompoundIdentifier':
        if ((value as Identifier[]).length > 2) this.longNames.push(value as Identifier[]);
        break;
      case 'cte_tables':
        for (const { alias } of value as { alias: { name: Identifier } }[])
          this.ctes.add(alias.name.value.toLowerCase());
    }
    this.visit(value);
  }

  #addTable(table: TsqlTree): void {
    const {
      name,
      alias,
      with_hints: hints,
    } = table as { name: unknown[]; alias?: { name: Identifier; columns: unknown[] }; with_hints: unknown[] };
    const parts = identifiersOf(name);
    if (table.args !== undefined && table.args !== null) {
      this.#checkFunctionName(parts.map(({ value }) => value));
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
    for (const { value } of parts) this.identifiers.add(value.toLowerCase());
    this.visit(hints);
  }

  #visitFunction(call: TsqlTree): void {
    const names = identifiersOf(call.name as unknown[]).map(({ value }) => value);
    this.#checkFunctionName(names);
    const counts = /^count(_big)?$/i.test(names[0]);
    const args = JSON.stringify(call.args ?? null);
    const { name: _name, args: list, ...rest } = call;
    // COUNT(*) reads no column; CHECKSUM(*) reads them all.
    if (!(counts && /"args":\[\{"Unnamed":"Wildcard"\}\]/.test(args))) this.visit(list);
    this.visit(rest);
  }

  #checkFunctionName(names: readonly string[]): void {
    const [name] = names;
    if (names.length === 1 && this.#functions.has(name.toLowerCase())) return;
    throw new Refusal('function', `'${names.join('.')}' is not on the list of functions that can be masked`);
  }
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
