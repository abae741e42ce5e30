import { allChecks } from '../../src/domain/posture/all-checks.generated.js';
import type { SqlServerFacts } from '../../src/domain/posture/facts/sqlserver-facts.js';
import { outcomesOf } from './answers.js';

const shop = {
  name: 'shop',
  isSystem: false,
  isChainingOn: false,
  isTrustworthyOn: false,
  ownerIsSysadmin: false,
};
const key = {
  database: 'shop',
  state: 3,
  percentComplete: 0,
  algorithm: 'AES',
  keyBits: 256,
  encryptorThumbprint: '0x01',
};
const tempdb = { ...key, database: 'tempdb' };
const certificate = {
  database: 'master',
  name: 'tde',
  thumbprint: '0x01',
  keyBits: 3072,
  created: '2026-01-01T00:00:00Z',
  expires: '2030-01-01T00:00:00Z',
  privateKeyBackedUp: '2026-01-02T00:00:00Z',
};
const login = { name: 'sa', principalId: 1, disabled: false, policyChecked: true, expirationChecked: true };
const label = {
  schema: 'dbo',
  table: 'people',
  column: 'iban',
  printed: 'dbo.people.iban',
  informationType: 'iban',
  sensitivity: 'restricted',
} as const;
const server = { majorVersion: 16, edition: 'Standard', database: 'shop' };

type Case = readonly [id: string, facts: Partial<SqlServerFacts>, outcomes: readonly string[]];

