import type { Catalog, Column } from '../../../src/domain/catalog/catalog.js';
import type { InformationTypeRegistry } from '../../../src/domain/classification/information-type-registry.js';
import {
  nativeClassificationOf,
  type NativeClassificationRules,
  sensitivityOf,
} from '../../../src/domain/classification/native-classification.js';
import { compareNativeLabels } from '../../../src/domain/classification/compare-native-labels.js';
import { labelsFor } from '../../support/planning.js';
import { sqlServerNativeLabels } from '../../../src/engines/sqlserver/native-labels.js';
import { readNativeClassification } from '../../../src/rules/read-native-classification.js';
import { readRules } from '../../../src/rules/read-rules.js';

describe('labels in SQL Server’s own classification', () => {
  let rules: NativeClassificationRules;
  let types: InformationTypeRegistry;

  beforeAll(async () => {
    rules = await readNativeClassification();
    types = (await readRules()).informationTypes;
  });

  it('name only types and families that there are', () => {
    const ids = new Set(types.all().map(({ id }) => id));
    const families = new Set(types.all().flatMap(({ family }) => [family, family.split('/')[0]]));
    for (const rule of rules.informationTypes) {
      for (const id of rule.types.filter((name) => name !== '*')) expect(ids).toContain(id);
      for (const family of rule.families) expect(families).toContain(family);
    }
  });

  it.each([
    ['email-address', 'confidential', 'Contact Info', 'MEDIUM'],
    ['us-ssn', 'restricted', 'SSN', 'HIGH'],
    ['gb-nino', 'restricted', 'National ID', 'HIGH'],
    ['iban', 'confidential', 'Banking', 'MEDIUM'],
    ['salary', 'confidential', 'Financial', 'MEDIUM'],
    ['password-hash', 'restricted', 'Credentials', 'HIGH'],
    ['given-name', 'confidential', 'Name', 'MEDIUM'],
    ['gender', 'internal', 'Other', 'LOW'],
  ] as const)('call %s, %s, "%s" of rank %s', (id, sensitivity, informationType, rank) => {
    const native = nativeClassificationOf(types.get(id), sensitivity, rules);
    expect(native).toMatchObject({ informationType, rank });
    expect(sensitivityOf(native, rules)).toBe(sensitivity);
  });

  it('are read back by their id in any case, and by name where they have none', () => {
    expect(sensitivityOf({ label: 'renamed', labelId: '331F0B13-76B5-2F1B-A77B-DEF5A73C73C2' }, rules)).toBe(
      'confidential',
    );
    expect(sensitivityOf({ label: 'Public' }, rules)).toBe('public');
    expect(sensitivityOf({ label: 'Top secret' }, rules)).toBeUndefined();
  });

  it('are extended properties where the server has no catalog for them, each touched only where it differs', () => {
    const catalog: Catalog = {
      ...catalogOf([
        column('email', { label: 'General', labelId: 'old', informationType: 'Contact Info' }),
        column('gone', { label: 'General', informationType: '' }),
        column('same', { label: 'General', informationType: 'Other' }),
      ]),
      classificationsIn: 'extended-properties',
    };
    const at = (name: string) => ({ schema: 'dbo', table: 'people', column: name });
    const email = {
      label: 'Confidential',
      informationType: 'Contact Info',
      informationTypeId: '5c50',
      rank: 'HIGH',
    } as const;
    const statements = sqlServerNativeLabels.statements(
      catalog,
      [
        { column: at('email'), says: 'email-address, confidential', classification: email },
        { column: at('gone'), says: null },
        {
          column: at('same'),
          says: 'x, y',
          classification: { label: 'General', informationType: 'Other', rank: 'LOW' },
        },
      ],
      'sensitivity-classification',
    );
    const where = (name: string) =>
      `@level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = N'people', @level2type = N'COLUMN', @level2name = N'${name}'`;
    expect(statements.map(({ sql }) => sql)).toEqual([
      `exec sys.sp_updateextendedproperty @name = N'sys_sensitivity_label_name', @value = N'Confidential', ${where('email')}`,
      `exec sys.sp_dropextendedproperty @name = N'sys_sensitivity_label_id', ${where('email')}`,
      `exec sys.sp_addextendedproperty @name = N'sys_information_type_id', @value = N'5c50', ${where('email')}`,
      `exec sys.sp_dropextendedproperty @name = N'sys_sensitivity_label_name', ${where('gone')}`,
    ]);
  });

  it('are written where they differ, left where they agree, and dropped where nothing is to be said', () => {
    const here = { label: 'General', informationType: 'Other' };
    const catalog = catalogOf([
      column('email', { label: 'General', informationType: 'Other' }),
      column('kept', here),
      column('gone', here),
      column("o'brien]", undefined),
      column('plain', undefined),
    ]);
    const email = {
      label: 'Confidential',
      labelId: '331f0b13-76b5-2f1b-a77b-def5a73c73c2',
      informationType: 'Contact Info',
      informationTypeId: '5c503e21-22c6-81fa-620b-f369b8ec38d1',
      rank: 'MEDIUM',
    } as const;
    const label = (name: string) => ({ schema: 'dbo', table: 'people', column: name });
    const statements = sqlServerNativeLabels.statements(
      catalog,
      [
        { column: label('email'), says: 'email-address, confidential', classification: email },
        { column: label('kept'), says: 'other, internal', classification: here },
        { column: label('gone'), says: null },
        {
          column: label("o'brien]"),
          says: 'x, y',
          classification: { label: "d'or", informationType: 'Other' },
        },
        { column: label('plain'), says: null },
      ],
      'sensitivity-classification',
    );
    expect(statements.map(({ sql }) => sql)).toEqual([
      `add sensitivity classification to [dbo].[people].[email] with (label = N'Confidential', label_id = N'331f0b13-76b5-2f1b-a77b-def5a73c73c2', information_type = N'Contact Info', information_type_id = N'5c503e21-22c6-81fa-620b-f369b8ec38d1', rank = MEDIUM)`,
      'drop sensitivity classification from [dbo].[people].[gone]',
      `add sensitivity classification to [dbo].[people].[o'brien]]] with (label = N'd''or', information_type = N'Other')`,
    ]);
  });

  it('are held against ours, column by column', async () => {
    const email = nativeClassificationOf(types.get('email-address'), 'confidential', rules);
    const secret = nativeClassificationOf(types.get('email-address'), 'restricted', rules);
    const iban = nativeClassificationOf(types.get('iban'), 'confidential', rules);
    const { name: label, id: labelId, rank } = rules.labels.internal;
    const catalog = catalogOf([
      column('same', email),
      column('none', undefined),
      column('weaker', { ...email, label, labelId, rank }),
      column('stronger', secret),
      column('other_type', iban),
      column('foreign', { label: 'Top secret', informationType: 'Other' }),
      column('theirs_alone', email),
      column('plain', undefined),
    ]);
    const labelled = ['same', 'none', 'weaker', 'stronger', 'other_type', 'foreign'];
    const labels = await labelsFor(
      catalog,
      Object.fromEntries(labelled.map((name) => [`dbo.people.${name}`, 'email-address'])),
    );
    const found = compareNativeLabels(catalog, labels, types, rules);
    expect(found.map(({ column: name, difference }) => `${name} ${difference}`)).toEqual([
      'dbo.people.none not-theirs',
      'dbo.people.weaker weaker',
      'dbo.people.stronger stronger',
      'dbo.people.other_type other-type',
      'dbo.people.foreign foreign-label',
      'dbo.people.theirs_alone not-ours',
    ]);
  });
});

function column(name: string, classification: Column['classification']): Column {
  return {
    name,
    ordinal: 1,
    type: { name: 'nvarchar(50)', family: 'text', maxLength: 50 },
    nullable: true,
    ...(classification ? { classification } : {}),
  };
}

function catalogOf(columns: readonly Column[]): Catalog {
  const none = { uniqueKeys: [], foreignKeys: [], checks: [], exclusions: [], parents: [], partitionKey: [] };
  return {
    engine: 'sqlserver',
    serverVersion: '16.0',
    database: 'shop',
    tables: [{ schema: 'dbo', name: 'people', kind: 'table', columns, ...none }],
    views: [],
  };
}
