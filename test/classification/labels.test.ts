import type { Catalog, Column, Table } from '../../src/domain/catalog/catalog.js';
import {
  decide,
  decidePath,
  findColumns,
  isUnchanged,
  mergeProposals,
  needsReview,
} from '../../src/domain/classification/label-decisions.js';
import type { LabelProposal } from '../../src/domain/classification/label.js';
import {
  type Labels,
  noLabels,
  parseLabels,
  printLabels,
} from '../../src/domain/classification/labels-file.js';

const column = (name: string, ordinal: number, type = 'text'): Column => ({
  name,
  ordinal,
  type: { name: type, family: 'text' },
  nullable: true,
});

const table = (name: string, columns: readonly Column[]): Table => ({
  schema: 'public',
  name,
  kind: 'table',
  columns,
  uniqueKeys: [],
  foreignKeys: [],
  checks: [],
  exclusions: [],
  parents: [],
  partitionKey: [],
});

const catalogOf = (...tables: readonly Table[]): Catalog => ({
  engine: 'postgres',
  serverVersion: '18',
  database: 'shop',
  tables,
  views: [],
});

const proposal = (
  name: string,
  informationType: string | null,
  more: Partial<LabelProposal> & { readonly table?: string } = {},
): LabelProposal => ({
  column: { schema: 'public', table: more.table ?? 'people', column: name },
  informationType,
  sensitivity: informationType === null ? 'public' : 'confidential',
  confidence: 0.95,
  evidence: [],
  ...more,
});

const people = catalogOf(table('people', [column('email', 1), column('note', 2, 'jsonb')]));
const decision = { by: 'ana', at: '2026-01-31T12:00:00Z' } as const;

const scanned = (): Labels =>
  mergeProposals(noLabels, people, [proposal('email', 'email-address'), proposal('note', null)]).labels;

const confirmed = (): Labels =>
  decide(scanned(), 'public.people.email', {
    ...decision,
    informationType: 'email-address',
    sensitivity: 'confidential',
    reason: 'seen it',
  });

