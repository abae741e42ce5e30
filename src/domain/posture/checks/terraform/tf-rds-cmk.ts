import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { hcl } from '../../remedy.js';
import { each, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** Where each names its key. Without one the key is Amazon’s own. */
const keyOf: Readonly<Record<string, string>> = {
  aws_db_instance: 'kms_key_id',
  aws_rds_cluster: 'kms_key_id',
  aws_docdb_cluster: 'kms_key_id',
  aws_neptune_cluster: 'kms_key_arn',
};

/** A key of one's own can be taken away from whoever holds a copy of the storage. */
export const tfRdsCmk = defineCheck({
  id: 'tf-rds-cmk',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(resources, ...Object.keys(keyOf)).filter((resource) => {
        const encrypted = configured(resource, 'storage_encrypted');
        return encrypted.state === 'unknown' || (encrypted.state === 'known' && encrypted.value === true);
      }),
      (resource) => {
        const key = keyOf[resource.type];
        const details = { ...detailsOf(resource), remedy: hcl(`${key} = aws_kms_key.database.arn`) };
        const encrypted = configured(resource, 'storage_encrypted');
        if (encrypted.state === 'unknown') return unknown(`storage_encrypted is ${encrypted.why}`, details);
        // A reference to a key that is yet to be made is one of one's own.
        return configured(resource, key).state === 'absent'
          ? warn('is encrypted with the key that Amazon manages', details)
          : pass('names a key', details);
      },
      notApplicable('no encrypted RDS storage is configured'),
    ),
  remedy: hcl('kms_key_id = aws_kms_key.database.arn'),
  verify: 'aws rds describe-db-instances --query "DBInstances[].KmsKeyId"',
});
