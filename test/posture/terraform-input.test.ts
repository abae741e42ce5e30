import { join } from 'node:path';
import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { configured } from '../../src/domain/posture/facts/terraform-facts.js';
import { collectTerraform, type TerraformContent } from '../../src/engines/terraform/collect-terraform.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { runPosture } from '../../src/runs/posture/posture-run.js';
import { answersOf } from './answers.js';
import { configurationOf, withFolder } from './terraform-folder.js';

interface PlannedDatabase {
  readonly values?: Readonly<Record<string, unknown>>;
  readonly unknown?: Readonly<Record<string, unknown>>;
  /** What the configuration writes; a plan has references in place of values. */
  readonly written?: Readonly<Record<string, unknown>>;
  readonly type?: string;
}

/** `terraform show -json` of a plan with one database in a module. */
function planOf({
  values = {},
  unknown = {},
  written = {},
  type = 'aws_db_instance',
}: PlannedDatabase): string {
  const address = `module.shop[0].${type}.main`;
  const resource = { address, mode: 'managed', type, name: 'main', values };
  return JSON.stringify(
    {
      format_version: '1.2',
      planned_values: {
        root_module: { child_modules: [{ address: 'module.shop[0]', resources: [resource] }] },
      },
      resource_changes: [{ address, change: { actions: ['create'], after: values, after_unknown: unknown } }],
      configuration: {
        root_module: {
          module_calls: {
            shop: {
              module: { resources: [{ address: `${type}.main`, mode: 'managed', expressions: written }] },
            },
          },
        },
      },
    },
    null,
    1,
  );
}

function readPlanOf(plan: string): Promise<TerraformContent> {
  return withFolder({ 'plan.json': plan }, (folder) => collectTerraform(join(folder, 'plan.json')));
}

async function outcomes(id: string, { resources, literalSecrets }: TerraformContent) {
  const declarations = { ...noDeclarations, environment: 'production' } as const;
  const answers = await answersOf(id, 'terraform', { resources, literalSecrets, declarations });
  return answers.map(({ outcome }) => outcome);
}

const reference = { references: ['aws_kms_key.k.arn'] };

describe('a plan', () => {
  it.each<readonly [string, string, PlannedDatabase]>([
    ['tf-rds-encrypted', 'fail', { values: { storage_encrypted: null, replicate_source_db: '' } }],
    ['tf-rds-encrypted', 'pass', { values: { storage_encrypted: true } }],
    [
      'tf-rds-encrypted',
      'unknown',
      { unknown: { storage_encrypted: true }, written: { storage_encrypted: reference } },
    ],
    // Whatever a provider may fill in is unknown in a plan, though nobody wrote it.
    ['tf-rds-cmk', 'warn', { values: { storage_encrypted: true }, unknown: { kms_key_id: true } }],
    [
      'tf-rds-cmk',
      'pass',
      {
        values: { storage_encrypted: true },
        unknown: { kms_key_id: true },
        written: { kms_key_id: reference },
      },
    ],
    ['tf-backup-days', 'fail', { unknown: { backup_retention_period: true } }],
    ['tf-gcp-cmek', 'warn', { type: 'google_sql_database_instance', unknown: { encryption_key_name: true } }],
    // Blocks that are left out are empty lists there.
    [
      'tf-az-cmk',
      'warn',
      { type: 'azurerm_postgresql_flexible_server', values: { customer_managed_key: [] } },
    ],
    [
      'tf-public',
      'unknown',
      {
        type: 'google_sql_database_instance',
        values: { settings: [{ ip_configuration: [{}] }] },
        unknown: { settings: [{ ip_configuration: [{ ipv4_enabled: true }] }] },
        written: { settings: [{ ip_configuration: [{ ipv4_enabled: reference }] }] },
      },
    ],
  ])('%s: %s for %j', async (id, outcome, database) => {
    expect(await outcomes(id, await readPlanOf(planOf(database)))).toEqual([outcome]);
  });

  it('never gives its secrets away, wherever they stand', async () => {
    const plan = planOf({
      values: {
        password: 'hunter2',
        publicly_accessible: true,
        replica: [{ auth_token: 'hunter2-token', master_password: 'hunter2-master' }],
      },
    });
    await withFolder({ 'plan.json': plan }, async (folder) => {
      const results = await runPosture({
        checks: await readChecks(),
        declarations: noDeclarations,
        targets: { terraform: join(folder, 'plan.json') },
        timeoutMs: 3000,
        toolVersion: '0.0.0',
        inventory: 'labels.yaml',
      });
      expect(JSON.stringify(results)).not.toContain('hunter2');
      const told = results.findings.filter(({ check }) => check === 'tf-state-secret');
      expect(told.map(({ subject }) => subject)).toEqual([
        'module.shop[0].aws_db_instance.main.password',
        'module.shop[0].aws_db_instance.main.replica.auth_token',
        'module.shop[0].aws_db_instance.main.replica.master_password',
      ]);
      expect(told[0].place?.line).toBeGreaterThan(1);
    });
  });

  it.each([
    ['a comma too many', '{\n "format_version": "1.2",\n "password": "hunter2",\n}', ':4: '],
    ['a bare word', '{\n "format_version": hunter2\n}', ':2: '],
    ['an end too early', '{\n "format_version": "1.2",\n "password": "hunter2"', ':3: '],
    ['another shape', '{ "format_version": "1.2", "planned_values": { "hunter2": 1 } }', ': is no plan'],
    ['nothing planned', '{ "format_version": "1.2" }', ': holds neither'],
  ])('with %s is refused with file and line, and not quoted', async (_, text, where) => {
    const error = await readPlanOf(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'file-format' });
    expect((error as Error).message).toContain(`plan.json${where}`);
    expect((error as Error).message).not.toContain('hunter2');
  });
});

