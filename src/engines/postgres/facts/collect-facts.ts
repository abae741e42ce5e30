import type pg from 'pg';
import { randomBytes } from 'node:crypto';
import { isConfidential } from '../../../domain/posture/facts/labelled-column.js';
import type { SettingsReading } from '../../../domain/posture/facts/facts.js';
import type {
  PostgresFacts,
  PostgresServer,
  SharedValues,
} from '../../../domain/posture/facts/postgres-facts.js';
import { known, type Reading, unreadable } from '../../../domain/posture/facts/reading.js';
import type { DataSourceFacts, FactOptions } from '../../posture-source.js';
import { connect } from '../connection.js';
import { translateDriverError } from '../driver-errors.js';
import { quoteName } from '../identifiers.js';
import { AUDIT_SCHEMA, auditHelpers } from './auditor-sql.js';
import { contentQuery, digestsQuery, hasTellingContent, MOST_CONTENT_COLUMNS } from './content-queries.js';
import { labelQueries, publishedTablesQuery } from './label-queries.js';
import { rowsOf, serverQueries } from './server-queries.js';

/** Facts that are read from the server; the rest comes with the run. */
type CollectedFacts = Extract<DataSourceFacts, { kind: 'postgres' }>['readings'];

/** Columns that are held against production, in one run. */
const MOST_COMPARED_COLUMNS = 50;

/**
 * Reads all facts in one read-only session, each query under a time limit. What a role may not read becomes
 * unreadable, with the grant; so does what PostgreSQL would hide from it without a word. The number of
 * queries does not depend on the number of tables.
 * @throws ConnectionError, DatabaseError
 */