describe('labels across scans', () => {
  it('lists columns that had no label as new, and those that are gone as vanished', () => {
    const first = mergeProposals(noLabels, people, [proposal('email', null), proposal('note', null)]);
    expect(first.changes.added).toEqual(['public.people.email', 'public.people.note']);
    const smaller = catalogOf(table('people', [column('email', 1)]));
    const second = mergeProposals(first.labels, smaller, [proposal('email', null)]);
    expect(second.changes).toEqual({ added: [], vanished: ['public.people.note'], renamed: [], flagged: [] });
    expect([...second.labels.columns.keys()]).toEqual(['public.people.email']);
  });

  it('keep a decision that the evidence still supports', () => {
    const again = mergeProposals(confirmed(), people, [proposal('email', 'email-address')]);
    expect(again.labels).toEqual(confirmed());
    expect(again.changes.flagged).toEqual([]);
  });

  it('flag a decision that new evidence contradicts, and never change it', () => {
    const { labels, changes } = mergeProposals(confirmed(), people, [proposal('email', 'user-name')]);
    const label = labels.columns.get('public.people.email')!;
    expect(label).toMatchObject({ informationType: 'email-address', status: 'confirmed', decidedBy: 'ana' });
    expect(label.review).toBe('evidence now speaks for user-name (95 %)');
    expect(changes.flagged).toEqual(['public.people.email']);
    expect(needsReview(label)).toBe(true);
  });

  it('take weak evidence for no contradiction', () => {
    const weak = proposal('email', 'user-name', { confidence: 0.6 });
    expect(mergeProposals(confirmed(), people, [weak]).changes.flagged).toEqual([]);
  });

  it('do not raise again what was known when the decision was made', () => {
    const rejected = decide(scanned(), 'public.people.email', {
      ...decision,
      informationType: null,
      sensitivity: 'public',
    });
    expect(rejected.columns.get('public.people.email')).toMatchObject({
      status: 'rejected',
      proposed: 'email-address',
    });
    const same = mergeProposals(rejected, people, [proposal('email', 'email-address')]);
    expect(same.changes.flagged).toEqual([]);
    const other = mergeProposals(rejected, people, [proposal('email', 'iban')]);
    expect(other.changes.flagged).toEqual(['public.people.email']);
    const settled = decide(other.labels, 'public.people.email', {
      ...decision,
      informationType: null,
      sensitivity: 'public',
    });
    expect(settled.columns.get('public.people.email')).toMatchObject({
      status: 'rejected',
      proposed: 'iban',
    });
    expect(mergeProposals(settled, people, [proposal('email', 'iban')]).changes.flagged).toEqual([]);
  });

  it('carry a decision to a renamed column and flag it', () => {
    const renamed = catalogOf(table('people', [column('mail', 1), column('note', 2, 'jsonb')]));
    const { labels, changes } = mergeProposals(confirmed(), renamed, [proposal('mail', 'email-address')]);
    expect(changes).toMatchObject({
      added: [],
      vanished: [],
      renamed: [{ from: 'public.people.email', to: 'public.people.mail' }],
      flagged: ['public.people.mail'],
    });
    expect(labels.columns.get('public.people.mail')).toMatchObject({
      status: 'confirmed',
      review: 'renamed from public.people.email since the decision',
    });
  });

  it('carry decisions to a renamed table', () => {
    const renamed = catalogOf(table('customers', people.tables[0].columns));
    const found = [
      proposal('email', 'email-address', {
        column: { schema: 'public', table: 'customers', column: 'email' },
      }),
      proposal('note', null, { column: { schema: 'public', table: 'customers', column: 'note' } }),
    ];
    const { labels, changes } = mergeProposals(confirmed(), renamed, found);
    expect(changes.vanished).toEqual([]);
    expect(labels.columns.get('public.customers.email')).toMatchObject({
      status: 'confirmed',
      decidedBy: 'ana',
    });
  });

  it('flag a decision when the type of its column changed', () => {
    const changed = catalogOf(table('people', [column('email', 1, 'bytea'), column('note', 2, 'jsonb')]));
    const { labels } = mergeProposals(confirmed(), changed, [proposal('email', 'email-address')]);
    expect(labels.columns.get('public.people.email')?.review).toMatch(/changed since the decision/);
  });

  it('leave tables alone that were not scanned, and know which need no scan', () => {
    const [only] = people.tables;
    expect(isUnchanged(confirmed(), only)).toBe(true);
    expect(isUnchanged(confirmed(), table('people', [...only.columns, column('iban', 3)]))).toBe(false);
    expect(mergeProposals(confirmed(), people, []).labels.columns).toEqual(confirmed().columns);
  });

  it('do not rewrite a confidence that only wavers from sample to sample', () => {
    const wavering = [proposal('email', 'email-address', { confidence: 0.91 })];
    expect(mergeProposals(scanned(), people, wavering).labels).toEqual(scanned());
  });

  it('add a JSON path that a decided document did not have, and flag it; a path declared plain stays so', () => {
    const inside = proposal('note', null, { paths: { '$.mail': 'email-address', '$.id': 'iban' } });
    const first = mergeProposals(noLabels, people, [proposal('email', null), inside]).labels;
    const decided = decidePath(first, 'public.people.note', '$.id', { ...decision, informationType: null });
    expect(decided.columns.get('public.people.note')).toMatchObject({
      paths: { '$.mail': 'email-address' },
      plainPaths: ['$.id'],
    });
    expect(mergeProposals(decided, people, [inside]).changes.flagged).toEqual([]);
    const more = proposal('note', null, { paths: { ...inside.paths, '$.tel': 'phone-number' } });
    const second = mergeProposals(decided, people, [more]);
    expect(second.labels.columns.get('public.people.note')).toMatchObject({
      paths: { '$.mail': 'email-address', '$.tel': 'phone-number' },
      review: 'now holds phone-number at $.tel',
    });
  });

  it('say which column was meant when a name is wrong or fits several', () => {
    const names = ['public.people.email', 'public.people.note', 'public.shops.email'];
    expect(findColumns(names, 'people.email')).toEqual(['public.people.email']);
    expect(findColumns(names, 'public.people.*')).toEqual(['public.people.email', 'public.people.note']);
    expect(() => findColumns(names, 'email')).toThrow('there is no column email');
    expect(() => findColumns(names, 'people.mail')).toThrow('there is no column people.mail');
  });
});

