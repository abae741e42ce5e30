import { ApiClient } from '../support/api-client.js';
import { catalogOf } from '../support/planning.js';
import { recordFindings, scannedSource } from '../support/scanned-source.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

interface Label {
  readonly id: string;
  readonly column: string;
  readonly informationType: string | null;
  readonly sensitivity: string;
  readonly status: string;
  readonly review: string | null;
  readonly needsReview: boolean;
  readonly version: number;
}

interface Page<Item> {
  readonly items: Item[];
  readonly next?: string;
}

const people = 'create table people (id int primary key, email text, phone text, notes text)';
const types = { 'people.email': 'email-address', 'people.phone': 'phone-number' };

describe('labels', () => {
  let service: TestService;
  let tenant: TestTenant;
  let steward: ApiClient;
  let engineer: ApiClient;
  let source: string;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    tenant = await service.tenant(['steward']);
    steward = new ApiClient(service, tenant.token);
    engineer = new ApiClient(service, await service.key(tenant.id, ['engineer']));
    source = await scannedSource(steward, tenant, people, types);
  });

  async function label(column: string): Promise<Label> {
    const { body } = await steward.get<Page<Label>>(
      `/labels?dataSource=${source}&column=public.people.${column}`,
    );
    return body.items[0];
  }

  it('wait for review when sensitive, and not when a steward confirmed them', async () => {
    const waiting = await steward.get<Page<Label>>('/labels?needsReview=true');
    expect(waiting.body.items.map(({ column }) => column)).toEqual([
      'public.people.email',
      'public.people.phone',
    ]);
    const { id, version } = await label('email');
    const confirmed = await steward.change<Label>('POST', `/labels/${id}/decisions`, version, {
      decision: 'confirm',
      reason: 'seen it',
    });
    expect(confirmed).toMatchObject({
      status: 200,
      body: { status: 'confirmed', needsReview: false, reason: 'seen it', version: version + 1 },
    });
    expect(confirmed.headers.etag).toBe(`"${version + 1}"`);
  });

  it('are rejected and relabelled, with the type’s own sensitivity', async () => {
    const email = await label('email');
    const rejected = await steward.change('POST', `/labels/${email.id}/decisions`, email.version, {
      decision: 'reject',
    });
    expect(rejected.body).toMatchObject({ status: 'rejected', informationType: null, sensitivity: 'public' });
    const notes = await label('notes');
    const relabelled = await steward.change('POST', `/labels/${notes.id}/decisions`, notes.version, {
      decision: 'relabel',
      informationType: 'health-record',
    });
    expect(relabelled.body).toMatchObject({ status: 'relabelled', sensitivity: 'restricted' });
  });

  it('refuse a decision on a version that somebody has changed since', async () => {
    const { id, version } = await label('email');
    await steward.change('POST', `/labels/${id}/decisions`, version, { decision: 'confirm' });
    const late = await steward.change('POST', `/labels/${id}/decisions`, version, { decision: 'reject' });
    expect(late).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    expect(await label('email')).toMatchObject({ status: 'confirmed' });
    const blind = await steward.post(`/labels/${id}/decisions`, { decision: 'reject' });
    expect(blind).toMatchObject({ status: 428 });
  });

  it('refuse an information type that nobody declared, and name a near one', async () => {
    const { id, version } = await label('email');
    const answer = await steward.change('POST', `/labels/${id}/decisions`, version, {
      decision: 'relabel',
      informationType: 'email-adress',
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'unknown-information-type' } });
    expect(answer.body.hint).toContain('email-address');
  });

  it('are decided in bulk: all of those named, or none', async () => {
    const [email, phone] = [await label('email'), await label('phone')];
    const stale = { id: phone.id, version: phone.version + 1 };
    const refused = await steward.post('/label-decisions', {
      decision: 'confirm',
      labels: [{ id: email.id, version: email.version }, stale],
    });
    expect(refused.status).toBe(412);
    expect(await label('email')).toMatchObject({ status: 'proposed' });
    const done = await steward.post('/label-decisions', {
      decision: 'confirm',
      labels: [email, phone].map(({ id, version }) => ({ id, version })),
    });
    expect(done).toMatchObject({ status: 200, body: { decided: 2, waitingForReview: 0 } });
  });

  it('are decided in bulk by how sure their proposals are', async () => {
    const sure = await steward.post('/label-decisions', {
      decision: 'confirm',
      where: { dataSource: source, minConfidence: 0.8 },
    });
    expect(sure.body).toEqual({ decided: 2, waitingForReview: 2 });
    const ofType = await steward.post('/label-decisions', {
      decision: 'reject',
      where: { dataSource: source, informationType: 'email-address' },
    });
    expect(ofType.body).toEqual({ decided: 1, waitingForReview: 1 });
  });

  it('carry proposals, comments and requests for approval of those who may not decide', async () => {
    const { id, version } = await label('notes');
    expect(
      (await engineer.change('POST', `/labels/${id}/decisions`, version, { decision: 'confirm' })).status,
    ).toBe(403);
    await engineer.post(`/labels/${id}/comments`, { text: 'support staff type into this' });
    const proposed = await engineer.post(`/labels/${id}/proposals`, {
      informationType: 'health-record',
      reason: 'three of ten mention illness',
    });
    expect(proposed).toMatchObject({ status: 201, body: { needsReview: true, informationType: null } });
    await engineer.post(`/labels/${id}/approval-requests`);
    const history = await steward.get<Page<{ action: string; note: string | null; by: string }>>(
      `/labels/${id}/reviews`,
    );
    expect(history.body.items.map(({ action }) => action)).toEqual([
      'found',
      'commented',
      'proposed',
      'approval-requested',
    ]);
    expect(history.body.items[1]).toMatchObject({ note: 'support staff type into this' });
    const after = await label('notes');
    await steward.change('POST', `/labels/${id}/decisions`, after.version, {
      decision: 'relabel',
      informationType: 'health-record',
    });
    expect(await label('notes')).toMatchObject({ review: null, needsReview: false });
  });

  it('keep decisions over scans, flagged where new evidence contradicts', async () => {
    const { id, version } = await label('email');
    await steward.change('POST', `/labels/${id}/decisions`, version, { decision: 'confirm' });
    const changed = 'create table people (id int primary key, email varchar(90), phone text, notes text)';
    await recordFindings(steward, tenant, source, await catalogOf(changed), types);
    expect(await label('email')).toMatchObject({ id, status: 'confirmed', needsReview: true });
  });

  it('are reported: what is where, how much is decided, what changed', async () => {
    const { id, version } = await label('email');
    const since = new Date().toISOString();
    await steward.change('POST', `/labels/${id}/decisions`, version, { decision: 'confirm' });
    const inventory = await steward.get('/label-reports/inventory');
    expect(inventory.body).toMatchObject({
      items: [
        {
          informationType: 'email-address',
          columns: 1,
          decided: 1,
          dataSources: [{ id: source, columns: 1 }],
        },
        { informationType: 'phone-number', columns: 1, decided: 0 },
      ],
    });
    const coverage = await steward.get<Page<unknown>>('/label-reports/coverage');
    expect(coverage.body.items).toMatchObject([
      { id: source, columns: 4, sensitive: 2, decided: 1, waitingForReview: 1, coverage: 0.5 },
    ]);
    const changes = await steward.get<Page<unknown>>(`/label-reports/changes?since=${since}`);
    expect(changes.body.items).toMatchObject([{ action: 'confirmed', column: 'public.people.email' }]);
  });

  it('come in pages that neither repeat nor leave out', async () => {
    const seen: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: { body: Page<Label> } = await steward.get(
        `/labels?limit=1${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.body.items.map(({ column }) => column));
      cursor = page.body.next;
    }
    expect(seen).toEqual(['id', 'email', 'phone', 'notes'].map((name) => `public.people.${name}`));
  });
});

describe('findings', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('are listed without evidence, and who reads evidence is audited', async () => {
    const tenant = await service.tenant(['steward', 'auditor']);
    const client = new ApiClient(service, tenant.token);
    const source = await scannedSource(client, tenant, people, types);
    const list = await client.get<Page<{ id: string; column: string }>>(
      `/findings?dataSource=${source}&informationType=email-address&minConfidence=0.5&table=public.people`,
    );
    expect(list.body.items).toMatchObject([{ column: 'public.people.email', confidence: 0.7 }]);
    expect(list.body.items[0]).not.toHaveProperty('evidence');
    const none = await client.get<Page<unknown>>('/findings?informationType=none');
    expect(none.body.items).toHaveLength(2);
    const [{ id }] = list.body.items;
    const finding = await client.get(`/findings/${id}`);
    expect(finding.body).toMatchObject({ evidence: [{ says: 'its name says so', weight: 2.5 }] });
    const audit = await client.get<Page<unknown>>('/audit-events?action=finding.');
    expect(audit.body.items).toMatchObject([{ action: 'finding.evidence-read', subject: `finding:${id}` }]);
  });
});
