import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { answersOf } from './answers.js';
import { configurationOf } from './terraform-folder.js';

function resource(type: string, body: string, name = 'main'): string {
  return `resource "${type}" "${name}" {\n${body.replaceAll('; ', '\n')}\n}\n`;
}

const server = resource('azurerm_mssql_server', 'name = "one"');
const twoServers = server + resource('azurerm_mssql_server', 'name = "two"', 'other');
const alerts = resource(
  'azurerm_mssql_server_security_alert_policy',
  'server_name = azurerm_mssql_server.main.name; state = "Enabled"',
);
const assessment = resource(
  'azurerm_mssql_server_vulnerability_assessment',
  'server_security_alert_policy_id = azurerm_mssql_server_security_alert_policy.main.id',
);

/** Check, what it answers, the configuration. */
const cases: readonly (readonly [string, readonly string[], string])[] = [
  ['k8s-private-nodes', ['fail'], resource('azurerm_kubernetes_cluster', '')],
  ['k8s-private-nodes', ['fail'], resource('aws_eks_cluster', 'vpc_config { }')],
  ['k8s-private-nodes', ['pass'], resource('azurerm_kubernetes_cluster', 'private_cluster_enabled = true')],
  [
    'k8s-private-nodes',
    ['pass'],
    resource('google_container_cluster', 'private_cluster_config {; enable_private_nodes = true; }'),
  ],
  ['tf-audit-logs', ['warn'], resource('aws_db_instance', 'enabled_cloudwatch_logs_exports = []')],
  ['tf-audit-logs', ['pass'], resource('aws_neptune_cluster', 'enable_cloudwatch_logs_exports = ["audit"]')],
  ['tf-audit-logs', ['warn'], resource('aws_docdb_cluster', 'enabled_cloudwatch_logs_exports = ["x"]')],
  ['tf-audit-logs', ['warn'], server],
  ['tf-audit-logs', ['pass'], resource('aws_db_instance', 'enabled_cloudwatch_logs_exports = ["audit"]')],
  [
    'tf-audit-logs',
    ['pass', 'warn'],
    twoServers +
      resource(
        'azurerm_mssql_server_extended_auditing_policy',
        'server_id = azurerm_mssql_server.main.id; log_monitoring_enabled = true',
      ),
  ],
  ['tf-az-cmk', ['warn'], server],
  ['tf-az-cmk', ['pass'], resource('azurerm_postgresql_flexible_server', 'customer_managed_key { }')],
  [
    'tf-az-cmk',
    ['pass', 'warn'],
    twoServers +
      resource(
        'azurerm_mssql_server_transparent_data_encryption',
        'server_id = azurerm_mssql_server.main.id; key_vault_key_id = azurerm_key_vault_key.k.id',
      ),
  ],
  [
    'tf-az-sql-tde',
    ['fail'],
    resource('azurerm_mssql_database', 'transparent_data_encryption_enabled = false'),
  ],
  [
    'tf-az-sql-tde',
    ['fail'],
    resource('azurerm_mssql_database', 'transparent_data_encryption_enabled = "false"'),
  ],
  ['tf-az-sql-tde', ['pass'], resource('azurerm_mssql_database', '')],
  ['tf-backup-days', ['fail'], resource('aws_db_instance', '')],
  ['tf-backup-days', ['warn'], resource('aws_rds_cluster', 'backup_retention_period = 3')],
  ['tf-backup-days', ['pass'], resource('aws_db_instance', 'backup_retention_period = "14"')],
  ['tf-backup-days', ['fail'], resource('google_sql_database_instance', 'settings { }')],
  ['tf-backup-days', ['unknown'], resource('aws_db_instance', 'backup_retention_period = "a week"')],
  ['tf-delete-protect', ['fail'], resource('aws_db_instance', '')],
  ['tf-delete-protect', ['pass'], resource('aws_db_instance', 'deletion_protection = true')],
  ['tf-gcp-cmek', ['warn'], resource('google_sql_database_instance', '')],
  [
    'tf-gcp-cmek',
    ['pass'],
    resource('google_sql_database_instance', 'encryption_key_name = google_kms_crypto_key.k.id'),
  ],
  [
    'tf-open-firewall',
    ['fail'],
    resource(
      'azurerm_mssql_firewall_rule',
      'start_ip_address = "0.0.0.0"; end_ip_address = "255.255.255.255"',
    ),
  ],
  [
    'tf-open-firewall',
    ['fail'],
    resource(
      'aws_security_group',
      'ingress {; from_port = 5432; to_port = 5432; protocol = "tcp"; cidr_blocks = ["0.0.0.0/0"]; }',
    ),
  ],
  [
    'tf-open-firewall',
    ['pass'],
    resource(
      'aws_security_group_rule',
      'type = "ingress"; from_port = 0; to_port = 65535; protocol = "tcp"; cidr_blocks = ["10.0.0.0/8"]',
    ),
  ],
  [
    'tf-open-firewall',
    ['not-applicable'],
    resource(
      'aws_vpc_security_group_ingress_rule',
      'from_port = 443; to_port = 443; ip_protocol = "tcp"; cidr_ipv4 = "0.0.0.0/0"',
    ),
  ],
  ['tf-public', ['fail'], resource('aws_db_instance', 'publicly_accessible = true')],
  ['tf-public', ['fail'], resource('aws_db_instance', 'publicly_accessible = "true"')],
  ['tf-public', ['fail'], server],
  ['tf-public', ['pass'], resource('azurerm_mssql_server', 'public_network_access_enabled = false')],
  [
    'tf-public',
    ['pass'],
    resource('google_sql_database_instance', 'settings {; ip_configuration {; ipv4_enabled = false; }; }'),
  ],
  ['tf-rds-cmk', ['warn'], resource('aws_db_instance', 'storage_encrypted = true')],
  [
    'tf-rds-cmk',
    ['pass'],
    resource('aws_neptune_cluster', 'storage_encrypted = true\nkms_key_arn = "arn:aws:kms:x"'),
  ],
  ['tf-rds-cmk', ['warn'], resource('aws_docdb_cluster', 'storage_encrypted = true')],
  [
    'tf-rds-cmk',
    ['pass'],
    resource('aws_db_instance', 'storage_encrypted = true; kms_key_id = aws_kms_key.k.arn'),
  ],
  ['tf-rds-encrypted', ['fail'], resource('aws_db_instance', 'replicate_source_db = ""')],
  ['tf-rds-encrypted', ['fail'], resource('aws_rds_cluster', 'engine_mode = "provisioned"')],
  ['tf-rds-encrypted', ['pass'], resource('aws_db_instance', 'storage_encrypted = true')],
  ['tf-rds-encrypted', ['not-applicable'], resource('aws_rds_cluster', 'engine_mode = "serverless"')],
  ['tf-rds-encrypted', ['unknown'], resource('aws_db_instance', 'snapshot_identifier = "s"')],
  ['tf-state-secret', ['fail'], resource('aws_db_instance', 'password = "hunter2"')],
  ['tf-state-secret', ['fail'], resource('aws_db_instance', 'password = 74083217')],
  ['tf-state-secret', ['pass'], resource('aws_db_instance', 'password = random_password.p.result')],
  ['tf-threat', ['fail'], server],
  ['tf-threat', ['warn'], server + alerts.replace('}', 'disabled_alerts = ["Sql_Injection"]\n}')],
  ['tf-threat', ['fail'], server + alerts.replace('Enabled', 'Disabled')],
  ['tf-threat', ['pass', 'fail'], twoServers + alerts],
  ['tf-tls', ['fail'], resource('azurerm_mssql_server', 'minimum_tls_version = "1.0"')],
  ['tf-tls', ['fail'], resource('aws_db_parameter_group', 'family = "postgres14"')],
  ['tf-tls', ['pass'], resource('aws_db_parameter_group', 'family = "postgres16"')],
  [
    'tf-tls',
    ['fail'],
    resource(
      'aws_db_parameter_group',
      'family = "postgres16"; parameter {; name = "rds.force_ssl"; value = "0"; }',
    ),
  ],
  ['tf-va', ['warn'], server],
  ['tf-va', ['pass', 'warn'], twoServers + alerts + assessment],
  [
    'tf-va',
    ['pass'],
    server +
      resource(
        'azurerm_security_center_subscription_pricing',
        'tier = "Standard"; resource_type = "SqlServers"',
      ),
  ],
];

