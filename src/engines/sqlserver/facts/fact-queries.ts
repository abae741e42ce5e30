import type { SqlServerFacts } from '../../../domain/posture/facts/sqlserver-facts.js';

/** A query that gives one fact as one JSON document, and how it is proven that nothing was left out. */
export interface SqlServerFactQuery {
  readonly fact: keyof SqlServerFacts;
  /** Gives one column `fact`: `for json path` writes null for no rows, which stands for an empty list. */
  readonly sql: string;
  /**
   * Metadata that a login may not see is left out without a word, so this is asked first: a condition in
   * T-SQL that holds when everything is seen.
   */
  readonly proof: string;
  /** What makes the proof hold. */
  readonly grant: string;
}

const serverState = {
  proof: `has_perms_by_name(null, null, 'VIEW SERVER STATE') = 1`,
  grant: 'grant view server state to [scrubjay_auditor];',
};
const anyDefinition = {
  proof: `has_perms_by_name(null, null, 'VIEW ANY DEFINITION') = 1`,
  grant: 'grant view any definition to [scrubjay_auditor];',
};
const databaseDefinition = {
  proof: `has_perms_by_name(db_name(), 'DATABASE', 'VIEW DEFINITION') = 1`,
  grant: 'grant view definition to [scrubjay_auditor];',
};
const everybody = { proof: '1 = 1', grant: '' };

const rows = (query: string) => `select (${query} for json path, include_null_values) as fact`;
const row = (query: string) =>
  `select (${query} for json path, include_null_values, without_array_wrapper) as fact`;

/** `schema.table.column` as Scrubjay prints names; parts with dots or quotes are left to the reader to quote. */
const printed = `concat(s.name, '.', t.name, '.', c.name)`;

/**
 * Facts of SQL Server 2017 and later. Written from Microsoft's documentation of the catalog views named; not
 * run on a server yet, because none comes with this package.
 */
