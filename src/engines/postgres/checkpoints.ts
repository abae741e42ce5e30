import type pg from 'pg';
import type { Checkpoint, Checkpoints, DoneRange, DoneTable } from '../checkpoints.js';
import type { RowRange } from '../row-source.js';
import { translateDriverError } from './driver-errors.js';

/** Stands in the work database alone, and goes before anybody sees the copy. */
const SCHEMA = 'scrubjay_checkpoint';

/** What a run has done, kept beside what it builds, so that a run after it can go on. */
export class PostgresCheckpoints implements Checkpoints {
  readonly #client: pg.Client;

  /** @param client of the work database; its statements are made one after the other */
  constructor(client: pg.Client) {
    this.#client = client;
  }

  async read(): Promise<Checkpoint | undefined> {
    const { rows } = await this.#query<{ there: string }>(
      `select to_regclass('${SCHEMA}.done') is not null as there`,
    );
    if (rows[0].there !== 't') return undefined;
    const done = await this.#query<{ what: string; says: string }>(`select what, says from ${SCHEMA}.done`);
    const says = new Map(done.rows.map(({ what, says: text }) => [what, text]));
    const kept = (kind: string) => [...says].filter(([what]) => what.startsWith(`${kind} `));
    return {
      divided: new Map(
        kept('divided').map(([what, text]) => [
          what.slice('divided '.length),
          JSON.parse(text) as RowRange[],
        ]),
      ),
      ranges: kept('range').map(([, text]) => JSON.parse(text) as DoneRange),
      hasSchema: says.has('schema'),
      hasKeysBegun: says.has('keys'),
      tables: kept('table').map(([, text]) => JSON.parse(text) as DoneTable),
    };
  }

  async schemaMade(): Promise<void> {
    await this.#query(`
      create schema if not exists ${SCHEMA};
      create table if not exists ${SCHEMA}.done (what text primary key, says text not null)`);
    await this.#record('schema', '');
  }

  async tableCopied(table: DoneTable): Promise<void> {
    await this.#record(`table ${table.name}`, JSON.stringify(table));
  }

  async tableDivided(name: string, ranges: readonly RowRange[]): Promise<void> {
    await this.#record(`divided ${name}`, JSON.stringify(ranges));
  }

  async keysBegun(): Promise<void> {
    await this.#record('keys', '');
  }

  async clear(): Promise<void> {
    await this.#query(`drop schema if exists ${SCHEMA} cascade`);
  }

  async #record(what: string, says: string): Promise<void> {
    await this.#query(recordQuery, [what, says]);
  }

  async #query<Row extends pg.QueryResultRow>(sql: string, values?: string[]): Promise<pg.QueryResult<Row>> {
    try {
      return await this.#client.query<Row>(sql, values);
    } catch (error) {
      throw translateDriverError(error, 'keeping what the run has done');
    }
  }
}

const recordQuery = `insert into ${SCHEMA}.done values ($1, $2) on conflict (what) do update set says = excluded.says`;

/** Keeps a range in the transaction of whoever stores its rows. */
export async function keepRange(client: pg.ClientBase, done: DoneRange): Promise<void> {
  await client.query(recordQuery, [`range ${done.range.from} ${done.name}`, JSON.stringify(done)]);
}