describe('the labels file', () => {
  it('comes back as it was written', () => {
    const labels: Labels = {
      ...confirmed(),
      dataSource: 'postgres://host/shop',
      scanned: { rules: 'abc', values: true, unread: ['public.hidden'] },
      references: [
        {
          from: { schema: 'public', table: 'notes', column: 'owner_id' },
          to: { schema: 'public', table: 'people', column: 'id' },
          when: { column: 'owner_type', equals: 'Person' },
        },
      ],
    };
    const text = printLabels(labels);
    expect(parseLabels(text, 'labels.yaml')).toEqual(labels);
    expect(printLabels(labels, text)).toBe(text);
  });

  it('keeps comments, references and everything else that people wrote', () => {
    const before = [
      '# Ours.',
      'version: 1',
      'columns:',
      '  # Zoe asked for this one',
      '  public.people.note:',
      '    type: none # looked at by hand',
      '    sensitivity: public',
      '    status: rejected',
      '  public.zoo.name:',
      '    type: none',
      '    sensitivity: public',
      '    status: proposed',
      '# Not declared in the database:',
      'references:',
      '  - from: public.notes.owner_id # polymorphic',
      '    to: public.people.id',
      '',
    ].join('\n');
    const labels = parseLabels(before, 'labels.yaml');
    const merged = mergeProposals(labels, people, [
      proposal('email', 'email-address'),
      proposal('note', null),
    ]);
    const after = printLabels(merged.labels, before, merged.changes.renamed);
    for (const comment of [
      '# Ours.',
      '# Zoe asked',
      '# looked at by hand',
      '# Not declared',
      '# polymorphic',
    ]) {
      expect(after).toContain(comment);
    }
    expect(after).not.toContain('zoo');
    expect(after.indexOf('people.email')).toBeLessThan(after.indexOf('people.note'));
    expect(parseLabels(after, 'labels.yaml')).toEqual(merged.labels);
  });

  it('moves the comments of a renamed column with it', () => {
    const before = printLabels(confirmed()).replace('reason: seen it', 'reason: seen it # by phone');
    const renamed = catalogOf(table('people', [column('mail', 1), column('note', 2, 'jsonb')]));
    const merged = mergeProposals(parseLabels(before, 'l'), renamed, [proposal('mail', 'email-address')]);
    expect(printLabels(merged.labels, before, merged.changes.renamed)).toContain('seen it # by phone');
  });

  it('quotes names that hold dots, spaces and quotes', () => {
    const odd = { schema: 'Mixed Case', table: 'a.b', column: 'weird"name' };
    const labels: Labels = {
      columns: new Map([
        [
          '"Mixed Case"."a.b"."weird""name"',
          { column: odd, informationType: null, sensitivity: 'public', status: 'proposed' },
        ],
      ]),
      references: [],
    };
    expect(parseLabels(printLabels(labels), 'labels.yaml')).toEqual(labels);
  });

  it('stays quick with ten thousand columns', () => {
    const many = catalogOf(
      ...Array.from({ length: 100 }, (_, t) =>
        table(
          `t${t}`,
          Array.from({ length: 100 }, (_, c) => column(`c${c}`, c + 1)),
        ),
      ),
    );
    const found = many.tables.flatMap(({ name, columns }) =>
      columns.map((of) =>
        proposal(of.name, null, { column: { schema: 'public', table: name, column: of.name } }),
      ),
    );
    const { labels } = mergeProposals(noLabels, many, found);
    const text = printLabels(labels);
    expect(parseLabels(printLabels(labels, text), 'labels.yaml').columns.size).toBe(10_000);
  });

  it.each([
    ['broken YAML', 'version: 1\ncolumns:\n  a.b.c: {type: none', 3],
    ['an unknown field', 'version: 1\ncolumns:\n  a.b.c: {kind: none}\n', 3],
    [
      'a wrong status',
      'version: 1\ncolumns:\n  a.b.c:\n    type: none\n    sensitivity: public\n    status: done\n',
      6,
    ],
    [
      'a name with too few parts',
      'version: 1\ncolumns:\n  b.c: {type: none, sensitivity: public, status: proposed}\n',
      3,
    ],
    ['another version', 'version: 2\ncolumns: {}\n', 1],
    ['a list', '- a\n', 1],
  ])('says where the mistake is and what to write: %s', (_, text, line) => {
    expect(() => parseLabels(text, 'labels.yaml')).toThrow(
      expect.objectContaining({
        code: 'file-format',
        line,
        hint: expect.stringMatching(/\w/) as string,
      }) as Error,
    );
  });
});
