import fc, { type Arbitrary } from 'fast-check';
import { roles } from '../../src/service/auth/permissions.js';
import { ApiClient } from '../support/api-client.js';
import { type JsonSchema, type Operation, operationsOf, valuesOf } from '../support/openapi.js';
import { scannedSource } from '../support/scanned-source.js';
import { startService, type TestService } from '../support/service.js';

/** Requests of one run; SCRUBJAY_FUZZ_REQUESTS=10000 for the long one. */
const requests = Number(process.env.SCRUBJAY_FUZZ_REQUESTS ?? 400);

/** Texts that have broken servers before. */
const hostile: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      "' or 1=1 --",
      '"; drop table labels; --',
      '%00',
      '\u0000',
      '\ud800',
      '\u202e\u2066',
      '../../etc/passwd',
    ],
    ...[
      '${jndi:ldap://x}',
      '__proto__',
      'constructor',
      '-1',
      '1e999',
      'NaN',
      '9'.repeat(400),
      'a'.repeat(2_000),
    ],
    ...[null, true, -1, 2 ** 53, 1e308, [], {}, [[[[]]]], { toString: 1 }, ''],
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
);

/** A valid value, or one with a part of it exchanged, or nothing like it. */
function tried(schema: JsonSchema): Arbitrary<unknown> {
  const broken = fc.tuple(valuesOf(schema), fc.nat(), hostile).map(([value, at, other]) => {
    if (typeof value !== 'object' || value === null) return other;
    const names = [...Object.keys(value), 'unknown'];
    return { ...value, [names[at % names.length]]: other };
  });
  return fc.oneof(
    { weight: 3, arbitrary: valuesOf(schema) },
    { weight: 3, arbitrary: broken },
    { weight: 1, arbitrary: hostile },
  );
}

describe('the API, walked by its document', () => {
  let service: TestService;
  let client: ApiClient;
  let operations: readonly Operation[];
  let known: readonly string[];
  beforeAll(async () => {
    service = await startService({ RATE_LIMIT_PER_MINUTE: '10000000' });
    const tenant = await service.tenant(roles);
    client = new ApiClient(service, tenant.token);
    operations = operationsOf(service).filter(({ streams }) => !streams);
    const source = await scannedSource(
      client,
      tenant,
      'create table people (id int primary key, email text)',
      {},
    );
    const rows = await service.own.query<{ id: string }>(
      'select id from labels union select id from findings',
    );
    known = [source, tenant.id, ...rows.map(({ id }) => id)];
  });
  afterAll(() => service.stop());

  function requestTo(
    operation: Operation,
  ): Arbitrary<{ url: string; body: unknown; headers: Record<string, string> }> {
    const part = (schema: JsonSchema = {}) =>
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...known) },
        { weight: 3, arbitrary: valuesOf(schema) },
        { weight: 2, arbitrary: hostile },
      );
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
    return fc.record({
      url: fc
        .tuple(
          fc.tuple(...inPath.map(({ schema }) => part(schema))),
          fc.record(
            Object.fromEntries(
              inQuery.map(({ name, schema = {} }) => [name, fc.oneof(valuesOf(schema), part(schema))]),
            ),
            { requiredKeys: inQuery.filter(({ required }) => required).map(({ name }) => name) },
          ),
        )
        .map(([values, query]) => {
          const filled = inPath.reduce(
            (url, { name }, i) => url.replace(`{${name}}`, encode(values[i])),
            operation.path,
          );
          const pairs = Object.entries(query as object).map(([name, value]) => `${name}=${encode(value)}`);
          return pairs.length > 0 ? `${filled}?${pairs.join('&')}` : filled;
        }),
      body: operation.body ? tried(operation.body) : fc.constant(undefined),
      headers: fc.record(
        {
          'if-match': fc.constantFrom('"1"', '"2"', '*', '"x"', '"999999999"', 'W/"1"'),
          'idempotency-key': fc.constantFrom('key-number-1', 'key-number-2', 'short', ' '.repeat(9)),
        },
        { requiredKeys: [] },
      ),
    });
  }

  it(`answers ${requests} requests, valid and hostile, without one 500`, async () => {
    const anyRequest = fc
      .nat({ max: operations.length - 1 })
      .chain((i) => requestTo(operations[i]).map((request) => ({ operation: operations[i], ...request })));
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(anyRequest, async ({ operation, url, body, headers }) => {
        const answer = await client.call(operation.method, url, {
          // Strings and numbers are sent as the JSON that they are.
          body: body === undefined || typeof body === 'object' ? (body ?? undefined) : JSON.stringify(body),
          headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        });
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        if (answer.status >= 500)
          throw new Error(`${operation.id}: ${answer.status} ${answer.text.slice(0, 500)}`);
        if (answer.status >= 400)
          expect(answer.headers['content-type']).toContain('application/problem+json');
      }),
      { numRuns: requests, endOnFailure: true },
    );
    // A walk that is refused everywhere proves nothing.
    expect(seen.get(200) ?? 0).toBeGreaterThan(requests / 40);
  }, 900_000);
});

function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent((text ?? '').toWellFormed());
}
