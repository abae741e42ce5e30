import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readChecks } from '../../src/rules/read-checks.js';
import { verdictOf, terraformOutcomes } from './terraform-outcomes.js';

/** Checkov's checks of database resources, and which of ours asks the same. */
const sameQuestions: Readonly<Record<string, string>> = {
  'aws/RDSEncryption': 'tf-rds-encrypted',
  'aws/RDSClusterEncrypted': 'tf-rds-encrypted',
  'aws/AuroraEncryption': 'tf-rds-encrypted',
  'aws/DocDBGlobalClusterEncryption': 'tf-rds-encrypted',
  'aws/DocDBEncryption': 'tf-rds-encrypted',
  'aws/NeptuneClusterStorageEncrypted': 'tf-rds-encrypted',
  'aws/RDSPubliclyAccessible': 'tf-public',
  'aws/RDSClusterEncryptedWithCMK': 'tf-rds-cmk',
  'aws/DBInstanceBackupRetentionPeriod': 'tf-backup-days',
  'aws/DBInstanceLogging': 'tf-audit-logs',
  'aws/RDSClusterLogging': 'tf-audit-logs',
  'aws/RDSInstanceDeletionProtection': 'tf-delete-protect',
  'azure/SQLServerNoPublicAccess': 'tf-open-firewall',
  'azure/PostgreSQLMinTLSVersion': 'tf-tls',
  'azure/MSSQLServerMinTLSVersion': 'tf-tls',
  'azure/PostgreSQLServerSSLEnforcementEnabled': 'tf-tls',
  'azure/PostgreSQLServerPublicAccessDisabled': 'tf-public',
  'azure/MySQLPublicAccessDisabled': 'tf-public',
  'gcp/CloudSQLServerNoPublicIP': 'tf-public',
  'gcp/GoogleCloudSqlDatabasePubliclyAccessible': 'tf-open-firewall',
  'gcp/GoogleCloudSqlDatabaseRequireSsl': 'tf-tls',
  'gcp/GoogleCloudSqlBackupConfiguration': 'tf-backup-days',
};

/** Where the two differ, and why ours stands. */
const explained: Readonly<Record<string, string>> = {
  'aws/RDSEncryption aws_db_instance.disabled':
    'False is a reference to Terraform, which refuses it: not known',
  'aws/RDSClusterEncryptedWithCMK aws_rds_cluster.fail':
    'not encrypted at all: tf-rds-encrypted fails it, the key does not matter',
  'aws/DBInstanceBackupRetentionPeriod aws_rds_cluster.pass2':
    'left out, a cluster keeps one day: less than a week is warned of',
  'aws/DBInstanceBackupRetentionPeriod aws_db_instance.pass2':
    'left out, an instance is not backed up (the provider’s default is 0)',
  'aws/DBInstanceBackupRetentionPeriod aws_rds_cluster.fail':
    '36 days is more than Amazon takes: Terraform refuses it',
  'aws/DBInstanceBackupRetentionPeriod aws_db_instance.fail':
    '36 days is more than Amazon takes: Terraform refuses it',
  'azure/SQLServerNoPublicAccess azurerm_mysql_firewall_rule.pass':
    '0.0.0.0 to 0.0.0.0 admits every customer of Azure',
  'azure/PostgreSQLMinTLSVersion azurerm_postgresql_server.fail2':
    'left out, the provider’s default is TLS1_2',
};

export interface Agreement {
  readonly compared: number;
  readonly agreed: number;
  /** Each resource on which the two differ, with the explanation where there is one. */
  readonly differences: readonly { readonly says: string; readonly explanation: string | undefined }[];
}

/**
 * Holds our verdicts against those that Checkov's own tests expect of its example configurations.
 * @param checkout a checkout of github.com/bridgecrewio/checkov; nothing of it is copied
 */
export async function agreementWithCheckov(checkout: string): Promise<Agreement> {
  const resourceTests = join(checkout, 'tests/terraform/checks/resource');
  const checks = await readChecks();
  const differences: { says: string; explanation: string | undefined }[] = [];
  let compared = 0;
  for (const [theirs, ours] of Object.entries(sameQuestions)) {
    const [provider, name] = theirs.split('/');
    const folder = join(resourceTests, provider, `example_${name}`);
    const test = join(resourceTests, provider, `test_${name}.py`);
    if (!existsSync(folder) || !existsSync(test)) continue;
    const expected = expectedVerdicts(await readFile(test, 'utf8'));
    const found = await terraformOutcomes(folder, ours, checks);
    for (const [address, wanted] of expected) {
      compared++;
      const verdict = verdictOf(found.get(address) ?? []);
      if (verdict !== wanted) {
        const explanation = explained[`${theirs} ${address}`];
        differences.push({ says: `${theirs} ${address}: they ${wanted}, ${ours} ${verdict}`, explanation });
      }
    }
  }
  return { compared, agreed: compared - differences.length, differences };
}

/** The addresses in `passing_resources` and `failing_resources` of a test. */
function expectedVerdicts(test: string): ReadonlyMap<string, 'pass' | 'fail'> {
  const of = (name: string) =>
    [
      ...(new RegExp(`${name}\\s*=\\s*[{[(]([^}\\])]*)`).exec(test)?.[1] ?? '').matchAll(
        /["']([\w.-]+)["']/g,
      ),
    ].map(([, address]) => address);
  return new Map([
    ...of('passing_resources').map((address) => [address, 'pass'] as const),
    ...of('failing_resources').map((address) => [address, 'fail'] as const),
  ]);
}