export async function collectFacts(location: string, options: FactOptions): Promise<CollectedFacts> {
  const client = await connect(location, { access: 'read-only', statementTimeoutMs: options.timeoutMs });
  try {
    const reader = new FactReader(client, await abilitiesOf(client), options);
    return await reader.collect();
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What the session's role may see: asked first, because some views leave rows out without a word. */
interface Abilities extends PostgresServer {
  readonly allSettings: boolean;
  readonly allStatistics: boolean;
  readonly hostRules: boolean;
  readonly passwords: boolean;
  readonly userMappings: boolean;
  readonly subscriptions: boolean;
  /** Helpers of the audit schema that the role may call. */
  readonly helpers: readonly string[];
  readonly hasTde: boolean;
}

async function abilitiesOf(client: pg.Client): Promise<Abilities> {
  const sql = `
    select json_build_object(
      'versionNumber', current_setting('server_version_num')::int,
      'role', current_user, 'database', current_database(),
      'managedBy', case
        when to_regrole('rds_superuser') is not null then 'Amazon'
        when to_regrole('azure_pg_admin') is not null or to_regrole('azuresu') is not null then 'Microsoft'
        when to_regrole('cloudsqlsuperuser') is not null or to_regrole('alloydbsuperuser') is not null then 'Google' end,
      'allSettings', pg_has_role('pg_read_all_settings', 'USAGE'),
      'allStatistics', pg_has_role('pg_read_all_stats', 'USAGE'),
      'hostRules', has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
        and has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE'),
      'passwords', has_table_privilege('pg_catalog.pg_authid', 'SELECT'),
      'userMappings', has_table_privilege('pg_catalog.pg_user_mapping', 'SELECT'),
      'subscriptions', has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT'),
      'helpers', coalesce((select json_agg(p.proname) from pg_catalog.pg_proc p
        join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where n.nspname = $1 and has_schema_privilege(n.oid, 'USAGE') and has_function_privilege(p.oid, 'EXECUTE')), '[]'),
      'hasTde', exists (select from pg_catalog.pg_extension where extname = 'pg_tde'))::text as fact`;
  try {
    const { rows } = await client.query<{ fact: string }>(sql, [AUDIT_SCHEMA]);
    return JSON.parse(rows[0].fact) as Abilities;
  } catch (error) {
    throw translateDriverError(error, 'asking what the role may see');
  }
}

class FactReader {
  readonly #client: pg.Client;
  readonly #can: Abilities;
  readonly #options: FactOptions;
  readonly #names: readonly (readonly string[])[];

  constructor(client: pg.Client, can: Abilities, options: FactOptions) {
    this.#client = client;
    this.#can = can;
    this.#options = options;
    const labels = options.labels ?? [];
    this.#names = [
      labels.map(({ schema }) => schema),
      labels.map(({ table }) => table),
      labels.map(({ column }) => column),
      labels.map(({ printed }) => printed),
    ];
  }

  async collect(): Promise<CollectedFacts> {
    const { versionNumber, role, managedBy, database } = this.#can;
    const facts: Record<string, unknown> = {
      server: known({ versionNumber, role, managedBy, database }),
      settings: await this.#settings(),
      clearSessions: await this.#clearSessions(),
      hostRules: await this.#hostRules(),
      storedPasswords: await this.#helped('password_kinds', this.#can.passwords, 'role, kind'),
      userMappings: await this.#helped(
        'user_mapping_options',
        this.#can.userMappings,
        'server, role, options',
      ),
      subscriptions: await this.#helped(
        'subscription_secrets',
        this.#can.subscriptions,
        'name, has_password as "hasPassword", sslmode',
      ),
      keyProviders: await this.#keyProviders(),
    };
    for (const { fact, sql } of serverQueries) facts[fact] = await this.#read(fact, sql);
    for (const { fact, sql } of [...labelQueries, publishedTablesQuery(versionNumber)]) {
      facts[fact] = this.#options.labels
        ? await this.#read(fact, sql, [...this.#names])
        : unreadable('no labels were given', this.#options.missing.labels);
    }
    facts.columnContents = await this.#contents(facts.columnStates as Reading<PostgresFacts['columnStates']>);
    facts.sharedValues = await this.#sharedValues();
    return facts as unknown as CollectedFacts;
  }

  async #settings(): Promise<SettingsReading> {
    const read = await this.#read<Readonly<Record<string, string>>>(
      'settings',
      `select coalesce(json_object_agg(name, setting), '{}')::text as fact from pg_catalog.pg_settings`,
    );
    const visible = new Map(read.read ? Object.entries(read.value) : []);
    if (!read.read) return { visible, hidden: read };
    if (this.#can.allSettings) return { visible, hidden: null };
    const why = `the role ${this.#can.role} may not see all settings`;
    return { visible, hidden: { why, grant: `grant pg_read_all_settings to ${quoteName(this.#can.role)};` } };
  }

  async #clearSessions(): Promise<Reading<PostgresFacts['clearSessions']>> {
    if (!this.#can.allStatistics) {
      return unreadable(
        `the role ${this.#can.role} may not see the sessions of others`,
        `grant pg_read_all_stats to ${quoteName(this.#can.role)};`,
      );
    }
    return this.#read(
      'clearSessions',
      rowsOf(`
        select distinct a.usename as role, host(a.client_addr) as address
        from pg_catalog.pg_stat_ssl s join pg_catalog.pg_stat_activity a using (pid)
        where not s.ssl and a.client_addr is not null and not a.client_addr <<= '127.0.0.0/8'
          and a.client_addr <> '::1' order by 1, 2 limit 100`),
    );
  }

  async #hostRules(): Promise<Reading<PostgresFacts['hostRules']>> {
    const role = quoteName(this.#can.role);
    if (!this.#can.hostRules) {
      return unreadable(
        `the role ${this.#can.role} may not read pg_hba_file_rules`,
        `grant select on pg_hba_file_rules to ${role}; grant execute on function pg_hba_file_rules() to ${role};`,
      );
    }
    const file = this.#can.versionNumber >= 160000 ? 'file_name' : `current_setting('hba_file')`;
    return this.#read(
      'hostRules',
      rowsOf(`
        select ${file} as file, line_number as line, type, coalesce(database, '{}') as databases,
          coalesce(user_name, '{}') as users, address, netmask, auth_method as method, error
        from pg_catalog.pg_hba_file_rules order by line_number`),
    );
  }

  /** Superusers read the catalog itself; others call the helper that auditor-sql makes. */
  async #helped<Value>(
    helper: keyof typeof auditHelpers,
    mayReadCatalog: boolean,
    columns: string,
  ): Promise<Reading<Value>> {
    const { returns, body } = auditHelpers[helper];
    if (mayReadCatalog) {
      const names = returns.split(',').map((part) => part.trim().split(' ')[0]);
      return this.#read(
        helper,
        rowsOf(`select ${columns} from (${body}) as h(${names.join(', ')}) order by 1`),
      );
    }
    if (this.#can.helpers.includes(helper)) {
      return this.#read(helper, rowsOf(`select ${columns} from ${AUDIT_SCHEMA}.${helper}() order by 1`));
    }
    return unreadable(
      `the role ${this.#can.role} may not see what ${AUDIT_SCHEMA}.${helper}() would tell`,
      `run the statements of 'scrubjay posture auditor-sql' in this database`,
    );
  }

  async #keyProviders(): Promise<Reading<PostgresFacts['keyProviders']>> {
    if (!this.#can.hasTde) return known([]);
    return this.#read(
      'keyProviders',
      rowsOf(`
        select name, type, null::boolean as verified from pg_tde_list_all_database_key_providers()
        union all select name, type, null from pg_tde_list_all_global_key_providers()`),
    );
  }

  async #contents(
    states: Reading<PostgresFacts['columnStates']>,
  ): Promise<Reading<PostgresFacts['columnContents']>> {
    if (!this.#options.labels) return unreadable('no labels were given', this.#options.missing.labels);
    if (!states.read) return states;
    const readable = new Set(states.value.filter((state) => state.readable).map(({ printed }) => printed));
    const columns = this.#options.labels
      .filter((column) => hasTellingContent(column) && readable.has(column.printed))
      .slice(0, MOST_CONTENT_COLUMNS);
    if (columns.length === 0) return known([]);
    return this.#read('columnContents', contentQuery(columns));
  }

  async #sharedValues(): Promise<Reading<PostgresFacts['sharedValues']>> {
    const { labels, production, timeoutMs, environment } = this.#options;
    if (environment === 'production') return known([]);
    if (production === undefined) {
      return unreadable('it is not said where production is', this.#options.missing.production);
    }
    const columns = (labels ?? []).filter(isConfidential).slice(0, MOST_COMPARED_COLUMNS);
    const other = await connect(production, { access: 'read-only', statementTimeoutMs: timeoutMs });
    // Fresh for each run: digests of another run cannot be compared, or looked up.
    const key = `\\x${randomBytes(32).toString('hex')}`;
    try {
      const shared: SharedValues[] = [];
      for (const column of columns) {
        const sql = digestsQuery(column);
        const here = await digests(this.#client, sql, key);
        const there = await digests(other, sql, key);
        const common = [...here].filter((digest) => there.has(digest)).length;
        shared.push({ printed: column.printed, here: here.size, production: there.size, common });
      }
      return known(shared);
    } catch (error) {
      return this.#unreadableBy(error, 'sharedValues');
    } finally {
      await other.end().catch(() => undefined);
    }
  }

  async #read<Value>(fact: string, sql: string, values: unknown[] = []): Promise<Reading<Value>> {
    try {
      const { rows } = await this.#client.query<{ fact: string }>(sql, values);
      return known(JSON.parse(rows[0].fact) as Value);
    } catch (error) {
      return this.#unreadableBy(error, fact);
    }
  }

  /** A permission or time limit costs one fact; anything else of the database ends the run. */
  #unreadableBy(error: unknown, fact: string): Reading<never> {
    const { code } = error as { readonly code?: string };
    const grants: Readonly<Record<string, readonly [string, string]>> = {
      '42501': ['the role lacks a permission', "run the statements of 'scrubjay posture auditor-sql'"],
      '57014': ['the query took too long', 'raise --timeout'],
      '42P01': ['this server does not have it', 'nothing to grant: look at it by hand'],
      '42883': ['this server does not have it', 'nothing to grant: look at it by hand'],
      '42703': ['this server does not have it', 'nothing to grant: look at it by hand'],
    };
    const known = grants[code ?? ''];
    if (!known) throw translateDriverError(error, `reading the fact ${fact}`);
    return unreadable(`${fact}: ${known[0]} (SQLSTATE ${code})`, known[1]);
  }
}

async function digests(client: pg.Client, sql: string, key: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ fact: string }>(sql, [key]);
  return new Set(JSON.parse(rows[0].fact) as string[]);
}
