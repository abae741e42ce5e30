import type { Cell, CellKind } from './tokens.js';

/** A column as a test describes it, with its type as T-SQL declares it. */
export interface ScriptedColumn {
  readonly name: string;
  /** `int`, `nvarchar(100)`, `decimal(10,2)`, `datetime2(7)`. */
  readonly type: string;
  readonly nullable?: boolean;
  readonly identity?: boolean;
  /** The expression of a computed column. */
  readonly computed?: string;
  readonly sparse?: boolean;
  /** A graph's own, which no query may name. */
  readonly graphInternal?: boolean;
  /** Always Encrypted: an expression over it is an error, as on a server. */
  readonly clientEncrypted?: boolean;
  /** Shows the sparse columns as XML. */
  readonly columnSet?: boolean;
}

export interface ScriptedForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: {
    readonly schema: string;
    readonly name: string;
    readonly columns: readonly string[];
  };
}

export interface ScriptedKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primary?: boolean;
}

/** A table as a test describes it. */
export interface ScriptedTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ScriptedColumn[];
  readonly keys?: readonly ScriptedKey[];
  readonly foreignKeys?: readonly ScriptedForeignKey[];
  /** How many rows it has. */
  readonly rows: number;
  /** Row `i`, a value for every column, as the server would print it. */
  readonly row: (i: number) => readonly (string | null)[];
  /** The login has no SELECT on it. */
  readonly unreadable?: boolean;
}

/** One table of one of the server's databases: a source's rows are made when asked for, a copy's are kept. */
export class TableState {
  readonly script: ScriptedTable;
  readonly keys: Set<string>;
  readonly untrusted = new Set<string>();
  readonly #kept: (readonly (string | null)[])[] | undefined;

  private constructor(script: ScriptedTable, keys: readonly string[], isSource: boolean) {
    this.script = script;
    this.keys = new Set(keys);
    this.#kept = isSource ? undefined : [];
  }

  static ofSource(script: ScriptedTable): TableState {
    const keys = [...(script.keys ?? []), ...(script.foreignKeys ?? [])].map(({ name }) => name);
    return new TableState(script, keys, true);
  }

  /** As `create table` leaves it: no keys, no rows, nothing encrypted by clients. */
  static ofCopy(script: ScriptedTable): TableState {
    const columns = script.columns.map((column) => ({ ...column, clientEncrypted: false }));
    return new TableState({ ...script, columns }, [], false);
  }

  get count(): number {
    return this.#kept ? this.#kept.length : this.script.rows;
  }

  *rows(): Generator<readonly (string | null)[]> {
    if (this.#kept) yield* this.#kept;
    else for (let i = 0; i < this.script.rows; i++) yield this.script.row(i);
  }

  add(row: readonly (string | null)[]): void {
    this.#kept?.push(row);
  }

  /** Changes a field of a row that was kept, as nobody should. */
  change(row: number, column: string, value: string): void {
    const kept = this.#kept!;
    kept[row] = kept[row].with(this.indexOf(column), value);
  }

  empty(): void {
    if (this.#kept) this.#kept.length = 0;
  }

  indexOf(column: string): number {
    const index = this.script.columns.findIndex(({ name }) => name === column);
    if (index < 0) throw new Error(`the script has no column ${column}`);
    return index;
  }

  /** Values of these columns, one text a row; undefined for rows that have a NULL there. */
  *keysOf(columns: readonly string[]): Generator<string | undefined> {
    const places = columns.map((column) => this.indexOf(column));
    for (const row of this.rows()) {
      const values = places.map((place) => row[place]);
      yield values.includes(null) ? undefined : JSON.stringify(values);
    }
  }
}

type ScriptedKind = 'text' | 'int' | 'bigint' | 'bit' | 'binary';

const kindOf: Readonly<Record<string, Exclude<ScriptedKind, 'text'>>> = {
  tinyint: 'int',
  smallint: 'int',
  int: 'int',
  bigint: 'bigint',
  bit: 'bit',
  varbinary: 'binary',
  binary: 'binary',
  // As the bytes that the server keeps them in, which is how they are asked for.
  hierarchyid: 'binary',
  geography: 'binary',
};

export function baseTypeOf({ type }: ScriptedColumn): string {
  return /^\w+/.exec(type)![0];
}

/** How a column's values go to a client. */
export function cellKindOf(column: ScriptedColumn): ScriptedKind {
  return kindOf[baseTypeOf(column)] ?? 'text';
}

/** How the driver gets values of it where nobody asks for text. */
export function nativeKindOf(column: ScriptedColumn): CellKind {
  return baseTypeOf(column) === 'date' ? 'date' : cellKindOf(column);
}

export function cellOf(column: ScriptedColumn, text: string | null): Cell {
  if (text === null) return null;
  switch (cellKindOf(column)) {
    case 'int':
      return Number(text);
    case 'bigint':
      return BigInt(text);
    case 'bit':
      return text === '1';
    case 'binary':
      return Buffer.from(text, 'hex');
    default:
      return text;
  }
}
