import { labelledColumns } from '../../src/domain/posture/facts/labelled-column.js';
import { parseLabels } from '../../src/domain/classification/labels-file.js';
import { declarationsSchema } from '../../src/domain/posture/facts/declarations.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { runPosture } from '../../src/runs/posture/posture-run.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

const people = `create table public.people (id int primary key, email text);
  insert into public.people select i, 'p' || i || '@example.org' from generate_series(1, 200) i`;

describe('a copy beside production', () => {
  let production: TestDatabase;
  let copy: TestDatabase;

  beforeAll(async () => {
    [production, copy] = await Promise.all([createDatabase(people), createDatabase(people)]);
  });

  afterAll(() => Promise.all([production.drop(), copy.drop()]));

  it('fails while it holds production’s values, and passes once they are others', async () => {
    expect(await look()).toMatchObject({
      outcome: 'fail',
      says: '200 of 200 compared values are those of production',
    });
    await copy.query(`update public.people set email = 'x' || email`);
    expect(await look()).toMatchObject({ outcome: 'pass' });
  });

  async function look() {
    const text = `version: 1\ncolumns:\n  public.people.email: { type: email-address, sensitivity: confidential, status: confirmed }\n`;
    const { findings } = await runPosture({
      checks: (await readChecks()).filter(({ id }) => id === 'label-lower-env-same'),
      declarations: declarationsSchema.parse({ environment: 'staging' }),
      labels: labelledColumns(parseLabels(text, 'labels.yaml')),
      targets: { location: copy.url, production: production.url },
      timeoutMs: 10_000,
      toolVersion: '0.0.0',
      inventory: 'labels.yaml',
    });
    return findings[0];
  }
});
