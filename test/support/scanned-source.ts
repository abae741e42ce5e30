import { randomUUID } from 'node:crypto';
import { type Catalog, columnsOf, printColumnName } from '../../src/domain/catalog/catalog.js';
import type { LabelProposal } from '../../src/domain/classification/label.js';
import { recordScan } from '../../src/service/findings/record-scan.js';
import type { ApiClient } from './api-client.js';
import { catalogOf, shippedRules } from './planning.js';
import type { TestTenant } from './service.js';

/** A registered data source whose scan found what the test says; gives its id. */
export async function scannedSource(
  client: ApiClient,
  tenant: TestTenant,
  sql: string,
  types: Readonly<Record<string, string>>,
): Promise<string> {
  const { service } = client;
  const { body } = await client.post<{ id: string }>('/data-sources', {
    name: `shop ${randomUUID()}`,
    environment: 'production',
    location: service.own.url,
  });
  await recordFindings(client, tenant, body.id, await catalogOf(sql), types);
  return body.id;
}

/** Records a scan whose proposals the test makes up. */
export async function recordFindings(
  { service }: ApiClient,
  tenant: TestTenant,
  dataSourceId: string,
  catalog: Catalog,
  types: Readonly<Record<string, string>>,
): Promise<void> {
  const { informationTypes } = await shippedRules();
  const proposals = Array.from(columnsOf(catalog), ({ name }): LabelProposal => {
    const type = types[printColumnName(name).replace(/^public\./, '')];
    return {
      column: name,
      informationType: type ?? null,
      sensitivity: type === undefined ? 'public' : informationTypes.get(type).sensitivity,
      confidence: type === undefined ? 0.9 : 0.7,
      evidence: [{ source: 'name', says: 'its name says so', weight: 2.5 }],
    };
  });
  const caller = { tenantId: tenant.id, subject: 'test-scan', roles: [] };
  const scanned = { rules: 'rules', values: true, unread: [] };
  await service.database.asTenant(tenant.id, (manager) =>
    recordScan(manager, caller, { id: randomUUID(), dataSourceId, catalog, proposals, scanned }),
  );
}
