import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import { documentOf, operationsOf } from '../support/openapi.js';
import { startService, type TestService } from '../support/service.js';

describe('the OpenAPI document', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('is the committed one: run "npm run openapi && npm run client" after a change', async () => {
    const committed = await readFile(join(packageRoot, 'docs/openapi.json'), 'utf8');
    expect(JSON.parse(JSON.stringify(documentOf(service)))).toEqual(JSON.parse(committed));
  });

  it('names for every route a permission, or that anybody may call it', () => {
    const open = operationsOf(service).filter(({ permission }) => permission === undefined);
    expect(open.map(({ path }) => path)).toEqual(['/health/live', '/health/ready']);
  });

  it('gives every operation an id of its own', () => {
    const ids = operationsOf(service).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is served to everybody, with a page for people that runs no script of its own', async () => {
    const document = await service.application.inject({ url: '/openapi.json' });
    expect(document.json()).toMatchObject({ openapi: '3.1.0' });
    const page = await service.application.inject({ url: '/docs' });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.payload).not.toMatch(/<script>|<style>|on\w+=/);
    const bundle = await service.application.inject({ url: '/docs/swagger-ui-bundle.js' });
    expect(bundle.statusCode).toBe(200);
  });
});
