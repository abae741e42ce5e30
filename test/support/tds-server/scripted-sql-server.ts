import { answerCatalog } from './scripted-catalog.js';
import { answerRows } from './scripted-rows.js';
import { type ScriptedTable, TableState } from './scripted-tables.js';
import {
  type Answer,
  type BulkStatement,
  type BulkTaker,
  TdsServer,
  type TdsServerOptions,
} from './tds-server.js';
import type { ServerError } from './tokens.js';

export interface ScriptedServerOptions {
  /** The tables of the database `shop`. */
  readonly tables: readonly ScriptedTable[];
  readonly systemViews?: readonly string[];
  readonly uncopyable?: readonly {
    readonly schema: string;
    readonly name: string;
    readonly kind: string;
  }[];
  /** Answers a statement in the place of the script, as a server in trouble does. */
  readonly instead?: (sql: string, database: string) => Answer;
  readonly refuse?: TdsServerOptions['refuse'];
  readonly certificate?: TdsServerOptions['certificate'];
  /** Counts what is loaded, and keeps none of it. */
  readonly countsOnly?: boolean;
  readonly refuseBulk?: (table: string) => ServerError | undefined;
}

/**
 * A test double of SQL Server: it answers the statements of a scrub from tables that a test describes, and
 * keeps what is loaded into its databases. It knows our statements by their form and no SQL beyond: what it
 * proves is our side of a whole run over the wire.
 */
export class ScriptedSqlServer {
  readonly #databases = new Map<string, Map<string, TableState>>();
  readonly #options: ScriptedServerOptions;
  readonly #checkpoints = new Map<string, Map<string, string>>();
  /** Reasons that work databases were marked with. */
  readonly marks: string[] = [];
  /** The next row version; a table with such a column holds the numbers below the number of its rows. */
  rowVersion = 1_000_000;
  #server: TdsServer | undefined;

  private constructor(options: ScriptedServerOptions) {
    this.#options = options;
    const source = options.tables.map((table) => [keyOf(table), TableState.ofSource(table)] as const);
    this.#databases.set('shop', new Map(source));
    this.#databases.set('master', new Map());
  }

  static async start(options: ScriptedServerOptions): Promise<ScriptedSqlServer> {
    const scripted = new ScriptedSqlServer(options);
    scripted.#server = await TdsServer.start({
      user: 'reader',
      password: 'p@ss/w:rd',
      answer: (sql, _session, database) => scripted.#answer(sql, database),
      refuse: options.refuse,
      certificate: options.certificate,
      refuseBulk: options.refuseBulk,
      ...(options.countsOnly ? {} : { onBulk: (bulk, database) => scripted.#load(bulk, database) }),
    });
    return scripted;
  }

  get wire(): TdsServer {
    return this.#server!;
  }

  url(database: string): string {
    return this.wire.url(database);
  }

