import { parseDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { outcomesOf } from './answers.js';

const declared = (text: string) => parseDeclarations(text, 'declarations.yaml').value;
const server = (versionNumber: number, managedBy: 'Amazon' | null = null) => ({
  server: { versionNumber, role: 'auditor', database: 'shop', managedBy },
});

describe('checks that the embedded server cannot be made to fail', () => {
  it.each([
    ['pg-audit-ext', { shared_preload_libraries: '' }, 'fail'],
    ['pg-audit-ext', { shared_preload_libraries: 'pgaudit', 'pgaudit.log': 'none' }, 'fail'],
    [
      'pg-audit-ext',
      { shared_preload_libraries: 'pgaudit', 'pgaudit.log': 'read', 'pgaudit.log_parameter': 'on' },
      'warn',
    ],
    [
      'pg-audit-ext',
      { shared_preload_libraries: 'x, pgaudit', 'pgaudit.log': 'read', 'pgaudit.log_parameter': 'off' },
      'pass',
    ],
    ['pg-checksums', { data_checksums: 'off' }, 'warn'],
    ['pg-checksums', { data_checksums: 'on' }, 'pass'],
    ['pg-log-files', { logging_collector: 'on', log_file_mode: '0644' }, 'fail'],
    ['pg-log-files', { logging_collector: 'on', log_file_mode: '0600' }, 'pass'],
    ['pg-log-files', { logging_collector: 'off', log_file_mode: '0644' }, 'not-applicable'],
    ['pg-tde-cipher', {}, 'not-applicable'],
    ['pg-tde-cipher', { 'pg_tde.cipher': 'aes_128' }, 'warn'],
    ['pg-tde-cipher', { 'pg_tde.cipher': 'aes_256' }, 'pass'],
    ['pg-tde-enforce', { 'pg_tde.enforce_encryption': 'off' }, 'warn'],
    ['pg-tde-enforce', { 'pg_tde.enforce_encryption': 'on' }, 'pass'],
    ['pg-tde-wal', { 'pg_tde.wal_encrypt': 'off' }, 'fail'],
    ['pg-tde-wal', { 'pg_tde.wal_encrypt': 'on' }, 'pass'],
    ['pg-tde-archive-clear', { archive_command: 'pg_tde_archive_decrypt %f %p "cp %%p /archive"' }, 'fail'],
    ['pg-tde-archive-clear', { archive_command: 'cp %p /archive' }, 'not-applicable'],
  ])('%s answers %j with %s', async (id, settings, outcome) => {
    expect(await outcomesOf(id, 'postgres', { settings })).toEqual([outcome]);
  });

  it('pg-tde-keyprovider refuses a file, and takes a vault', async () => {
    const keyProviders = [
      { name: 'disk', type: 'file', verified: null },
      { name: 'vault', type: 'vault-v2', verified: true },
      { name: 'lost', type: 'kmip', verified: false },
    ];
    expect(await outcomesOf('pg-tde-keyprovider', 'postgres', { keyProviders })).toEqual([
      'fail',
      'pass',
      'fail',
    ]);
  });

  it.each([
    ['off', '', false, 'not-applicable'],
    ['on', 'cp %p /archive/%f', false, 'warn'],
    ['on', 'pgbackrest --stanza=main archive-push %p', true, 'fail'],
    ['on', 'pgbackrest --stanza=main archive-push %p', false, 'unknown'],
    ['on', '/usr/local/bin/ours.sh %p', false, 'unknown'],
  ])(
    'pg-archive-target answers archive_mode %s with "%s"',
    async (mode, command, lastFailedAfterLastArchived, outcome) => {
      const settings = { archive_mode: mode, archive_command: command, archive_library: '' };
      const archiver = { failed: 3, lastFailedAfterLastArchived };
      expect(await outcomesOf('pg-archive-target', 'postgres', { settings, archiver })).toEqual([outcome]);
    },
  );

  it('pg-archive-target passes an archiver that is declared to encrypt', async () => {
    const declarations = declared('backups: { encrypted: true, by: aes, newest: 2026-06-14 }');
    const settings = { archive_mode: 'on', archive_command: 'wal-g wal-push %p', archive_library: '' };
    const archiver = { failed: 0, lastFailedAfterLastArchived: false };
    expect(await outcomesOf('pg-archive-target', 'postgres', { settings, archiver, declarations })).toEqual([
      'pass',
    ]);
  });

  it.each([
    [120022, '2026-06-15', 'fail'],
    [140023, '2026-11-20', 'fail'],
    [150020, '2027-09-01', 'warn'],
    [180004, '2026-12-01', 'warn'],
    [180006, '2026-12-01', 'pass'],
    [180006, '2027-09-01', 'unknown'],
    [990001, '2026-12-01', 'unknown'],
  ])('pg-eol answers version %i on %s with %s', async (version, today, outcome) => {
    expect(await outcomesOf('pg-eol', 'postgres', { ...server(version), today })).toEqual([outcome]);
  });

  it('pg-managed-evidence believes no provider without evidence, and no old evidence', async () => {
    const ask = (text: string) =>
      outcomesOf('pg-managed-evidence', 'postgres', {
        ...server(180004, 'Amazon'),
        declarations: declared(text),
      });
    expect(await ask('{}')).toEqual(['unknown']);
    expect(await ask('disk: { encrypted: false, by: x, seen: 2026-06-14 }')).toEqual(['fail']);
    expect(await ask('disk: { encrypted: true, by: KMS, seen: 2026-01-14 }')).toEqual(['warn']);
    expect(await ask('disk: { encrypted: true, by: KMS, seen: 2026-06-14 }')).toEqual(['pass']);
    expect(await outcomesOf('pg-managed-evidence', 'postgres', server(180004))).toEqual(['not-applicable']);
  });

  it('label-no-mask-policy names each column that no rule masks', async () => {
    expect(
      await outcomesOf('label-no-mask-policy', 'postgres', { unmaskedColumns: ['a.b.c', 'a.b.d'] }),
    ).toEqual(['fail', 'fail']);
    expect(await outcomesOf('label-no-mask-policy', 'postgres', {})).toEqual(['pass']);
  });

  it('a mistake in declarations is told with its line', () => {
    expect(() =>
      declared('environment: production\ndisk: { encrypted: maybe, by: x, seen: 2026-01-01 }'),
    ).toThrow(/declarations\.yaml:2/);
  });
});
