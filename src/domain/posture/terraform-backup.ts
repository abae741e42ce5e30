import { configured, type TerraformResource } from './facts/terraform-facts.js';
import { hcl, type Remedy } from './remedy.js';

/** Days that backups reach back; undefined while that is not known. */
export interface BackupDays {
  readonly value: number | undefined;
  readonly says: string;
  readonly remedy: Remedy;
}

/** Where each provider keeps it, and what holds where it is left out. */
export function backupDays(resource: TerraformResource): BackupDays {
  if (resource.type === 'google_sql_database_instance') return googleDays(resource);
  const isAws = resource.type.startsWith('aws_');
  const name = isAws ? 'backup_retention_period' : 'backup_retention_days';
  const remedy = hcl(`${name} = 7`);
  const byDefault = isAws ? (resource.type === 'aws_rds_cluster' ? 1 : 0) : 7;
  const value = configured(resource, name);
  if (value.state === 'unknown') return { value: undefined, says: `${name} is ${value.why}`, remedy };
  const days = value.state === 'absent' ? byDefault : Number(value.value);
  return Number.isNaN(days)
    ? { value: undefined, says: `${name} is no number`, remedy }
    : { value: days, says: '', remedy };
}

function googleDays(resource: TerraformResource): BackupDays {
  const remedy = hcl('settings {', '  backup_configuration {', '    enabled = true', '  }', '}');
  const enabled = configured(resource, 'settings.backup_configuration.enabled');
  if (enabled.state === 'unknown')
    return { value: undefined, says: `backup_configuration.enabled is ${enabled.why}`, remedy };
  if (enabled.state === 'absent' || enabled.value !== true) return { value: 0, says: '', remedy };
  const kept = configured(
    resource,
    'settings.backup_configuration.backup_retention_settings.retained_backups',
  );
  // One a day, seven unless said.
  return { value: kept.state === 'known' ? Number(kept.value) : 7, says: '', remedy };
}
