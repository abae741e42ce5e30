import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readChecks } from '../../src/rules/read-checks.js';
import type { Agreement } from './checkov-agreement.js';
import { terraformOutcomes, verdictOf } from './terraform-outcomes.js';

/** Trivy's checks of databases that ours know, under `checks/cloud`, and which of ours ask the same together. */
const sameQuestions: Readonly<Record<string, readonly string[]>> = {
  'aws/rds/encrypt_instance_storage_data': ['tf-rds-encrypted'],
  'aws/rds/encrypt_cluster_storage_data': ['tf-rds-encrypted', 'tf-rds-cmk'],
  'aws/rds/disable_public_access': ['tf-public'],
  'aws/rds/specify_backup_retention': ['tf-backup-days'],
  'aws/documentdb/enable_storage_encryption': ['tf-rds-encrypted'],
  'aws/documentdb/encryption_customer_key': ['tf-rds-encrypted', 'tf-rds-cmk'],
  'aws/documentdb/enable_log_export': ['tf-audit-logs'],
  'aws/neptune/enable_storage_encryption': ['tf-rds-encrypted'],
  'aws/neptune/encryption_customer_key': ['tf-rds-encrypted', 'tf-rds-cmk'],
  'aws/neptune/enable_log_export': ['tf-audit-logs'],
  'azure/database/all_threat_alerts_enabled': ['tf-threat'],
  'azure/database/enable_audit': ['tf-audit-logs'],
  'azure/database/enable_ssl_enforcement': ['tf-tls'],
  'azure/database/secure_tls_policy': ['tf-tls'],
  'azure/database/no_public_access': ['tf-public'],
  'azure/database/no_public_firewall_access': ['tf-open-firewall'],
  'google/sql/enable_backup': ['tf-backup-days'],
  'google/sql/encrypt_in_transit_data': ['tf-tls'],
  'google/sql/no_public_access': ['tf-public', 'tf-open-firewall'],
};

/** Where the two differ, and why ours stands. */
const explained: Readonly<Record<string, string>> = {
  'aws/rds/specify_backup_retention good 1': 'five days: less than a week is warned of',
  'aws/rds/specify_backup_retention good 2': 'five days: less than a week is warned of',
  'aws/documentdb/encryption_customer_key good 1':
    'a key is named and storage_encrypted is left out: the provider’s default is false, nothing is encrypted',
  'aws/neptune/encryption_customer_key good 1':
    'a key is named and storage_encrypted is left out: the provider’s default is false, nothing is encrypted',
  'azure/database/secure_tls_policy good 2':
    'ssl_enforcement_enabled is false: clear text is taken, whatever the oldest version of TLS',
  'azure/database/no_public_firewall_access good 1': '0.0.0.0 to 0.0.0.0 admits every customer of Azure',
};

interface Examples {
  readonly terraform?: { readonly good?: readonly string[]; readonly bad?: readonly string[] };
}

/**
 * Holds our verdicts against Trivy's own examples of what is good and bad: each is a configuration by itself.
 * @param checkout a checkout of github.com/aquasecurity/trivy-checks; nothing of it is copied
 */
export async function agreementWithTrivy(checkout: string): Promise<Agreement> {
  const checks = await readChecks();
  const differences: { says: string; explanation: string | undefined }[] = [];
  let compared = 0;
  for (const [theirs, ours] of Object.entries(sameQuestions)) {
    const file = join(checkout, 'checks/cloud', `${theirs}.yaml`);
    if (!existsSync(file)) continue;
    const { terraform = {} } = parse(await readFile(file, 'utf8')) as Examples;
    const examples = [
      ...(terraform.good ?? []).map((text, i) => ({ name: `good ${i + 1}`, wanted: 'pass', text })),
      ...(terraform.bad ?? []).map((text, i) => ({ name: `bad ${i + 1}`, wanted: 'fail', text })),
    ];
    for (const { name, wanted, text } of examples) {
      compared++;
      const verdict = await judge(text, ours, checks);
      if (verdict === wanted) continue;
      const explanation = explained[`${theirs} ${name}`];
      const says = `${theirs} ${name}: they ${wanted}, ${ours.join(' and ')} ${verdict}`;
      differences.push({ says, explanation });
    }
  }
  return { compared, agreed: compared - differences.length, differences };
}

async function judge(
  text: string,
  ids: readonly string[],
  checks: Awaited<ReturnType<typeof readChecks>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scrubjay-trivy-'));
  try {
    await writeFile(join(folder, 'main.tf'), text);
    const outcomes: string[] = [];
    for (const id of ids)
      outcomes.push(...[...(await terraformOutcomes(folder, id, checks)).values()].flat());
    const asked = outcomes.filter((outcome) => outcome !== 'not-applicable');
    return verdictOf(asked.length > 0 ? asked : outcomes);
  } finally {
    await rm(folder, { recursive: true });
  }
}