/** Check and a configuration that leaves open what it asks. */
const open: readonly (readonly [string, string])[] = [
  ['k8s-private-nodes', resource('azurerm_kubernetes_cluster', 'private_cluster_enabled = var.open')],
  ['tf-audit-logs', resource('aws_db_instance', 'enabled_cloudwatch_logs_exports = var.open')],
  ['tf-az-sql-tde', resource('azurerm_mssql_database', 'transparent_data_encryption_enabled = var.open')],
  ['tf-backup-days', resource('aws_db_instance', 'backup_retention_period = var.open')],
  ['tf-delete-protect', resource('aws_db_instance', 'deletion_protection = var.open')],
  [
    'tf-open-firewall',
    resource('azurerm_mssql_firewall_rule', 'start_ip_address = var.open; end_ip_address = "203.0.113.1"'),
  ],
  [
    'tf-open-firewall',
    resource(
      'aws_security_group_rule',
      'type = "ingress"; from_port = var.open; to_port = 5432; protocol = "tcp"; cidr_blocks = ["0.0.0.0/0"]',
    ),
  ],
  [
    'tf-open-firewall',
    resource(
      'aws_security_group',
      'dynamic "ingress" {; for_each = var.open; content {; from_port = 5432; to_port = 5432; }; }',
    ),
  ],
  ['tf-public', resource('aws_db_instance', 'publicly_accessible = var.open')],
  ['tf-rds-cmk', resource('aws_db_instance', 'storage_encrypted = var.open')],
  ['tf-rds-encrypted', resource('aws_db_instance', 'storage_encrypted = !var.open')],
  [
    'tf-threat',
    server +
      resource(
        'azurerm_mssql_server_security_alert_policy',
        'server_name = azurerm_mssql_server.main.name; state = var.open',
      ),
  ],
  ['tf-tls', resource('azurerm_mssql_server', 'minimum_tls_version = var.open')],
  ['tf-tls', resource('aws_db_parameter_group', 'family = var.open')],
  [
    'tf-tls',
    resource(
      'aws_db_parameter_group',
      'family = "postgres16"; dynamic "parameter" {; for_each = var.open; content {; name = "x"; }; }',
    ),
  ],
];

