import { defineCheck } from '../../check.js';
import { judgeDisk } from '../../disk-evidence.js';
import { procedure } from '../../remedy.js';
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
  remedy: procedure('check the Terraform plan (--terraform) or ask the provider, and declare what it says'),
  verify:
    'aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,StorageEncrypted,KmsKeyId]"',
});
