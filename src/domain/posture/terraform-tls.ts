import {
  blocks,
  type ConfiguredValue,
  configured,
  openBlocks,
  type TerraformResource,
  UnknownUntilApply,
} from './facts/terraform-facts.js';
import { hcl, type Remedy } from './remedy.js';

/** Whether a resource demands TLS; `demand` is undefined while it is not known. */
export interface TlsDemand {
  readonly resource: TerraformResource;
  readonly demand: boolean | undefined;
  readonly says: string;
  readonly remedy: Remedy;
}

/** What decides on TLS, by resource; none for a resource that decides nothing. */
export function tlsDemands(resource: TerraformResource): readonly TlsDemand[] {
  switch (resource.type) {
    case 'aws_db_parameter_group':
    case 'aws_rds_cluster_parameter_group':
      return parameterGroup(resource);
    case 'azurerm_mssql_server':
      return [
        attribute(
          resource,
          'minimum_tls_version',
          hcl('minimum_tls_version = "1.2"'),
          (value) => Number(value) >= 1.2,
          true,
        ),
      ];
    case 'azurerm_postgresql_server':
    case 'azurerm_mysql_server':
    case 'azurerm_mariadb_server':
      return [
        attribute(resource, 'ssl_enforcement_enabled', hcl('ssl_enforcement_enabled = true'), isTrue, false),
        attribute(
          resource,
          'ssl_minimal_tls_version_enforced',
          hcl('ssl_minimal_tls_version_enforced = "TLS1_2"'),
          (value) => value === 'TLS1_2',
          true,
        ),
      ];
    case 'azurerm_postgresql_flexible_server_configuration':
    case 'azurerm_mysql_flexible_server_configuration':
      return serverParameter(resource);
    case 'google_sql_database_instance':
      return [googleInstance(resource)];
    default:
      return [];
  }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function attribute(
  resource: TerraformResource,
  path: string,
  remedy: Remedy,
  holds: (value: unknown) => boolean,
  byDefault: boolean,
): TlsDemand {
  const value = configured(resource, path);
  if (value.state === 'unknown')
    return { resource, demand: undefined, says: `${path} is ${value.why}`, remedy };
  if (value.state === 'absent') return { resource, demand: byDefault, says: `${path} is left out`, remedy };
  return { resource, demand: holds(value.value), says: `${path} is ${String(value.value)}`, remedy };
}

/** PostgreSQL 15 and later have rds.force_ssl on by default; before, and for SQL Server, it is off. */
function parameterGroup(resource: TerraformResource): readonly TlsDemand[] {
  const family = resource.attributes.family;
  const isOpen = family instanceof UnknownUntilApply;
  if (!isOpen && !/postgres|sqlserver/.test(String(family))) return [];
  const remedy = hcl('parameter {', '  name  = "rds.force_ssl"', '  value = "1"', '}');
  const own = blocks(resource.attributes, 'parameter').find(({ name }) => name === 'rds.force_ssl');
  if (!own) {
    const why = isOpen ? family.why : openBlocks(resource.attributes, 'parameter');
    if (why !== undefined)
      return [{ resource, demand: undefined, says: `rds.force_ssl rests on ${why}`, remedy }];
    const version = Number(/postgres(?:ql)?(\d+)/.exec(String(family))?.[1] ?? 0);
    return [
      { resource, demand: version >= 15, says: `rds.force_ssl is left out for ${String(family)}`, remedy },
    ];
  }
  if (own.value instanceof UnknownUntilApply)
    return [{ resource, demand: undefined, says: `rds.force_ssl is ${own.value.why}`, remedy }];
  return [
    { resource, demand: String(own.value) === '1', says: `rds.force_ssl is ${String(own.value)}`, remedy },
  ];
}

function serverParameter(resource: TerraformResource): readonly TlsDemand[] {
  const { name } = resource.attributes;
  const remedy = hcl('value = "ON"');
  if (name instanceof UnknownUntilApply)
    return [{ resource, demand: undefined, says: `the parameter's name is ${name.why}`, remedy }];
  if (name !== 'require_secure_transport') return [];
  return [attribute(resource, 'value', remedy, (value) => /^on$/i.test(String(value)), false)];
}

function googleInstance(resource: TerraformResource): TlsDemand {
  const remedy = hcl('settings {', '  ip_configuration {', '    ssl_mode = "ENCRYPTED_ONLY"', '  }', '}');
  const mode: ConfiguredValue = configured(resource, 'settings.ip_configuration.ssl_mode');
  if (mode.state === 'absent') {
    return attribute(resource, 'settings.ip_configuration.require_ssl', remedy, isTrue, false);
  }
  return attribute(
    resource,
    'settings.ip_configuration.ssl_mode',
    remedy,
    (value) => ['ENCRYPTED_ONLY', 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED'].includes(String(value)),
    false,
  );
}