const cases: readonly Case[] = [
  ['ms-tde-state', { databases: [shop], encryptionKeys: [key] }, ['pass']],
  [
    'ms-tde-state',
    { databases: [shop], encryptionKeys: [{ ...key, state: 2, percentComplete: 40 }] },
    ['warn'],
  ],
  ['ms-tde-state', { databases: [shop], encryptionKeys: [] }, ['fail']],
  ['ms-tde-algo', { encryptionKeys: [{ ...key, algorithm: 'TRIPLE_DES', keyBits: 168 }] }, ['fail']],
  ['ms-tde-algo', { encryptionKeys: [{ ...key, keyBits: 128 }] }, ['warn']],
  ['ms-tde-algo', { encryptionKeys: [{ ...key, keyBits: 192 }] }, ['pass']],
  ['ms-tde-algo', { encryptionKeys: [key, tempdb] }, ['pass']],
  ['ms-tde-tempdb', { encryptionKeys: [key] }, ['warn']],
  ['ms-tde-tempdb', { encryptionKeys: [key, tempdb] }, ['pass']],
  ['ms-tde-log', { server, encryptionKeys: [key], logFiles: { active: 4, encrypted: 3 } }, ['warn']],
  ['ms-tde-log', { server, encryptionKeys: [key], logFiles: { active: 4, encrypted: 4 } }, ['pass']],
  [
    'ms-tde-cert-backup',
    { encryptionKeys: [key], certificates: [{ ...certificate, privateKeyBackedUp: null }] },
    ['fail'],
  ],
  [
    'ms-tde-cert-backup',
    { encryptionKeys: [key], certificates: [{ ...certificate, privateKeyBackedUp: '2025-12-31T00:00:00Z' }] },
    ['fail'],
  ],
  ['ms-tde-cert-backup', { encryptionKeys: [key], certificates: [certificate] }, ['pass']],
  [
    'ms-tde-cert-expiry',
    { encryptionKeys: [key], certificates: [{ ...certificate, expires: '2026-01-01T00:00:00Z' }] },
    ['warn'],
  ],
  ['ms-tde-cert-expiry', { encryptionKeys: [key], certificates: [certificate] }, ['pass']],
  [
    'ms-cert-bits',
    { certificates: [{ ...certificate, keyBits: 1024 }], asymmetricKeys: [{ name: 'k', keyBits: 512 }] },
    ['fail', 'fail'],
  ],
  ['ms-cert-bits', { certificates: [certificate], asymmetricKeys: [] }, ['pass']],
  [
    'ms-sym-algo',
    {
      symmetricKeys: [
        { name: 'a', algorithm: 'AES_256' },
        { name: 'b', algorithm: 'RC4' },
      ],
    },
    ['pass', 'fail'],
  ],
  ['ms-backup-enc', { databases: [shop], encryptionKeys: [], backups: [] }, ['unknown']],
  [
    'ms-backup-enc',
    {
      databases: [shop],
      encryptionKeys: [],
      backups: [{ database: 'shop', finished: '', keyAlgorithm: null }],
    },
    ['fail'],
  ],
  [
    'ms-backup-enc',
    {
      databases: [shop],
      encryptionKeys: [key],
      backups: [{ database: 'shop', finished: '', keyAlgorithm: null }],
    },
    ['warn'],
  ],
  [
    'ms-backup-enc',
    {
      databases: [shop],
      encryptionKeys: [],
      backups: [{ database: 'shop', finished: '', keyAlgorithm: 'aes_256' }],
    },
    ['pass'],
  ],
  [
    'ms-ae-inventory',
    {
      columnMasterKeys: [
        { name: 'k', provider: 'MSSQL_CERTIFICATE_STORE', rotationOpen: 0 },
        { name: 'v', provider: 'AZURE_KEY_VAULT', rotationOpen: 1 },
        { name: 'w', provider: 'AZURE_KEY_VAULT', rotationOpen: 0 },
      ],
    },
    ['warn', 'warn', 'pass'],
  ],
  [
    'ms-ddm-unmask',
    {
      columnEncryption: [{ printed: 'dbo.people.iban', type: null, dynamicMask: true }],
      unmaskGrants: [{ principal: 'public' }, { principal: 'ann' }],
    },
    ['fail', 'warn'],
  ],
  [
    'ms-ddm-unmask',
    { columnEncryption: [{ printed: 'dbo.people.iban', type: null, dynamicMask: true }], unmaskGrants: [] },
    ['pass'],
  ],
  ['ms-force-tls', { connections: [{ program: 'app', encrypted: false, overNetwork: true }] }, ['fail']],
  ['ms-force-tls', { connections: [{ program: 'app', encrypted: false, overNetwork: false }] }, ['unknown']],
  ['ms-force-tls', { connections: [{ program: 'app', encrypted: true, overNetwork: true }] }, ['pass']],
  [
    'ms-endpoint-aes',
    {
      endpoints: [
        { name: 'm', kind: 'DATABASE_MIRRORING', algorithm: 'RC4' },
        { name: 'n', kind: 'SERVICE_BROKER', algorithm: 'AES' },
      ],
    },
    ['fail', 'pass'],
  ],
  ['ms-classif-missing', { labels: [label], classifications: [] }, ['warn']],
  [
    'ms-classif-missing',
    { labels: [label], classifications: [{ printed: 'dbo.people.iban', label: 'restricted' }] },
    ['pass'],
  ],
  ['ms-audit', { audits: [] }, ['fail']],
  ['ms-audit', { audits: [{ name: 'a', enabled: true, recordsReads: false }] }, ['warn']],
  ['ms-audit', { audits: [{ name: 'a', enabled: true, recordsReads: true }] }, ['pass']],
  ['ms-sa', { sqlLogins: [login] }, ['fail']],
  ['ms-sa', { sqlLogins: [{ ...login, name: 'renamed' }] }, ['warn']],
  ['ms-sa', { sqlLogins: [{ ...login, disabled: true }] }, ['pass']],
  ['ms-sa', { sqlLogins: [] }, ['unknown']],
  ['ms-xp-cmdshell', { configuration: { xp_cmdshell: 1 } }, ['fail']],
  ['ms-xp-cmdshell', { configuration: { xp_cmdshell: 0 } }, ['pass']],
  ['ms-clr', { configuration: { 'clr enabled': 1, 'clr strict security': 0 } }, ['fail']],
  ['ms-clr', { configuration: { 'clr enabled': 1, 'clr strict security': 1 } }, ['warn']],
  ['ms-clr', { configuration: { 'clr enabled': 0 } }, ['pass']],
  ['ms-chaining', { databases: [{ ...shop, isChainingOn: true }, shop] }, ['fail', 'pass']],
  [
    'ms-trustworthy',
    {
      databases: [
        { ...shop, isTrustworthyOn: true, ownerIsSysadmin: true },
        { ...shop, isTrustworthyOn: true },
        shop,
      ],
    },
    ['fail', 'warn', 'pass'],
  ],
  [
    'ms-public-grants',
    { labels: [label], publicGrants: [{ printed: 'dbo.people', permission: 'SELECT' }] },
    ['fail'],
  ],
  ['ms-public-grants', { labels: [label], publicGrants: [] }, ['pass']],
  ['ms-login-policy', { sqlLogins: [{ ...login, policyChecked: false }, login] }, ['warn', 'pass']],
  ['label-tde-off', { labels: [label], server, encryptionKeys: [] }, ['fail']],
  ['label-tde-off', { labels: [label], server, encryptionKeys: [key] }, ['pass']],
  [
    'label-ae-missing',
    { labels: [label], columnEncryption: [{ printed: label.printed, type: null, dynamicMask: false }] },
    ['fail'],
  ],
  [
    'label-ae-missing',
    {
      labels: [label],
      columnEncryption: [{ printed: label.printed, type: 'deterministic', dynamicMask: false }],
    },
    ['pass'],
  ],
  [
    'label-ae-missing',
    {
      labels: [{ ...label, informationType: 'gender' }],
      columnEncryption: [{ printed: label.printed, type: 'deterministic', dynamicMask: false }],
    },
    ['warn'],
  ],
  [
    'label-classif-gap',
    { labels: [label], classifications: [{ printed: 'dbo.x.y', label: null }] },
    ['warn', 'warn'],
  ],
  [
    'label-classif-gap',
    { labels: [label], classifications: [{ printed: label.printed, label: null }] },
    ['pass'],
  ],
];

describe('SQL Server checks', () => {
  it.each(cases)('%s', async (id, facts, outcomes) => {
    expect(await outcomesOf(id, 'sqlserver', facts)).toEqual(outcomes);
  });

  it('are each asked with facts that pass and facts that do not', () => {
    const outcomesBy = (id: string) =>
      cases.filter(([asked]) => asked === id).flatMap(([, , outcomes]) => outcomes);
    const lacking = allChecks.filter(({ id, on }) => {
      const outcomes = outcomesBy(id);
      return on === 'sqlserver' && !(outcomes.includes('pass') && outcomes.some((each) => each !== 'pass'));
    });
    expect(lacking.map(({ id }) => id)).toEqual([]);
  });
});
