import { printColumnName, printRelationName } from '../../../domain/catalog/catalog.js';
import type { SqlServerFacts } from '../../../domain/posture/facts/sqlserver-facts.js';

/** A row as the driver gives it; times are ISO 8601 by then. */
export type FactRow = Readonly<Record<string, string | number | boolean | null>>;

/** A query for one fact, and how it is proven that nothing was left out. */
export interface SqlServerFactQuery {
  readonly fact: Exclude<keyof SqlServerFacts, 'columnEncryption'>;
  readonly sql: string;
  /** The fact from the rows; as they are when left out. */
  readonly read?: (rows: readonly FactRow[]) => unknown;
  readonly seen: Visibility;
}

/** Metadata that a login may not see is left out without a word: what proves that it may. */
export interface Visibility {
  /** A condition in T-SQL that holds when everything is seen. */
  readonly proof: string;
  /** What makes it hold. */
  readonly grant: (login: string) => string;
}

/** Azure SQL Database has no permissions of a server; there the database's own count. */
const onAzureDatabase = `serverproperty('EngineEdition') = 5`;

const serverState: Visibility = {
  proof: `has_perms_by_name(null, null, 'VIEW SERVER STATE') = 1
    or ${onAzureDatabase} and has_perms_by_name(db_name(), 'DATABASE', 'VIEW DATABASE STATE') = 1`,
  grant: (login) => `use master; grant view server state to ${login};`,
};
/** SQL Server 2022 parts this from VIEW SERVER STATE, which holds it. */
const securityState: Visibility = {
  ...serverState,
  proof: `${serverState.proof} or has_perms_by_name(null, null, 'VIEW SERVER SECURITY STATE') = 1`,
};
const anyDefinition: Visibility = {
  proof: `has_perms_by_name(null, null, 'VIEW ANY DEFINITION') = 1`,
  grant: (login) => `use master; grant view any definition to ${login};`,
};
const anyDatabase: Visibility = {
  proof: `has_perms_by_name(null, null, 'VIEW ANY DATABASE') = 1 or ${onAzureDatabase}`,
  grant: (login) => `use master; grant view any database to ${login};`,
};
/** What the database itself holds. */
export const databaseDefinition: Visibility = {
  proof: `has_perms_by_name(db_name(), 'DATABASE', 'VIEW DEFINITION') = 1`,
  grant: (login) => `grant view definition to ${login};`,
};
const everybody: Visibility = { proof: '1 = 1', grant: () => '' };

/**
 * Facts of SQL Server 2016 and later and Azure SQL, from Microsoft's documentation of the catalog views named.
 * Run on Babelfish; SQL Server itself does not come with this package.
 */
