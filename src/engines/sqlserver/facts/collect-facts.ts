import { RequestError } from 'tedious';
import { printColumnName } from '../../../domain/catalog/catalog.js';
import { known, type Reading, unreadable } from '../../../domain/posture/facts/reading.js';
import type { SqlServerFacts } from '../../../domain/posture/facts/sqlserver-facts.js';
import type { DataSourceFacts, FactOptions } from '../../posture-source.js';
import { connect, type SqlServerConnection, type SqlValue } from '../connection.js';
import { translateDriverError } from '../driver-errors.js';
import { quoteName } from '../identifiers.js';
import {
  columnEncryptionQuery,
  databaseDefinition,
  type FactRow,
  sqlServerFactQueries,
  type Visibility,
} from './fact-queries.js';

/** A row of `columnEncryptionQuery`. */
type EncryptionRow = readonly [
  schema: string,
  table: string,
  column: string,
  type: 'deterministic' | 'randomized' | null,
  dynamicMask: boolean,
];

type CollectedFacts = Extract<DataSourceFacts, { kind: 'sqlserver' }>['readings'];

/**
 * Reads all facts in one session that only selects, each query under a time limit, and none waiting for a lock
 * for longer. What a login may not see, which SQL Server leaves out without a word, becomes unreadable with the
 * grant; so does what a release, a managed service or a compatible server does not have. The number of queries
 * does not depend on the number of tables.
 * @throws ConnectionError, DatabaseError when the connection cannot be made or is lost
 */
export async function collectFacts(location: string, options: FactOptions): Promise<CollectedFacts> {
  const connection = await connect(location, { statementTimeoutMs: options.timeoutMs });
  try {
    return await new FactReader(connection, options).collect();
  } finally {
    connection.close();
  }
}

class FactReader {
  readonly #connection: SqlServerConnection;
  readonly #options: FactOptions;
  #login = quoteName('scrubjay_auditor');

  constructor(connection: SqlServerConnection, options: FactOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async collect(): Promise<CollectedFacts> {
    const login = await this.#read('login', async () => {
      await this.#connection.query(`set lock_timeout ${this.#options.timeoutMs}`);
      return this.#connection.query<{ login: string }>('select suser_sname() as login');
    });
    if (login.read) this.#login = quoteName(login.value[0].login);
    const proven = await this.#proofs([
      ...sqlServerFactQueries.map(({ fact, seen }) => [fact, seen] as const),
      ['columnEncryption', databaseDefinition],
    ]);
    const facts: Record<string, unknown> = {};
    for (const { fact, sql, read, seen } of sqlServerFactQueries) {
      facts[fact] = await this.#visible(fact, seen, proven, async () => {
        const rows = (await this.#connection.query<Record<string, SqlValue>>(sql)).map(plainRow);
        return read ? read(rows) : rows;
      });
    }
    facts.columnEncryption = await this.#visible('columnEncryption', databaseDefinition, proven, () =>
      this.#columnEncryption(),
    );
    return facts as unknown as CollectedFacts;
  }

  /** Asked in one query; one by one where a server does not know one of the permissions. */
  async #proofs(facts: readonly (readonly [string, Visibility])[]): Promise<ReadonlyMap<string, boolean>> {
    const term = ([fact, { proof }]: readonly [string, Visibility]) =>
      `case when ${proof} then 1 else 0 end as ${quoteName(fact)}`;
    const all = await this.#read('permissions', () =>
      this.#connection.query<Record<string, number>>(`select ${facts.map(term).join(',\n  ')}`),
    );
    if (all.read) return new Map(facts.map(([fact]) => [fact, all.value[0][fact] === 1]));
    const proven = new Map<string, boolean>();
    for (const asked of facts) {
      const [fact] = asked;
      const one = await this.#read(fact, () =>
        this.#connection.query<Record<string, number>>(`select ${term(asked)}`),
      );
      proven.set(fact, one.read && one.value[0][fact] === 1);
    }
    return proven;
  }

  async #visible<Value>(
    fact: string,
    { grant }: Visibility,
    proven: ReadonlyMap<string, boolean>,
    read: () => Promise<Value>,
  ): Promise<Reading<Value>> {
    if (proven.get(fact)) return this.#read(fact, read);
    return unreadable(
      `the login ${this.#login} may not see all that the fact ${fact} is read from, and would not be told`,
      grant(this.#login),
    );
  }

  /** Of labelled columns, and of all that are under dynamic data masking. */
  async #columnEncryption(): Promise<SqlServerFacts['columnEncryption']> {
    const labelled = new Set(this.#options.labels?.map(({ printed }) => printed));
    const columns: SqlServerFacts['columnEncryption'][number][] = [];
    const { timeoutMs } = this.#options;
    for await (const rows of this.#connection.stream(columnEncryptionQuery, { timeoutMs })) {
      for (const [schema, table, column, type, dynamicMask] of rows as readonly EncryptionRow[]) {
        const printed = printColumnName({ schema, table, column });
        if (dynamicMask || labelled.has(printed)) columns.push({ printed, type, dynamicMask });
      }
    }
    return columns;
  }

  async #read<Value>(fact: string, read: () => Promise<Value>): Promise<Reading<Value>> {
    try {
      return known(await read());
    } catch (error) {
      return this.#unreadableBy(error, fact);
    }
  }

  /** A refusal costs one fact; a lost connection ends the run. */
  #unreadableBy(error: unknown, fact: string): Reading<never> {
    if (this.#connection.isLost || !(error instanceof RequestError)) {
      throw translateDriverError(error, `reading the fact ${fact}`);
    }
    if (error.code === 'ETIMEOUT') return unreadable(`${fact}: the query took too long`, 'raise --timeout');
    const { number } = error;
    if (number === undefined) throw translateDriverError(error, `reading the fact ${fact}`);
    const [why, grant] = refusals.get(number) ?? ['the server refused', 'look the number up in sys.messages'];
    return unreadable(`${fact}: ${why} (error ${number})`, grant);
  }
}

type Refusal = readonly [why: string, grant: string];

const lacking: Refusal = [
  'the login lacks a permission',
  "run the statements of 'scrubjay posture auditor-sql --engine sqlserver'",
];
const absent: Refusal = [
  'this server does not have it',
  "nothing to grant: look at it by the provider's means, or with --terraform",
];

/** What numbers of sys.messages say about a fact. */
const refusals: ReadonlyMap<number, Refusal> = new Map([
  ...[229, 230, 262, 297, 300, 371, 916, 15247].map((number): [number, Refusal] => [number, lacking]),
  // The last is what Babelfish says of all that it does not know.
  ...[102, 195, 207, 208, 2812, 4121, 40515, 33557097].map((number): [number, Refusal] => [number, absent]),
  [1222, ['another session holds a lock on the catalog', 'run it again, or raise --timeout']],
]);

function plainRow(row: Readonly<Record<string, SqlValue>>): FactRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}

function plain(value: SqlValue): FactRow[string] {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
  return typeof value === 'bigint' ? Number(value) : value;
}
