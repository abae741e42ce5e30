import type { Checkpoint, Checkpoints, DoneTable } from '../checkpoints.js';
import type { SqlServerConnection } from './connection.js';
import { quoteLiteral } from './identifiers.js';
import { retryTransient } from './transient-faults.js';

/** Stands in the work database alone, and goes before anybody sees the copy. */
const SCHEMA = 'scrubjay_checkpoint';

/** What a run has done, kept beside what it builds, so that a run after it can go on. */
export class SqlServerCheckpoints implements Checkpoints {
  readonly #connection: SqlServerConnection;

  /** @param connection of the work database */
  constructor(connection: SqlServerConnection) {
    this.#connection = connection;
  }

  async read(): Promise<Checkpoint | undefined> {
    const [{ there }] = await this.#query<{ there: number }>(
      `select case when object_id(N'${SCHEMA}.done') is null then 0 else 1 end as there`,
    );
    if (there !== 1) return undefined;
    const done = await this.#query<{ what: string; says: string }>(`select what, says from ${SCHEMA}.done`);
    const says = new Map(done.map(({ what, says: text }) => [what, text]));
    const tables = [...says].filter(([what]) => what.startsWith('table '));
    return {
      hasSchema: says.has('schema'),
      hasKeysBegun: says.has('keys'),
      tables: tables.map(([, text]) => JSON.parse(text) as DoneTable),
    };
  }

  async schemaMade(): Promise<void> {
    await this.#query(`if schema_id(N'${SCHEMA}') is null exec(N'create schema ${SCHEMA}')`);
    await this.#query(
      `if object_id(N'${SCHEMA}.done') is null
       create table ${SCHEMA}.done (what nvarchar(400) not null, says nvarchar(max) not null)`,
    );
    await this.#record('schema', '');
  }

  async tableCopied(table: DoneTable): Promise<void> {
    await this.#record(`table ${table.name}`, JSON.stringify(table));
  }

  async keysBegun(): Promise<void> {
    await this.#record('keys', '');
  }

  async clear(): Promise<void> {
    await this.#query(`if object_id(N'${SCHEMA}.done') is not null drop table ${SCHEMA}.done`);
    await this.#query(`if schema_id(N'${SCHEMA}') is not null exec(N'drop schema ${SCHEMA}')`);
  }

  /** Both at once: a record is there, or the one before it is. */
  async #record(what: string, says: string): Promise<void> {
    await this.#query(`
      begin transaction;
      delete from ${SCHEMA}.done where what = ${quoteLiteral(what)};
      insert into ${SCHEMA}.done (what, says) values (${quoteLiteral(what)}, ${quoteLiteral(says)});
      commit transaction;`);
  }

  #query<Row extends object>(sql: string): Promise<Row[]> {
    return retryTransient('keeping what the run has done', () => this.#connection.query<Row>(sql));
  }
}
