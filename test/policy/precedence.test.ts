import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scrubjayInProcess } from '../support/scrubjay-in-process.js';

const labels = `version: 1
columns:
  public.people.email: { type: email-address, sensitivity: confidential, status: confirmed }
  public.people.born: { type: date-of-birth, sensitivity: restricted, status: confirmed }
  public.people.name: { type: person-name, sensitivity: confidential, status: confirmed }
  public.people.iban: { type: iban, sensitivity: confidential, status: confirmed }
  public.people.nick: { type: user-name, sensitivity: internal, status: confirmed }
`;

const policy = `id: mine
title: Mine
roles:
  analyst: {}
  support: { purposes: [complaint, billing] }
  steward: { access: clear }
exceptions:
  - { role: analyst, column: '*.people.born', until: '2026-02-01T00:00:00Z', approvedBy: Eva, because: cohort study }
rules:
  - { when: { column: '*.people.nick', environments: [staging] }, mask: keep }
  - { when: { roles: [support], purposes: [complaint], type: email-address }, mask: keep }
  - { when: { time: { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' }, type: email-address }, mask: { technique: 'null' } }
  - { when: { sensitivity: restricted }, mask: { technique: redact } }
  - { when: { type: email-address }, mask: { technique: partial, keepEnd: 4 }, exceptOwnRows: { column: owner } }
  - { when: { type: person-name }, mask: { technique: free-text } }
  - { when: { type: iban }, mask: keep, whereRows: { column: country, in: [NL, BE] } }
  - { when: { type: iban }, mask: { technique: redact }, whereRows: { column: paid, before: 2026-01-01 } }
`;

describe('policy explain of a role', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'precedence-'));
    await writeFile(join(cwd, 'labels.yaml'), labels);
    await writeFile(join(cwd, 'mine.yaml'), policy);
  });
  afterAll(() => rm(cwd, { recursive: true }));

  const at = '2026-02-10T00:00:00Z';
  const explain = async (column: string, ...options: string[]) => {
    const args = ['policy', 'explain', 'mine.yaml', column, '--labels', 'labels.yaml', '--at', at];
    return (await scrubjayInProcess([...args, ...options], { cwd })).stdout;
  };

  it('names the label that a rule asks for, and the rows that are the asker’s own', async () => {
    const told = await explain('people.email', '--role', 'analyst');
    expect(told).toContain('rule 5 decides (type email-address): masked by partial (keepEnd: 4)');
    expect(told).toContain("but in rows whose 'owner' holds the asker's 'user': shown as it is");
  });

  it('names the sensitivity that a rule begins at', async () => {
    expect(await explain('people.born', '--role', 'analyst')).toContain(
      'rule 4 decides (restricted or above): masked by redact',
    );
  });

  it('names the column and the environment, and shows it in no other', async () => {
    expect(await explain('people.nick', '--role', 'analyst', '--environment', 'staging')).toContain(
      'rule 1 decides (column *.people.nick, environment staging): shown as it is',
    );
    const elsewhere = await explain('people.nick', '--role', 'analyst', '--environment', 'production');
    expect(elsewhere).toContain('rule 1 does not hold (column *.people.nick, environment staging)');
    expect(elsewhere).toContain('no rule holds: it reads as NULL');
  });

  it('names the role and the purpose, and passes over them for others', async () => {
    expect(await explain('people.email', '--role', 'support', '--purpose', 'complaint')).toContain(
      'rule 2 decides (type email-address, role support, purpose complaint): shown as it is',
    );
    const billing = await explain('people.email', '--role', 'support', '--purpose', 'billing');
    expect(billing).toMatch(/rule 2 does not hold .*: not for this role, purpose, environment or time/);
    expect(billing).toContain('rule 5 decides');
  });

  it('names the time window that a rule holds in', async () => {
    const inside = await explain('people.email', '--role', 'analyst', '--at', '2026-03-15T00:00:00Z');
    expect(inside).toContain(
      'rule 3 decides (type email-address, from 2026-03-01T00:00:00Z, until 2026-04-01T00:00:00Z)',
    );
    const after = await explain('people.email', '--role', 'analyst', '--at', '2026-04-01T00:00:00Z');
    expect(after).toContain('rule 3 does not hold');
  });

  it('names an exception with its end and who approved it, until it ends', async () => {
    const during = await explain('people.born', '--role', 'analyst', '--at', '2026-01-31T23:59:59Z');
    expect(during).toContain('shown as it is until 2026-02-01T00:00:00Z, approved by Eva (cohort study)');
    expect(await explain('people.born', '--role', 'analyst', '--at', '2026-02-01T00:00:00Z')).toContain(
      'exceptions: none holds',
    );
  });

  it('names the rows that each rule decides for, and what is shown in the others', async () => {
    const told = await explain('people.iban', '--role', 'analyst');
    expect(told).toContain("rule 7 decides where 'country' is one of NL, BE (type iban): shown as it is");
    expect(told).toContain(
      "rule 8 decides where 'paid' is before 2026-01-01, or where that is unknown (type iban): masked by redact",
    );
    expect(told).toContain('for all other rows no rule holds: they read as NULL');
  });

  it('says which role sees all, which nothing, and what SQL cannot say', async () => {
    expect(await explain('people.email', '--role', 'steward')).toContain(
      "'steward' sees everything as it is",
    );
    expect(await explain('people.email', '--role', 'stranger')).toContain(
      "knows no role 'stranger', so it sees nothing",
    );
    expect(await explain('people.name', '--role', 'analyst')).toContain("SQL cannot say 'free-text'");
  });
});