  /** Names of databases, without the server's own. */
  get databases(): string[] {
    return [...this.#databases.keys()].filter((name) => name !== 'master').sort();
  }

  /** Rows of a table by its printed name. */
  rowsOf(database: string, table: string): readonly (string | null)[][] {
    const state = this.#tables(database).get(table.toLowerCase());
    return [...(state?.rows() ?? [])].map((row) => [...row]);
  }

  table(database: string, table: string): TableState {
    return this.#tables(database).get(table.toLowerCase())!;
  }

  stop(): Promise<void> {
    return this.wire.stop();
  }

  #answer(sql: string, database: string): Answer {
    const instead = this.#options.instead?.(sql, database);
    if (instead !== undefined) return instead;
    const { systemViews = [], uncopyable = [] } = this.#options;
    const exists = /from sys\.databases d where d\.name = N'(.+)'/.exec(sql);
    if (exists) return resultOf(this.#databases.has(exists[1]) ? [{ name: exists[1] }] : []);
    const facts = {
      database,
      tables: [...this.#tables(database).values()],
      systemViews,
      uncopyable,
      rowVersion: this.rowVersion,
    };
    const catalog = answerCatalog(facts, sql) ?? this.#ownRecords(sql, database);
    if (catalog) return resultOf(catalog);
    return answerRows(sql, (relation) => this.#find(database, relation)) ?? this.#define(sql, database);
  }

  /** What Scrubjay keeps in a database for itself: its lock, its mark, its checkpoints. */
  #ownRecords(
    sql: string,
    database: string,
  ): readonly Readonly<Record<string, string | number>>[] | undefined {
    const done = this.#checkpoints.get(database);
    if (/sp_getapplock/.test(sql)) return [{ granted: 0 }];
    const prefix = /where left\(d\.name, \d+\) = N'(.+)'/.exec(sql)?.[1];
    if (prefix !== undefined)
      return this.databases.filter((name) => name.startsWith(prefix)).map((name) => ({ name }));
    if (/object_id\(N'scrubjay_checkpoint\.done'\) is null then/.test(sql)) return [{ there: done ? 1 : 0 }];
    if (sql === 'select what, says from scrubjay_checkpoint.done')
      return [...done!].map(([what, says]) => ({ what, says }));
    const record = /insert into scrubjay_checkpoint\.done .* values \(N'(.+?)', N'(.*)'\);/.exec(sql);
    if (record) {
      const own = done ?? new Map<string, string>();
      this.#checkpoints.set(database, own.set(record[1], record[2].replaceAll("''", "'")));
    }
    if (/drop table scrubjay_checkpoint\.done/.test(sql)) this.#checkpoints.delete(database);
    return undefined;
  }

  /** Statements that change what is there; undefined where there is nothing to say. */
  #define(sql: string, database: string): Answer {
    const tables = this.#tables(database);
    const [, made] = /^create database \[(.+)\]/.exec(sql) ?? [];
    if (made !== undefined) this.#databases.set(made, new Map());
    const [, dropped] = /^drop database \[(.+)\]/.exec(sql) ?? [];
    if (dropped !== undefined) {
      this.#databases.delete(dropped);
      this.#checkpoints.delete(dropped);
    }
    const [, from, to] = /^alter database \[(.+)\] modify name = \[(.+)\]/.exec(sql) ?? [];
    if (from !== undefined) {
      this.#databases.set(to, this.#tables(from));
      this.#databases.delete(from);
    }
    const [, table] = /^create table (\[[^\]]+\]\.\[[^\]]+\])/.exec(sql) ?? [];
    const script = this.#options.tables.find((candidate) => keyOf(candidate) === unquoted(table ?? ''));
    if (script) tables.set(keyOf(script), TableState.ofCopy(script));
    const [, emptied] = /^delete from (\[[^\]]+\]\.\[[^\]]+\])/.exec(sql) ?? [];
    if (emptied !== undefined) this.#find(database, emptied).empty();
    const [, mark] = /@name = N'scrubjay', @value = N'(.+)'/.exec(sql) ?? [];
    if (mark !== undefined) this.marks.push(mark);
    return this.#constrain(sql, database);
  }

  /** Keys are made when the rows fit them, as a server has it. */
  #constrain(sql: string, database: string): Answer {
    const match =
      /^alter table (\[[^\]]+\]\.\[[^\]]+\]) (with nocheck )?add constraint \[(.+?)\] (primary key|unique|foreign key)/.exec(
        sql,
      );
    if (!match) return undefined;
    const [, relation, unchecked, name, kind] = match;
    const table = this.#find(database, relation);
    if (kind === 'foreign key') {
      const key = table.script.foreignKeys!.find((candidate) => candidate.name === name)!;
      const parent = this.#find(database, `[${key.references.schema}].[${key.references.name}]`);
      const known = new Set(parent.keysOf(key.references.columns));
      const isBroken = [...table.keysOf(key.columns)].some(
        (value) => value !== undefined && !known.has(value),
      );
      if (isBroken && !unchecked)
        return { error: { number: 547, message: 'The ALTER TABLE statement conflicted' } };
      if (unchecked) table.untrusted.add(name);
    } else {
      const key = table.script.keys!.find((candidate) => candidate.name === name)!;
      const values = [...table.keysOf(key.columns)];
      if (new Set(values).size < values.length)
        return { error: { number: 1505, message: `The duplicate key value is (${values[0]}).` } };
    }
    table.keys.add(name);
    return undefined;
  }

  /** Rows stand in a table when all of them are in. */
  #load({ table, columns }: BulkStatement, database: string): BulkTaker {
    const state = this.#find(database, table);
    const places = state.script.columns.map(({ name }) => columns.indexOf(name));
    const rows: (readonly (string | null)[])[] = [];
    return {
      row: (row) => void rows.push(places.map((place) => (place < 0 ? null : row[place]))),
      accepted: () => rows.forEach((row) => state.add(row)),
    };
  }

  #tables(database: string): Map<string, TableState> {
    const tables = this.#databases.get(database);
    if (!tables) throw new Error(`the script has no database ${database}`);
    return tables;
  }

  #find(database: string, relation: string): TableState {
    const table = this.#tables(database).get(unquoted(relation));
    if (!table) throw new Error(`the script has no table ${relation} in ${database}`);
    return table;
  }
}

/** A result of these rows, each a column a property. */
export function resultOf(
  found: readonly Readonly<Record<string, string | number | boolean | null>>[],
): Answer {
  const names = Object.keys(found[0] ?? { nothing: null });
  return {
    columns: names.map((name) => {
      const values = found.map((row) => row[name]);
      const isBit = values.some((value) => typeof value === 'boolean');
      return {
        name,
        kind: isBit ? 'bit' : values.some((value) => typeof value === 'number') ? 'int' : 'text',
      };
    }),
    rows: found.map((row) => names.map((name) => row[name])),
  };
}

function keyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`.toLowerCase();
}

function unquoted(relation: string): string {
  return relation.replaceAll(/[[\]]/g, '').toLowerCase();
}