async function ask(id: string, hcl: string) {
  const { resources, literalSecrets, problems } = await configurationOf({ 'main.tf': hcl });
  expect(problems).toEqual([]);
  const declarations = { ...noDeclarations, environment: 'production' } as const;
  return answersOf(id, 'terraform', { resources, literalSecrets, declarations });
}

describe('checks of a configuration', () => {
  it.each(cases)('%s: %j', async (id, outcomes, hcl) => {
    const answers = await ask(id, hcl);
    expect(answers.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(JSON.stringify(answers)).not.toMatch(/hunter2|74083217/);
    for (const { outcome, place } of answers)
      if (outcome === 'fail') expect(place?.file).toMatch(/main\.tf$/);
  });

  it.each(open)('%s is unknown while a value is', async (id, hcl) => {
    const answers = await ask(id, `variable "open" {}\n${hcl}`);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['unknown']);
  });

  it('are each shown something to complain of, and something to pass', async () => {
    const wanted = (await readChecks()).filter(({ check }) => check.on === 'terraform').map(({ id }) => id);
    const shown = (...outcomes: string[]): string[] => [
      ...new Set(cases.filter((each) => outcomes.includes(each[1][0])).map(([id]) => id)),
    ];
    expect(shown('fail', 'warn').sort()).toEqual([...wanted].sort());
    expect(shown('pass').sort()).toEqual([...wanted].sort());
  });
});
