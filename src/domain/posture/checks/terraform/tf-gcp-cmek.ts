import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { hcl } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** google_sql_database_instance.encryption_key_name; without it Google encrypts with a key of its own. */
export const tfGcpCmek = defineCheck({
  id: 'tf-gcp-cmek',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(resources, 'google_sql_database_instance'),
      (resource) => {
        const details = {
          ...detailsOf(resource),
          remedy: hcl('encryption_key_name = google_kms_crypto_key.database.id'),
        };
        return configured(resource, 'encryption_key_name').state === 'absent'
          ? warn('is encrypted with the key that Google manages', details)
          : pass('names a key', details);
      },
      notApplicable('no Cloud SQL instance is configured'),
    ),
  remedy: hcl('encryption_key_name = google_kms_crypto_key.database.id'),
  verify: 'gcloud sql instances describe INSTANCE --format="value(diskEncryptionConfiguration)"',
});
