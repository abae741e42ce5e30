import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { RowStream } from '../row-source.js';
import type { FollowedLink, SubsetWorkspace } from '../subset-workspace.js';
import { translateDriverError } from './driver-errors.js';

/** Places that are read together. */
const PLACES = 4_000;

/**
 * Temporary tables of one session in the work database: keys and choices of any number of rows lie on the
 * server's disk, nobody else sees them, and they go with the session however it ends.
 */
export class PostgresSubsetWorkspace implements SubsetWorkspace {
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  async open(families: readonly (readonly boolean[])[]): Promise<void> {
    await this.#run(`set work_mem = '64MB'`);
    for (const [family, keys] of families.entries()) {
      const columns = keys.map((several, i) => `, k${i} ${several ? 'text[]' : 'text'}`).join('');
      await this.#run(`
        create temporary table keys${family} (part integer default 0, place tid, may_start boolean${columns});
        create temporary table chosen${family} (part integer, place tid, round integer, primary key (part, place))`);
    }
  }

  async addKeys(family: number, table: number, keys: RowStream): Promise<void> {
    await this.#run(`alter table pg_temp.keys${family} alter part set default ${table}`);
    const names = await this.#run<{ names: string }>(
      `select string_agg(quote_ident(attname), ', ' order by attnum) as names from pg_attribute
       where attrelid = 'pg_temp.keys${family}'::regclass and attnum > 1 and not attisdropped`,
    );
    const stream = this.#client.query(copyFrom(`copy pg_temp.keys${family} (${names[0].names}) from stdin`));
    try {
      // A chunk is overwritten when the next is asked for.
      await pipeline(async function* () {
        for await (const chunk of keys) yield Buffer.from(chunk);
      }, stream);
    } catch (error) {
      keys.destroy();
      throw translateDriverError(error, 'keeping the keys of a subset');
    }
  }

  async ready(links: readonly FollowedLink[]): Promise<void> {
    const indexes = new Set<string>();
    for (const { child, parent, childKey, parentKey, hasSeveral } of links) {
      if (!hasSeveral) indexes.add(`keys${child} (${columns(childKey)})`);
      indexes.add(`keys${parent} (${columns(parentKey)})`);
    }
    for (const index of indexes) await this.#run(`create index on pg_temp.${index}`);
    await this.#run('analyze');
  }

  async start(family: number, amount: { rows?: number; share?: number }, round: number): Promise<number> {
    const from = `from pg_temp.keys${family} where may_start`;
    const limit =
      amount.rows ??
      (amount.share === undefined ? 'all' : `(select ceil(count(*) * ${amount.share}) ${from})`);
    return this.#choose(
      `insert into pg_temp.chosen${family} select part, place, ${round} ${from}
       order by hashtextextended(part || place::text, 0) limit ${limit} on conflict do nothing`,
    );
  }

  async addChildren(link: FollowedLink, round: number, perRow: number | undefined): Promise<number> {
    const { child, parent } = link;
    const number = `row_number() over (partition by p.part, p.place order by hashtextextended(c.part || c.place::text, 0))`;
    return this.#choose(`
      insert into pg_temp.chosen${child}
      select part, place, ${round} from (
        select c.part, c.place${perRow === undefined ? '' : `, ${number} as number`}
        from pg_temp.chosen${parent} s join pg_temp.keys${parent} p on p.part = s.part and p.place = s.place
        join ${children(link)} on ${meets(link)}
        where s.round = ${round - 1}
      ) found ${perRow === undefined ? '' : `where number <= ${perRow}`}
      on conflict do nothing`);
  }

  async addParents(link: FollowedLink, since: number, round: number): Promise<number> {
    const { child, parent } = link;
    return this.#choose(`
      insert into pg_temp.chosen${parent}
      select distinct p.part, p.place, ${round}
      from pg_temp.chosen${child} s join ${children(link)} on c.part = s.part and c.place = s.place
      join pg_temp.keys${parent} p on ${meets(link)}
      where s.round >= ${since}
      on conflict do nothing`);
  }

  async count(family: number, table: number): Promise<number> {
    const rows = await this.#run<{ n: string }>(
      `select count(*) as n from pg_temp.chosen${family} where part = ${table}`,
    );
    return Number(rows[0].n);
  }

  async *places(family: number, table: number): AsyncGenerator<readonly string[]> {
    for (let after = '(0,0)'; ;) {
      const rows = await this.#run<{ place: string }>(
        `select place from pg_temp.chosen${family} where part = ${table} and place > '${after}' order by place limit ${PLACES}`,
      );
      if (rows.length === 0) return;
      yield rows.map(({ place }) => place);
      after = rows.at(-1)!.place;
    }
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  async #choose(sql: string): Promise<number> {
    try {
      return (await this.#client.query(sql)).rowCount ?? 0;
    } catch (error) {
      throw translateDriverError(error, 'choosing rows');
    }
  }

  async #run<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    try {
      return (await this.#client.query<Row>(sql)).rows;
    } catch (error) {
      throw translateDriverError(error, 'choosing rows');
    }
  }
}

function columns(key: readonly number[]): string {
  return key.map((place) => `k${place}`).join(', ');
}

/** The child's keys as `c`, a row for each of several. */
function children({ child, childKey, hasSeveral }: FollowedLink): string {
  return hasSeveral
    ? `(select k.part, k.place, v as k${childKey[0]} from pg_temp.keys${child} k, unnest(k.k${childKey[0]}) v) c`
    : `pg_temp.keys${child} c`;
}

/** What is NULL meets nothing. */
function meets({ childKey, parentKey }: FollowedLink): string {
  return childKey.map((place, i) => `c.k${place} = p.k${parentKey[i]}`).join(' and ');
}
