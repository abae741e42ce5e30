import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { hcl } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** deletion_protection (AWS, default false; Google, default true). */
export const tfDeleteProtect = defineCheck({
  id: 'tf-delete-protect',
  on: 'terraform',
  reads: ['resources', 'declarations'],
  evaluate: ({ resources, declarations }) =>
    declarations.environment !== 'production'
      ? notApplicable('this is not production')
      : each(
          ofType(resources, 'aws_db_instance', 'aws_rds_cluster', 'google_sql_database_instance'),
          (resource) => {
            const details = { ...detailsOf(resource), remedy: hcl('deletion_protection = true') };
            const value = configured(resource, 'deletion_protection');
            if (value.state === 'unknown') return unknown(`deletion_protection is ${value.why}`, details);
            const byDefault = resource.type === 'google_sql_database_instance';
            const held = value.state === 'absent' ? byDefault : value.value === true;
            return held
              ? pass('cannot be deleted by mistake', details)
              : fail('may be deleted by a wrong plan', details);
          },
          notApplicable('no database is configured'),
        ),
  remedy: hcl('deletion_protection = true'),
  verify: 'terraform show -json PLAN',
});