export const sqlServerFactQueries: readonly SqlServerFactQuery[] = [
  {
    fact: 'server',
    sql: `select cast(serverproperty('ProductMajorVersion') as int) as majorVersion,
      cast(serverproperty('Edition') as nvarchar(128)) as edition, db_name() as [database]`,
    read: ([row]) => row,
    seen: everybody,
  },
  {
    fact: 'databases',
    sql: `select d.name as name, cast(case when d.database_id <= 4 then 1 else 0 end as bit) as isSystem,
      d.is_db_chaining_on as isChainingOn, d.is_trustworthy_on as isTrustworthyOn,
      cast(is_srvrolemember('sysadmin', suser_sname(d.owner_sid)) as bit) as ownerIsSysadmin
      from sys.databases d order by d.name`,
    seen: anyDatabase,
  },
  {
    fact: 'encryptionKeys',
    sql: `select db_name(k.database_id) as [database], k.encryption_state as state,
      k.percent_complete as percentComplete, k.key_algorithm as algorithm, k.key_length as keyBits,
      convert(varchar(66), k.encryptor_thumbprint, 1) as encryptorThumbprint
      from sys.dm_database_encryption_keys k order by 1`,
    seen: securityState,
  },
  {
    fact: 'logFiles',
    sql: `select count(*) as active, count(nullif(l.vlf_encryptor_thumbprint, 0x)) as encrypted
      from sys.dm_db_log_info(db_id()) l where l.vlf_active = 1`,
    read: ([row]) => row,
    seen: serverState,
  },
  {
    fact: 'certificates',
    sql: `select 'master' as [database], c.name as name, convert(varchar(66), c.thumbprint, 1) as thumbprint,
      c.key_length as keyBits, c.expiry_date as expires, c.start_date as created,
      c.pvt_key_last_backup_date as privateKeyBackedUp
      from master.sys.certificates c where c.name not like '##%'
      union all
      select db_name(), c.name, convert(varchar(66), c.thumbprint, 1), c.key_length, c.expiry_date, c.start_date,
      c.pvt_key_last_backup_date from sys.certificates c where c.name not like '##%' and db_id() <> 1`,
    seen: anyDefinition,
  },
  {
    fact: 'asymmetricKeys',
    sql: 'select k.name as name, k.key_length as keyBits from sys.asymmetric_keys k order by k.name',
    seen: databaseDefinition,
  },
  {
    fact: 'symmetricKeys',
    sql: `select k.name as name, k.algorithm_desc as algorithm from sys.symmetric_keys k
      where k.name not like '##%' order by k.name`,
    seen: databaseDefinition,
  },
  {
    fact: 'backups',
    sql: `select b.database_name as [database], b.backup_finish_date as finished, b.key_algorithm as keyAlgorithm
      from msdb.dbo.backupset b where b.backup_finish_date > dateadd(day, -30, sysdatetime())`,
    seen: {
      proof: `has_perms_by_name('msdb.dbo.backupset', 'OBJECT', 'SELECT') = 1`,
      grant: (login) =>
        `use msdb; create user ${login} for login ${login}; grant select on dbo.backupset to ${login};`,
    },
  },
  {
    fact: 'columnMasterKeys',
    sql: `select m.name as name, m.key_store_provider_name as provider,
      (select count(*) from (select v.column_encryption_key_id from sys.column_encryption_key_values v
        where v.column_encryption_key_id in (select w.column_encryption_key_id from sys.column_encryption_key_values w
          where w.column_master_key_id = m.column_master_key_id)
        group by v.column_encryption_key_id having count(*) > 1) o) as rotationOpen
      from sys.column_master_keys m order by m.name`,
    seen: {
      proof: `has_perms_by_name(db_name(), 'DATABASE', 'VIEW ANY COLUMN MASTER KEY DEFINITION') = 1
        and has_perms_by_name(db_name(), 'DATABASE', 'VIEW ANY COLUMN ENCRYPTION KEY DEFINITION') = 1`,
      grant: (login) =>
        `grant view any column master key definition to ${login}; grant view any column encryption key definition to ${login};`,
    },
  },
  {
    fact: 'unmaskGrants',
    sql: `select distinct p.name as principal
      from sys.database_permissions d join sys.database_principals p on p.principal_id = d.grantee_principal_id
      where d.permission_name = 'UNMASK' and d.state in ('G', 'W') order by 1`,
    seen: databaseDefinition,
  },
  {
    fact: 'connections',
    sql: `select distinct isnull(s.program_name, '') as program,
      cast(case when c.encrypt_option = 'TRUE' then 1 else 0 end as bit) as encrypted,
      cast(case when c.net_transport = 'TCP' and c.client_net_address not in ('<local machine>', '127.0.0.1', '::1')
        then 1 else 0 end as bit) as overNetwork
      from sys.dm_exec_connections c join sys.dm_exec_sessions s on s.session_id = c.session_id`,
    seen: serverState,
  },
  {
    fact: 'endpoints',
    sql: `select e.name as name, e.type_desc as kind, e.encryption_algorithm_desc as algorithm
      from sys.database_mirroring_endpoints e
      union all
      select e.name, e.type_desc, e.encryption_algorithm_desc from sys.service_broker_endpoints e`,
    seen: anyDefinition,
  },
  {
    fact: 'classifications',
    sql: `select s.name as [schema], t.name as [table], c.name as [column], cast(k.label as nvarchar(128)) as label
      from sys.sensitivity_classifications k join sys.columns c on c.object_id = k.major_id and c.column_id = k.minor_id
      join sys.tables t on t.object_id = c.object_id join sys.schemas s on s.schema_id = t.schema_id`,
    read: (rows) =>
      rows.map(({ label, schema, table, column }) => ({
        printed: printColumnName({ schema: String(schema), table: String(table), column: String(column) }),
        label,
      })),
    seen: {
      proof: `has_perms_by_name(db_name(), 'DATABASE', 'VIEW ANY SENSITIVITY CLASSIFICATION') = 1`,
      grant: (login) => `grant view any sensitivity classification to ${login};`,
    },
  },
  {
    fact: 'audits',
    sql: `select a.name as name, a.is_state_enabled as enabled,
      cast(case when exists (select 1 from sys.database_audit_specifications p
        join sys.database_audit_specification_details d on d.database_specification_id = p.database_specification_id
        where p.audit_guid = a.audit_guid and p.is_state_enabled = 1 and d.audit_action_name = 'SELECT')
        then 1 else 0 end as bit) as recordsReads
      from sys.server_audits a order by a.name`,
    seen: anyDefinition,
  },
  {
    fact: 'sqlLogins',
    sql: `select l.name as name, l.principal_id as principalId, l.is_disabled as disabled,
      l.is_policy_checked as policyChecked, l.is_expiration_checked as expirationChecked
      from sys.sql_logins l order by l.name`,
    seen: anyDefinition,
  },
  {
    fact: 'publicGrants',
    sql: `select s.name as [schema], o.name as name, d.permission_name as permission
      from sys.database_permissions d join sys.objects o on o.object_id = d.major_id
      join sys.schemas s on s.schema_id = o.schema_id
      where d.class = 1 and d.grantee_principal_id = 0 and d.state in ('G', 'W') and o.is_ms_shipped = 0`,
    read: (rows) =>
      rows.map(({ permission, schema, name }) => ({
        printed: printRelationName({ schema: String(schema), name: String(name) }),
        permission,
      })),
    seen: databaseDefinition,
  },
  {
    fact: 'configuration',
    sql: `select c.name as name, cast(c.value_in_use as int) as value from sys.configurations c
      where c.name in ('xp_cmdshell', 'clr enabled', 'clr strict security')`,
    read: (rows): Readonly<Record<string, unknown>> =>
      Object.fromEntries(rows.map(({ name, value }) => [String(name), value])),
    seen: everybody,
  },
];

/** Every column with its encryption and mask: read row by row, because a catalog may hold millions. */
export const columnEncryptionQuery = `
  select s.name, t.name, c.name,
    case c.encryption_type when 1 then 'deterministic' when 2 then 'randomized' end, c.is_masked
  from sys.columns c join sys.tables t on t.object_id = c.object_id join sys.schemas s on s.schema_id = t.schema_id`;
