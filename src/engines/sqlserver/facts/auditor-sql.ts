import { quoteName } from '../identifiers.js';

/**
 * Batches that make the least-privileged login which reads posture facts: metadata and states of the server, and
 * no row of any table but the record of backups. `$(password)` and `$(database)` are variables of sqlcmd.
 */
export function auditorStatements(role = 'scrubjay_auditor'): readonly string[] {
  const name = quoteName(role);
  const user = `if user_id(N'${role.replaceAll("'", "''")}') is null create user ${name} for login ${name};`;
  return [
    'use master;',
    `if suser_id(N'${role.replaceAll("'", "''")}') is null create login ${name} with password = N'$(password)';`,
    `grant view server state to ${name};`,
    `grant view any definition to ${name};`,
    `grant view any database to ${name};`,
    'go',
    'use msdb;',
    user,
    `grant select on dbo.backupset to ${name};`,
    'go',
    'use [$(database)];',
    user,
    `grant view definition to ${name};`,
    `grant view any column master key definition to ${name};`,
    `grant view any column encryption key definition to ${name};`,
    '-- SQL Server 2019 and later, and Azure SQL:',
    `if cast(serverproperty('ProductMajorVersion') as int) >= 15 or cast(serverproperty('EngineEdition') as int) >= 5`,
    `  exec (N'grant view any sensitivity classification to ${name.replaceAll("'", "''")}');`,
    'go',
  ];
}
