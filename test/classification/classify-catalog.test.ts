import fc from 'fast-check';
import type { Catalog, Column, Table, View } from '../../src/domain/catalog/catalog.js';
import type { TypeFamily } from '../../src/domain/catalog/column-type.js';
import { classifyCatalog } from '../../src/domain/classification/classify-catalog.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';
import { explainProposal } from '../../src/domain/classification/explain-proposal.js';
import type { LabelProposal } from '../../src/domain/classification/label.js';
import { compileTimeMs, packagedClassifier } from '../support/classifier.js';

let classifier: Classifier;

beforeAll(async () => {
  classifier = await packagedClassifier();
}, compileTimeMs);

describe('by name alone', () => {
  it.each([
    ['customers', 'email', 'text', 'email-address'],
    ['customers', 'CUST_NM_L', 'text', 'family-name'],
    ['kunden', 'GEBDAT', 'date', 'date-of-birth'],
    ['kunden', 'TELNR2', 'text', 'phone-number'],
    ['clientes', 'fecha_nacimiento', 'date', 'date-of-birth'],
    ['klienci', 'nr_telefonu', 'text', 'phone-number'],
    ['kaiin', 'yubin_bango', 'text', 'postal-code'],
    ['users', 'password_hash', 'text', 'password-hash'],
    ['users', 'last_sign_in_ip', 'text', 'ip-address'],
    ['patients', 'diagnosis', 'text', 'health-diagnosis'],
    ['users', '电话号码', 'text', 'phone-number'],
  ] as const)('%s.%s is personal', (table, column, family, type) => {
    expect(typeOf(table, column, family)).toBe(type);
  });

  it.each([
    ['mail_jobs', 'email_sent_at', 'timestamp'],
    ['mail_jobs', 'email_verified', 'boolean'],
    ['mail_jobs', 'email_template', 'text'],
    ['checks', 'ssn_verified', 'boolean'],
    ['cards', 'card_type', 'text'],
    ['devices', 'phone_model', 'text'],
    ['users', 'password_changed_at', 'timestamp'],
    ['users', 'login_count', 'integer'],
    ['products', 'product_name', 'text'],
    ['orders', 'created_at', 'timestamp'],
    ['orders', 'is_active', 'boolean'],
    ['bestellungen', 'anzahl', 'integer'],
  ] as const)('%s.%s is not', (table, column, family) => {
    expect(typeOf(table, column, family)).toBeNull();
  });
});

