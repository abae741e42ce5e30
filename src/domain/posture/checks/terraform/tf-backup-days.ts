import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { backupDays } from '../../terraform-backup.js';
import { hcl } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** backup_retention_period (AWS: 1 for clusters, 0 for instances), backup_retention_days (Azure: 7), backup_configuration (Google: off). */
export const tfBackupDays = defineCheck({
  id: 'tf-backup-days',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(
        resources,
        'aws_db_instance',
        'aws_rds_cluster',
        'azurerm_postgresql_flexible_server',
        'azurerm_mysql_flexible_server',
        'azurerm_postgresql_server',
        'google_sql_database_instance',
      ).filter(
        // Replicas are backed up where they come from; instances of a cluster with it.
        (resource) =>
          ['replicate_source_db', 'master_instance_name'].every(
            (name) => configured(resource, name).state === 'absent',
          ),
      ),
      (resource) => {
        const days = backupDays(resource);
        const details = { ...detailsOf(resource), remedy: days.remedy };
        if (days.value === undefined) return unknown(days.says, details);
        if (days.value === 0) return fail('is not backed up', details);
        return days.value < 7
          ? warn(`backups reach back ${days.value} days`, details)
          : pass(`backups reach back ${days.value} days`, details);
      },
      notApplicable('no database is configured'),
    ),
  remedy: hcl('backup_retention_period = 7'),
  verify: 'terraform show -json PLAN',
});