export const sqlServerFactQueries: readonly SqlServerFactQuery[] = [
  {
    fact: 'server',
    sql: row(`select cast(serverproperty('ProductMajorVersion') as int) as majorVersion,
      cast(serverproperty('Edition') as nvarchar(128)) as edition, db_name() as [database]`),
    ...everybody,
  },
  {
    fact: 'databases',
    sql: rows(`select d.name, cast(iif(d.database_id <= 4, 1, 0) as bit) as isSystem, d.is_db_chaining_on as isChainingOn,
      d.is_trustworthy_on as isTrustworthyOn,
      cast(isnull(is_srvrolemember('sysadmin', suser_sname(d.owner_sid)), 0) as bit) as ownerIsSysadmin
      from sys.databases d`),
    ...everybody,
  },
  {
    fact: 'encryptionKeys',
    sql: rows(`select db_name(k.database_id) as [database], k.encryption_state as state,
      k.percent_complete as percentComplete, k.key_algorithm as algorithm, k.key_length as keyBits,
      convert(varchar(66), k.encryptor_thumbprint, 1) as encryptorThumbprint
      from sys.dm_database_encryption_keys k`),
    ...serverState,
  },
  {
    fact: 'logFiles',
    sql: row(`select count(*) as active, count(nullif(l.vlf_encryptor_thumbprint, 0x)) as encrypted
      from sys.dm_db_log_info(db_id()) l where l.vlf_active = 1`),
    ...serverState,
  },
  {
    fact: 'certificates',
    sql: rows(`select 'master' as [database], c.name, convert(varchar(66), c.thumbprint, 1) as thumbprint,
      c.key_length as keyBits, c.expiry_date as expires, c.start_date as created,
      c.pvt_key_last_backup_date as privateKeyBackedUp
      from master.sys.certificates c where c.name not like '##%'`),
    ...anyDefinition,
  },
  {
    fact: 'asymmetricKeys',
    sql: rows('select k.name, k.key_length as keyBits from sys.asymmetric_keys k'),
    ...databaseDefinition,
  },
  {
    fact: 'symmetricKeys',
    sql: rows(
      `select k.name, k.algorithm_desc as algorithm from sys.symmetric_keys k where k.name not like '##%'`,
    ),
    ...databaseDefinition,
  },
  {
    fact: 'backups',
    sql: rows(`select b.database_name as [database], b.backup_finish_date as finished, b.key_algorithm as keyAlgorithm
      from msdb.dbo.backupset b where b.backup_finish_date > dateadd(day, -30, sysdatetime())`),
    proof: `has_perms_by_name('msdb.dbo.backupset', 'OBJECT', 'SELECT') = 1`,
    grant: 'use msdb; grant select on dbo.backupset to [scrubjay_auditor];',
  },
  {
    fact: 'columnMasterKeys',
    sql: rows(`select m.name, m.key_store_provider_name as provider,
      (select count(*) from (select v.column_encryption_key_id from sys.column_encryption_key_values v
        where v.column_encryption_key_id in (select w.column_encryption_key_id from sys.column_encryption_key_values w
          where w.column_master_key_id = m.column_master_key_id)
        group by v.column_encryption_key_id having count(*) > 1) o) as rotationOpen
      from sys.column_master_keys m`),
    proof: `has_perms_by_name(db_name(), 'DATABASE', 'VIEW ANY COLUMN MASTER KEY DEFINITION') = 1
      and has_perms_by_name(db_name(), 'DATABASE', 'VIEW ANY COLUMN ENCRYPTION KEY DEFINITION') = 1`,
    grant: `grant view any column master key definition to [scrubjay_auditor];
grant view any column encryption key definition to [scrubjay_auditor];`,
  },
  {
    fact: 'columnEncryption',
    sql: rows(`select ${printed} as printed,
      case c.encryption_type when 1 then 'deterministic' when 2 then 'randomized' end as type, c.is_masked as dynamicMask
      from sys.columns c join sys.tables t on t.object_id = c.object_id join sys.schemas s on s.schema_id = t.schema_id`),
    ...databaseDefinition,
  },
  {
    fact: 'unmaskGrants',
    sql: rows(`select distinct p.name as principal, cast(0 as bit) as isApplication
      from sys.database_permissions d join sys.database_principals p on p.principal_id = d.grantee_principal_id
      where d.permission_name = 'UNMASK' and d.state in ('G', 'W')`),
    ...databaseDefinition,
  },
  {
    fact: 'connections',
    sql: rows(`select distinct isnull(s.program_name, '') as program,
      cast(iif(c.encrypt_option = 'TRUE', 1, 0) as bit) as encrypted,
      cast(iif(c.net_transport = 'TCP' and c.client_net_address not in ('<local machine>', '127.0.0.1', '::1'), 1, 0) as bit) as overNetwork
      from sys.dm_exec_connections c join sys.dm_exec_sessions s on s.session_id = c.session_id`),
    ...serverState,
  },
  {
    fact: 'endpoints',
    sql: rows(`select e.name, e.type_desc as kind, e.encryption_algorithm_desc as algorithm from sys.database_mirroring_endpoints e
      union all
      select e.name, e.type_desc, e.encryption_algorithm_desc from sys.service_broker_endpoints e`),
    ...anyDefinition,
  },
  {
    fact: 'classifications',
    sql: rows(`select ${printed} as printed, cast(k.label as nvarchar(128)) as label
      from sys.sensitivity_classifications k join sys.columns c on c.object_id = k.major_id and c.column_id = k.minor_id
      join sys.tables t on t.object_id = c.object_id join sys.schemas s on s.schema_id = t.schema_id`),
    proof: `has_perms_by_name(db_name(), 'DATABASE', 'VIEW ANY SENSITIVITY CLASSIFICATION') = 1`,
    grant: 'grant view any sensitivity classification to [scrubjay_auditor];',
  },
  {
    fact: 'audits',
    sql: rows(`select a.name, a.is_state_enabled as enabled,
      cast(iif(exists (select 1 from sys.database_audit_specifications p
        join sys.database_audit_specification_details d on d.database_specification_id = p.database_specification_id
        where p.audit_guid = a.audit_guid and p.is_state_enabled = 1 and d.audit_action_name = 'SELECT'), 1, 0) as bit) as recordsReads
      from sys.server_audits a`),
    ...anyDefinition,
  },
  {
    fact: 'sqlLogins',
    sql: rows(`select l.name, l.principal_id as principalId, l.is_disabled as disabled,
      l.is_policy_checked as policyChecked, l.is_expiration_checked as expirationChecked from sys.sql_logins l`),
    ...anyDefinition,
  },
  {
    fact: 'publicGrants',
    sql: rows(`select concat(s.name, '.', o.name) as printed, d.permission_name as permission
      from sys.database_permissions d join sys.objects o on o.object_id = d.major_id
      join sys.schemas s on s.schema_id = o.schema_id
      where d.class = 1 and d.grantee_principal_id = 0 and d.state in ('G', 'W') and o.is_ms_shipped = 0`),
    ...databaseDefinition,
  },
  {
    fact: 'configuration',
    sql: `select concat('{', string_agg(concat('"', c.name, '":', cast(c.value_in_use as int)), ','), '}') as fact
      from sys.configurations c where c.name in ('xp_cmdshell', 'clr enabled', 'clr strict security')`,
    ...everybody,
  },
];
