import type { CheckConstraint, Column, Table } from '../../domain/catalog/catalog.js';
import { baseTypeName, type ColumnType } from '../../domain/catalog/column-type.js';
import type { RowTrial } from '../scrub-source.js';
import { bulkColumnOf, travelsAsBytes } from './bulk-load/bulk-columns.js';
import { roomFor, UnloadableValueError } from './bulk-load/field-encoder.js';
import type { SqlServerConnection, SqlValue } from './connection.js';
import { DatabaseError, translateDriverError } from './driver-errors.js';
import { quoteName, quoteRelation } from './identifiers.js';
import { type ValueForms, wireFormOf } from './wire-forms.js';

/** Longer values are left out: a trial holds what it reads. */
const LONGEST_BYTES = 4_000;

/** Parameters of one statement; the server takes 2,100 with its own. */
const MOST_PARAMETERS = 2_000;

type Texts = readonly (string | null)[];

/**
 * Tries what masks give on columns and checks of SQL Server, and writes nothing: types as a bulk load would write
 * them, checks and code pages as the server evaluates them; for a copy elsewhere, the standard types that stand for them
 * there. In a session of its own, since an error of some kinds ends a transaction, and with it the snapshot that is copied.
 */
export class TrialRows implements RowTrial {
  readonly #open: () => Promise<SqlServerConnection>;
  readonly #forms: ValueForms;
  #session: Promise<SqlServerConnection> | undefined;

  /** @param open a session of the source that waits for no writer */
  constructor(open: () => Promise<SqlServerConnection>, forms: ValueForms) {
    this.#open = open;
    this.#forms = forms;
  }

  async someRows(table: Table, columns: readonly string[], rows: number): Promise<readonly Texts[]> {
    const found = columns.map((name) => table.columns.find((column) => column.name === name)!);
    const forms = found.map((column) => wireFormOf(column, this.#forms));
    const values = found.map(({ name, clientEncrypted }, i) => {
      const { sql } = forms[i];
      const cut = `case when datalength(t.${quoteName(name)}) <= ${LONGEST_BYTES} then ${sql} end`;
      return `${clientEncrypted ? sql : cut} as [c${i}]`;
    });
    const read = await this.#ask<Record<string, SqlValue>>(
      `select top (${rows}) ${values.join(', ')} from ${quoteRelation(table)} as t`,
      [],
      `reading some rows of ${table.schema}.${table.name}`,
    );
    return read.map((row) => forms.map(({ textOf }, i) => textOf(row[`c${i}`])));
  }

  async isRefusedByType(column: Column, values: Texts): Promise<boolean> {
    const given = values.filter((value) => value !== null);
    if (this.#forms === 'portable') return !given.every((value) => fitsElsewhere(column, value));
    return (
      !given.every((value) => isLoadable(column.type, value)) || (await this.#isNotOfCodePage(column, given))
    );
  }

  async isRefusedByCheck(
    check: CheckConstraint,
    columns: readonly Column[],
    rows: readonly Texts[],
  ): Promise<boolean> {
    // Bytes travel in a form that no cast of the server reads.
    if (rows.length === 0 || columns.some(({ type }) => type.family === 'binary')) return false;
    const tried = rows.slice(0, Math.floor(MOST_PARAMETERS / columns.length));
    const parameters = tried.flat().filter((value) => value !== null);
    let next = 1;
    const given = tried.map(
      (row) =>
        `(${row.map((value) => (value === null ? 'cast(null as nvarchar(max))' : `@p${next++}`)).join(', ')})`,
    );
    const typed = columns.map(
      ({ name, type }, i) => `try_cast(g.[c${i}] as ${baseTypeName(type)}) as ${quoteName(name)}`,
    );
    const sql = `
      select count(*) as broken
      from (select ${typed.join(', ')} from (values ${given.join(', ')}) as g (${columns.map((_, i) => `[c${i}]`).join(', ')})) as t
      where not (${check.expression})`;
    try {
      const [{ broken }] = await this.#ask<{ broken: number }>(sql, parameters, `trying check ${check.name}`);
      return broken > 0;
    } catch (error) {
      // What cannot be asked like this decides nothing; a session that was lost does not say so.
      if (error instanceof DatabaseError && error.number !== undefined) return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    session?.close();
  }

  /**
   * True where a letter is not in the code page that the column keeps its texts in, so that the server would store `?`, or
   * where letters take more bytes there than the column has: its length counts bytes. A cast changes both without a word.
   */
  async #isNotOfCodePage({ type, collation }: Column, values: readonly string[]): Promise<boolean> {
    const isOfCodePage = /^(?:var)?char\b|^text$/.test(baseTypeName(type));
    const asked = values.filter((value) => /[^\0-\x7f]/.test(value));
    if (!isOfCodePage || !collation || !/^\w+$/.test(collation) || asked.length === 0) return false;
    const given = asked.map((_, i) => `(@p${i + 1})`).join(', ');
    const kept = `cast(g.v collate ${collation} as varchar(${type.maxLength ?? 'max'}))`;
    const [{ changed }] = await this.#ask<{ changed: number }>(
      `select count(*) as changed from (values ${given}) as g (v)
       where cast(${kept} as nvarchar(max)) collate Latin1_General_BIN2 <> g.v collate Latin1_General_BIN2`,
      asked,
      'trying letters on a code page',
    );
    return changed > 0;
  }

  async #ask<Row extends object>(sql: string, parameters: readonly string[], doing: string): Promise<Row[]> {
    this.#session ??= this.#open();
    const session = await this.#session;
    try {
      return await session.query<Row>(sql, { parameters });
    } catch (error) {
      throw translateDriverError(error, doing);
    }
  }
}

function isLoadable(type: ColumnType, value: string): boolean {
  const bytes = Buffer.from(value);
  try {
    bulkColumnOf(type).encoder.encode(bytes, 0, bytes.length, Buffer.alloc(roomFor(bytes.length)), 0);
    return true;
  } catch (error) {
    if (error instanceof UnloadableValueError) return false;
    throw error;
  }
}

/** True when the standard type that stands for the column's elsewhere takes the value. */
function fitsElsewhere({ type }: Column, value: string): boolean {
  if (type.family === 'text' || travelsAsBytes(type))
    // A standard counts characters, where SQL Server counts units of UTF-16.
    return type.maxLength === undefined || Array.from(value.replace(/ +$/, '')).length <= type.maxLength;
  return isLoadable(asWideAsStandard[baseTypeName(type)] ?? type, value);
}

/** Types of which the standard ones that stand for them elsewhere hold more (see `portable-catalog.ts`). */
const asWideAsStandard: Readonly<Record<string, ColumnType>> = {
  tinyint: { name: 'smallint', family: 'integer' },
  money: { name: 'decimal(19,4)', family: 'decimal', precision: 19, scale: 4 },
  smallmoney: { name: 'decimal(10,4)', family: 'decimal', precision: 10, scale: 4 },
  datetime: { name: 'datetime2(3)', family: 'timestamp' },
  smalldatetime: { name: 'datetime2(0)', family: 'timestamp' },
};
