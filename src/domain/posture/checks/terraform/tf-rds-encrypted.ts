import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { hcl } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** aws_db_instance and aws_rds_cluster: off unless set; a snapshot that it is restored from may differ. */
export const tfRdsEncrypted = defineCheck({
  id: 'tf-rds-encrypted',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      // A cluster's instances are encrypted as it is; Aurora Serverless v1 always is.
      ofType(
        resources,
        'aws_db_instance',
        'aws_rds_cluster',
        'aws_rds_global_cluster',
        'aws_docdb_cluster',
        'aws_docdb_global_cluster',
        'aws_neptune_cluster',
      ).filter(
        (resource) =>
          configured(resource, 'replicate_source_db').state === 'absent' &&
          resource.attributes.engine_mode !== 'serverless',
      ),
      (resource) => {
        const details = { ...detailsOf(resource), remedy: hcl('storage_encrypted = true') };
        const value = configured(resource, 'storage_encrypted');
        if (value.state === 'unknown') return unknown(`storage_encrypted is ${value.why}`, details);
        if (value.state === 'known' && value.value === true) return pass('storage is encrypted', details);
        if (configured(resource, 'snapshot_identifier').state !== 'absent' && value.state === 'absent') {
          return unknown('restored from a snapshot, whose encryption counts', details);
        }
        return fail(
          value.state === 'absent'
            ? 'storage_encrypted is left out: the default is false'
            : 'storage_encrypted is false',
          details,
        );
      },
      notApplicable('no RDS, DocumentDB or Neptune storage is configured'),
    ),
  remedy: hcl('storage_encrypted = true'),
  verify: "terraform show -json PLAN | jq '.planned_values..|.storage_encrypted?'",
});