describe('a configuration', () => {
  it('with broken files is told with file and line, and the rest is read', async () => {
    const { resources, problems } = await configurationOf({
      'good.tf': 'resource "aws_db_instance" "main" {}\n',
      'bad.tf':
        'resource "aws_db_instance" "other" {\n  password = "hunter2"\n  storage_encrypted = = true\n}\n',
      'bad.tf.json': '{\n "resource": hunter2\n}',
    });
    expect(resources.map(({ address }) => address)).toEqual(['aws_db_instance.main']);
    expect(problems.map(({ where }) => where.replace(/^.*\//, ''))).toEqual(['bad.tf:3', 'bad.tf.json:2']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('that is not read whole passes nothing as a whole', async () => {
    const files = {
      'good.tf': 'resource "aws_db_instance" "main" { storage_encrypted = true }\n',
      'bad.tf': 'resource "aws_db_instance" "other" {\n  password = "hunter2"\n  x = = 1\n}\n',
    };
    const checks = await readChecks();
    const { findings } = await withFolder(files, (terraform) =>
      runPosture({
        checks,
        declarations: noDeclarations,
        targets: { terraform },
        ...{ timeoutMs: 1000, toolVersion: '0.0.0', inventory: 'labels.yaml' },
      }),
    );
    const outcomes = (check: string) =>
      findings.filter((each) => each.check === check).map(({ outcome }) => outcome);
    expect(outcomes('tf-rds-encrypted')).toEqual(['pass']);
    expect(outcomes('tf-state-secret')).toEqual(['unknown']);
    expect(outcomes('tf-gcp-cmek')).toEqual(['unknown']);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  it('of which one file is named is asked for as a folder', async () => {
    await withFolder({ 'main.tf': '' }, (folder) =>
      expect(collectTerraform(join(folder, 'main.tf'))).rejects.toMatchObject({
        code: 'terraform-input',
        hint: expect.stringContaining('folder') as string,
      }),
    );
  });

  it('gives a module the values of whoever calls it, and not those of the same name inside', async () => {
    const { resources } = await configurationOf({
      'main.tf': `
        variable "secure" { default = false }
        module "shop" {
          source    = "./modules/shop"
          encrypted = var.secure
        }`,
      'modules/shop/main.tf': `
        variable "secure" { default = true }
        variable "encrypted" {}
        module "inner" {
          source    = "../database"
          encrypted = var.encrypted
        }`,
      'modules/database/main.tf': `
        variable "encrypted" {}
        resource "aws_db_instance" "main" { storage_encrypted = var.encrypted }`,
    });
    expect(resources.map(({ address }) => address)).toEqual([
      'module.shop.module.inner.aws_db_instance.main',
    ]);
    expect(configured(resources[0], 'storage_encrypted')).toEqual({ state: 'known', value: false });
  });

  it('whose variables or modules lead in circles ends', async () => {
    const { resources, problems } = await configurationOf({
      'main.tf': `
        locals {
          a = local.b
          b = local.a
        }
        module "again" { source = "./again" }
        resource "aws_db_instance" "main" { storage_encrypted = local.a }`,
      'again/main.tf': `
        module "again" { source = "../again" }
        resource "aws_db_instance" "main" {}`,
    });
    expect(problems).toEqual([]);
    const main = resources.find(({ address }) => address === 'aws_db_instance.main')!;
    expect(configured(main, 'storage_encrypted').state).toBe('unknown');
  });

  it('never gives away secrets of variables, expressions and defaults', async () => {
    const { resources, literalSecrets } = await configurationOf({
      'main.tf': `
        variable "password" { default = "hunter2" }
        variable "name" {}
        resource "aws_db_instance" "main" {
          password            = var.password
          publicly_accessible = var.name == "hunter2"
        }
        resource "aws_db_instance" "other" { password = "hunter2-\${var.name}" }`,
    });
    expect(JSON.stringify({ resources, literalSecrets })).not.toContain('hunter2');
    expect(literalSecrets.map(({ address }) => address)).toContain('aws_db_instance.main');
  });
});
