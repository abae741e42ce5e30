import { defineCheck } from '../../check.js';
import { declareDisk, judgeDisk } from '../../disk-evidence.js';
import { yaml } from '../../remedy.js';
import { notApplicable } from '../../verdict.js';

/** SQL shows nothing of a provider's storage: its plan, state or API does. */
export const pgManagedEvidence = defineCheck({
  id: 'pg-managed-evidence',
  on: 'postgres',
  reads: ['server', 'declarations', 'today'],
  evaluate: ({ server, declarations: { disk }, today }) => {
    if (server.managedBy === null) return notApplicable('no provider manages the server');
    const verdict = judgeDisk(today, disk);
    return { ...verdict, says: `managed by ${server.managedBy}; ${verdict.says}` };
  },
  remedy: yaml(
    '# check the Terraform plan (--terraform) or ask the provider, and declare it:',
    declareDisk,
    '# aws rds describe-db-instances --query "DBInstances[].StorageEncrypted"',
  ),
  verify:
    'aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,StorageEncrypted,KmsKeyId]"',
});