describe('with values', () => {
  const emails = Array.from({ length: 40 }, (_, index) => `someone${String(index)}@example.org`);

  it('knows values whose column is named without meaning', () => {
    expect(proposalOf('t1', 'c07', 'text', emails)).toMatchObject({ informationType: 'email-address' });
  });

  it('judges an empty table by its metadata', () => {
    expect(proposalOf('customers', 'email', 'text', [])).toMatchObject({ informationType: 'email-address' });
  });

  it('classifies JSON path by path', () => {
    const documents = emails.map((email) => JSON.stringify({ who: { email }, ok: true }));
    const proposal = proposalOf('events', 'payload', 'json', documents);
    expect(proposal.paths).toMatchObject({ '$.who.email': 'email-address' });
    expect(proposal.paths).not.toHaveProperty(['$.ok']);
    expect(proposal.informationType).toBe('json-with-pii');
  });

  it('takes a document with a sensitive part for sensitive, whatever speaks against the whole', () => {
    for (const every of [1, 5, 20, 40]) {
      const values = emails.map((email, i) =>
        JSON.stringify({ kind: 'page', seconds: i, ...(i % every === 0 ? { at: { contact: email } } : {}) }),
      );
      const proposal = proposalOf('page_views', 'settings', 'json', values);
      const named = Object.keys(proposal.paths ?? {});
      expect([every, proposal.informationType]).toEqual([every, named.length > 0 ? 'json-with-pii' : null]);
    }
  });

  it('names the part that makes a document personal, also where all rows share one value', () => {
    const values = Array.from({ length: 60 }, (_, i) => JSON.stringify({ card: '4111111111111111', amount: i, kind: 'card' })); // prettier-ignore
    const proposal = proposalOf('events', 'payload', 'json', values);
    expect(proposal.informationType).toBe('json-with-pii');
    expect(proposal.paths).toEqual({ '$.card': 'payment-card-number' });
  });

  it('classifies arrays by their elements', () => {
    const arrays = emails.map((email) => `{${email},other@example.com}`);
    expect(proposalOf('t1', 'c1', 'array', arrays)).toMatchObject({ informationType: 'email-address' });
  });

  it('keeps no value in what it explains', () => {
    const proposal = proposalOf('customers', 'email', 'text', emails);
    const told = JSON.stringify(proposal) + explainProposal(proposal).join('\n');
    for (const email of emails) expect(told).not.toContain(email);
    expect(told).not.toContain('example.org');
    expect(explainProposal(proposal).length).toBeGreaterThan(3);
  });

  it('takes huge values in its stride', () => {
    const huge = ['x'.repeat(5_000_000), `{"a":"${'y'.repeat(1_000_000)}"}`, '('.repeat(100_000)];
    expect(proposalOf('blobs', 'data', 'text', huge).column.column).toBe('data');
  });

  it('never throws, and always answers with a probability, whatever names and values', () => {
    const families = fc.constantFrom<TypeFamily>(
      'text',
      'json',
      'array',
      'composite',
      'binary',
      'date',
      'integer',
      'xml',
      'range',
    );
    const values = fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 60 }), { nil: null }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.string({ maxLength: 30 }),
        fc.string({ maxLength: 30 }),
        families,
        values,
        (table, column, family, sample) => {
          const { confidence } = proposalOf(table, column, family, sample);
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('relations', () => {
  it('gives a foreign key the label of what it refers to', () => {
    const staff = tableOf('mitarbeiter', [columnOf('personalnummer', 'text'), columnOf('nachname', 'text')]);
    const pay: Table = {
      ...tableOf('pay', [columnOf('x', 'text'), columnOf('amount', 'decimal')]),
      foreignKeys: [
        {
          name: 'fk',
          columns: ['x'],
          references: { schema: 's', name: 'mitarbeiter', columns: ['personalnummer'] },
          matchFull: false,
          deferrable: false,
          validated: true,
        },
      ],
    };
    const proposals = classify([staff, pay]);
    expect(find(proposals, 'pay', 'x')).toMatchObject({ informationType: 'employee-id' });
    expect(find(proposals, 'pay', 'x').evidence[0].source).toBe('foreign-key');
  });

  it('carries labels to columns of views under any name, by what they show', () => {
    const people: Table = tableOf('people', [columnOf('first_name', 'text'), columnOf('last_name', 'text'), columnOf('email', 'text'), columnOf('profile', 'json')]); // prettier-ignore
    const shows = (name: string, ...columns: string[]): Column => ({ ...columnOf(name, 'text'), shows: columns.map((column) => ({ schema: 's', table: 'people', column })) }); // prettier-ignore
    const view: View = {
      schema: 's', name: 'v', kind: 'materialised-view', definition: '', readsFrom: [{ schema: 's', name: 'people' }],
      columns: [shows('c1', 'email'), shows('c2', 'first_name', 'last_name'), shows('email'), shows('n'), shows('telephone', 'profile')],
    }; // prettier-ignore
    const shown = classify([people], [view]).filter(({ column }) => column.table === 'v');
    expect(
      Object.fromEntries(shown.map(({ column, informationType }) => [column.column, informationType])),
    ).toEqual({
      c1: 'email-address',
      c2: 'person-name',
      email: 'email-address',
      n: null,
      telephone: 'phone-number',
    });
  });

  it('carries labels to copies, which their names and columns tell', () => {
    const columns = [columnOf('id', 'integer'), columnOf('x1', 'text'), columnOf('email', 'text'), columnOf('total', 'decimal')]; // prettier-ignore
    const emails = Array.from({ length: 60 }, (_, i) => `person${i}@mail.example`);
    const tables = ['clients', 'clients_bak', 'old_clients', 'CLIENTS_20240131', 'client_history', 'goods_bak', 'clients_by_town'].map((name) => tableOf(name, columns)); // prettier-ignore
    const archived: Table = { ...tableOf('clients', columns), schema: 'archive' };
    const other = tableOf('clients_copy', [columnOf('id', 'integer'), columnOf('x1', 'integer')]);
    const catalog: Catalog = { engine: 'postgres', serverVersion: '17', database: 'd', tables: [...tables, archived, other], views: [] }; // prettier-ignore
    const proposals = classifyCatalog(catalog, new Map([[tables[0], new Map([['x1', emails]])]]), classifier, { year: 2026 }); // prettier-ignore
    const x1 = proposals.filter(({ column }) => column.column === 'x1' && column.schema + column.table !== 'sclients'); // prettier-ignore
    const sensitive = x1.filter(({ informationType }) => informationType === 'email-address');
    expect(sensitive.map(({ column }) => `${column.schema}.${column.table}`)).toEqual([
      's.clients_bak',
      's.old_clients',
      's.CLIENTS_20240131',
      's.client_history',
      'archive.clients',
    ]);
    for (const { evidence } of sensitive)
      expect(evidence[0]).toMatchObject({
        source: 'lineage',
        says: 'its table looks like a copy: it is s.clients.x1 there',
      });
  });

  it('keeps what a copy holds itself, whatever its original holds', () => {
    const columns = [columnOf('id', 'integer'), columnOf('x1', 'text'), columnOf('x2', 'text')];
    const tables = [tableOf('things', columns), tableOf('things_bak', columns)];
    const plain = new Map([['x1', Array.from({ length: 60 }, (_, i) => `ABC ${i}`)]]);
    const held = new Map([['x1', Array.from({ length: 60 }, (_, i) => `person${i}@mail.example`)]]);
    const catalog: Catalog = { engine: 'postgres', serverVersion: '17', database: 'd', tables, views: [] };
    const proposals = classifyCatalog(catalog, new Map([[tables[0], plain], [tables[1], held]]), classifier, { year: 2026 }); // prettier-ignore
    expect(find(proposals, 'things_bak', 'x1')).toMatchObject({ informationType: 'email-address' });
  });

  it('carries labels to views that read each other, even in a ring', () => {
    const people = tableOf('people', [columnOf('email', 'text')]);
    const view = (name: string, reads: readonly string[]): View => ({
      schema: 's', name, kind: 'view', columns: [columnOf('email', 'text')], definition: '', readsFrom: reads.map((read) => ({ schema: 's', name: read })),
    }); // prettier-ignore
    const proposals = classify([people], [view('b', ['a', 'c']), view('a', ['people']), view('c', ['b'])]);
    for (const name of ['a', 'b', 'c'])
      expect(find(proposals, name, 'email')).toMatchObject({ informationType: 'email-address' });
  });
});

function typeOf(table: string, column: string, family: TypeFamily): string | null {
  const [proposal] = classify([tableOf(table, [columnOf(column, family)])]);
  return proposal.informationType;
}

function proposalOf(
  table: string,
  column: string,
  family: TypeFamily,
  values: readonly (string | null)[],
): LabelProposal {
  const only = tableOf(table, [columnOf(column, family)]);
  const samples = new Map([[only, new Map([[column, values]])]]);
  return classifyCatalog(catalogOf([only]), samples, classifier, { year: 2026 })[0];
}

function classify(tables: readonly Table[], views: readonly View[] = []): readonly LabelProposal[] {
  return classifyCatalog(catalogOf(tables, views), new Map(), classifier, { year: 2026 });
}

function find(proposals: readonly LabelProposal[], table: string, column: string): LabelProposal {
  return proposals.find((proposal) => proposal.column.table === table && proposal.column.column === column)!;
}

function catalogOf(tables: readonly Table[], views: readonly View[] = []): Catalog {
  return { engine: 'postgres', serverVersion: '18', database: 'd', tables, views };
}

function tableOf(name: string, columns: readonly Column[]): Table {
  return {
    schema: 's',
    name,
    kind: 'table',
    columns,
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    exclusions: [],
    parents: [],
    partitionKey: [],
  };
}

function columnOf(name: string, family: TypeFamily): Column {
  return { name, ordinal: 1, type: { name: family, family }, nullable: true };
}
