import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { printOscal } from '../../src/domain/posture/reports/oscal.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { runPosture } from '../../src/runs/posture/posture-run.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

// What OSCAL 1.2.1 asks of the parts that a report has, written down from NIST's reference of the model.
const uuid = z
  .string()
  .regex(/^[\dA-Fa-f]{8}-[\dA-Fa-f]{4}-[45][\dA-Fa-f]{3}-[89ABab][\dA-Fa-f]{3}-[\dA-Fa-f]{12}$/);
const token = z.string().regex(/^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$/u);
const line = z.string().regex(/^\S(.*\S)?$/);
const moment = z.iso.datetime({ offset: true });
const props = z.array(z.strictObject({ name: token, ns: z.url(), value: line })).min(1);
const selection = z.union([
  z.strictObject({ 'include-all': z.strictObject({}) }),
  z.strictObject({ 'include-controls': z.array(z.strictObject({ 'control-id': token })).min(1) }),
]);
const component = z.strictObject({
  ...{ uuid, type: line, title: z.string(), description: z.string() },
  status: z.strictObject({
    state: z.enum(['under-development', 'operational', 'disposition', 'other']),
  }),
});
const observation = z.strictObject({
  ...{ uuid, title: z.string(), description: z.string(), props },
  methods: z.array(z.enum(['EXAMINE', 'INTERVIEW', 'TEST', 'UNKNOWN'])).min(1),
  types: z.array(token).min(1),
  subjects: z.array(z.strictObject({ 'subject-uuid': uuid, type: token })).min(1),
  collected: moment,
  remarks: z.string(),
});
const finding = z.strictObject({
  ...{ uuid, title: z.string(), description: z.string() },
  target: z.strictObject({
    type: z.enum(['statement-id', 'objective-id']),
    'target-id': token,
    status: z.strictObject({ state: z.enum(['satisfied', 'not-satisfied']), reason: token }),
  }),
  'related-observations': z.array(z.strictObject({ 'observation-uuid': uuid })).min(1),
});
const result = z.strictObject({
  ...{ uuid, title: z.string(), description: z.string(), start: moment, end: moment, props },
  'local-definitions': z.strictObject({ components: z.array(component).min(1) }).optional(),
  'reviewed-controls': z.strictObject({ 'control-selections': z.array(selection).min(1) }),
  observations: z.array(observation).min(1).optional(),
  findings: z.array(finding).min(1).optional(),
});
const document = z.strictObject({
  'assessment-results': z.strictObject({
    uuid,
    metadata: z.strictObject({
      ...{ title: z.string(), 'last-modified': moment, version: line },
      'oscal-version': line,
    }),
    'import-ap': z.strictObject({ href: z.string().regex(/^#/) }),
    results: z.array(result).min(1),
    'back-matter': z.strictObject({
      resources: z.array(z.strictObject({ uuid, title: z.string(), description: z.string() })).min(1),
    }),
  }),
});

describe('an OSCAL report', () => {
  let database: TestDatabase;
  let reports: readonly string[];

  beforeAll(async () => {
    database = await createDatabase('create table "odd name\t." (id int primary key, pan text)');
    const look = async (ids: RegExp) =>
      printOscal(
        await runPosture({
          checks: (await readChecks()).filter(({ id }) => ids.test(id)),
          declarations: {
            ...noDeclarations,
            exceptions: [{ check: 'pg-ssl-on', owner: ' Ada\nL. ', reason: 'r', expires: '2099-01-01' }],
          },
          labels: [
            {
              ...{
                schema: 'public',
                table: 'odd name\t.',
                column: 'pan',
                printed: 'public."odd name\t.".pan',
              },
              ...{ informationType: 'payment-card-number', sensitivity: 'restricted' },
            },
          ],
          targets: { location: database.url },
          timeoutMs: 5000,
          toolVersion: '1.2.3',
          inventory: 'labels.yaml',
        }),
      );
    reports = [await look(/./), await look(/^pg-backup-proof$/), await look(/^tls-/)];
  });

  afterAll(() => database.drop());

  it('has the parts that the model of assessment-results asks for, and no other', () => {
    for (const report of reports) {
      expect(document.safeParse(JSON.parse(report)).error?.issues ?? []).toEqual([]);
    }
  });

  it('refers to nothing that is not in it', () => {
    for (const report of reports) {
      const { results, ...rest } = document.parse(JSON.parse(report))['assessment-results'];
      const observations = new Set(results[0].observations?.map((each) => each.uuid));
      const components = new Set(results[0]['local-definitions']?.components.map((each) => each.uuid));
      for (const each of results[0].findings ?? []) {
        for (const related of each['related-observations'])
          expect(observations).toContain(related['observation-uuid']);
      }
      for (const each of results[0].observations ?? [])
        expect(components).toContain(each.subjects[0]['subject-uuid']);
      expect(rest['import-ap'].href).toBe(`#${rest['back-matter'].resources[0].uuid}`);
    }
  });

  // OSCAL_SCHEMA: NIST's oscal_assessment-results_schema.json of a release, which does not come with this package.
  (process.env.OSCAL_SCHEMA === undefined ? it.skip : it)('is valid by the published JSON schema', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const valid = ajv.compile(JSON.parse(readFileSync(process.env.OSCAL_SCHEMA!, 'utf8')) as object);
    for (const report of reports) {
      valid(JSON.parse(report));
      expect(valid.errors ?? []).toEqual([]);
    }
  });
});
