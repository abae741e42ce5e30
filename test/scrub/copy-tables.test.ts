import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import type { RowRange } from '../../src/engines/row-source.js';
import type { ScrubSource } from '../../src/engines/scrub-source.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { copyTable } from '../../src/runs/copy-table.js';
import { copyTables, type TablesCopy } from '../../src/runs/copy-tables.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { labelsFor, policyOf, shippedRules } from '../support/planning.js';

/** Holes, moved rows and long values, so that pages are unlike one another. */
const people = `
  create table people (id integer, name text, email text, phone text, born date, number integer, note text);
  insert into people
  select i, case when i % 7 > 0 then 'Ana Lopez ' || chr(65 + i % 26) end, 'ana.' || i || '@corp.example',
    '+49 30 9018' || lpad(i::text, 5, '0'), date '1960-01-01' + i % 9000, i % 100000, repeat('x' || chr(9) || '\\', i % 50)
  from generate_series(1, 12000) i;
  delete from people where id % 11 = 0;
  update people set note = note || 'changed' where id % 13 = 0;
  create table small (id integer); insert into small values (1), (2);
  analyze;`;

const types = {
  'people.name': 'person-name',
  'people.email': 'email-address',
  'people.phone': 'phone-number',
  'people.born': 'date-of-birth',
};

const table = { schema: 'public', name: 'people' };

describe('a table copied in ranges', () => {
  let source: TestDatabase;
  let from: ScrubSource;
  const targets: string[] = [];

  beforeEach(async () => {
    source = await createDatabase(people);
    from = await postgresEngine.openSource(source.url);
  });
  afterEach(async () => {
    await from.close();
    for (const name of targets.splice(0)) await source.query(`drop database if exists ${name} with (force)`);
    await source.drop();
  });

  it('travels as text where one side has no binary form, even between servers of one version', async () => {
    const formats = new Set<string>();
    await copied((copying) => {
      const { target } = copying;
      const copyIn = target.copyIn.bind(target);
      target.copyIn = (...asked) => {
        formats.add(asked[2]);
        return copyIn(...asked);
      };
      return copyTables({ ...copying, target: Object.assign(target, { copiesInBinary: undefined }) });
    });
    expect([...formats]).toEqual(['text']);
  });

  /** Copies all tables and answers what the target then holds of `people`, sorted. */
  async function copied(copy: (copying: TablesCopy) => Promise<unknown>): Promise<string[]> {
    const name = `ranges_${process.pid}_${targets.length}`;
    targets.push(name);
    const target = await postgresEngine.openTarget(serverUrl(name), {
      replace: false,
      source: await from.identity(),
    });
    const catalog = await from.catalog();
    const { words, informationTypes } = await shippedRules();
    await target.execute((await from.schema()).preData);
    await copy({
      source: from,
      target,
      catalog,
      plan: planScrub({
        catalog,
        labels: await labelsFor(catalog, types),
        labelsSha256: '',
        policy: await policyOf('default'),
        types: informationTypes,
        keyId: '',
      }),
      pseudonyms: createPseudonyms(Buffer.alloc(32, 5)),
      words,
      atOnce: 4,
      smallestPartBytes: 1,
      onRows: () => undefined,
    });
    const lines: Buffer[] = [];
    const columns = catalog.tables.find((one) => one.name === 'people')!.columns.map((column) => column.name);
    for await (const chunk of await target.copyOut(table, columns, 'text')) lines.push(Buffer.from(chunk));
    await target.publish();
    return Buffer.concat(lines).toString().split('\n').sort();
  }

  it('has each row of the snapshot once, whatever is written to the source meanwhile', async () => {
    await source.query(`update people set number = -1 where id % 2 = 0; delete from people where id % 5 = 0`);
    await source.query('vacuum people');
    await source.query(`insert into people (id) select generate_series(100000, 104000)`);
    const ranges = await from.splitRows(table, 5);
    expect(ranges).toHaveLength(5);
    const ids: string[] = [];
    for (const range of ranges) ids.push(...(await idsOf(from, range)));
    const all = Array.from({ length: 12000 }, (_, i) => `${i + 1}`).filter((id) => Number(id) % 11 > 0);
    expect(ids.sort()).toEqual(all.sort());
  });

  it('gives the rows that one copy of the whole gives, in text as in binary', async () => {
    let results: Awaited<ReturnType<typeof copyTables>> = [];
    const used: (RowRange | undefined)[] = [];
    const inRanges = await copied(async (copying) => {
      const counting = Object.create(from, {
        copyOut: {
          value: (...[name, columns, format, range]: Parameters<ScrubSource['copyOut']>) => {
            if (name.name === 'people') used.push(range);
            return from.copyOut(name, columns, format, range);
          },
        },
        splitRows: { value: from.splitRows.bind(from) },
        identity: { value: from.identity.bind(from) },
      }) as ScrubSource;
      results = await copyTables({ ...copying, source: counting });
    });
    expect(used.length).toBeGreaterThan(1);
    expect(used.every((range) => range !== undefined)).toBe(true);
    const asWhole = await copied((copying) => copyTables({ ...copying, atOnce: 1 }));
    const asText = await copied((copying) =>
      copyTable({
        ...copying,
        plan: copying.plan.tables.find(({ name }) => name === 'people')!,
        table: copying.catalog.tables.find(({ name }) => name === 'people')!,
        mayTravelInBinary: false,
      }),
    );
    expect(inRanges).toEqual(asWhole);
    expect(asText).toEqual(asWhole);
    const counted = results.find(({ name }) => name === 'people')!;
    expect(counted.rows).toBe(12000 - Math.floor(12000 / 11));
    const names = counted.masked.find(({ column }) => column === 'name')!;
    expect(names.values + names.nulls).toBe(counted.rows);
    expect(results.find(({ name }) => name === 'small')!.rows).toBe(2);
  });
});

async function idsOf(from: ScrubSource, range: RowRange): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of await from.copyOut(table, ['id'], 'text', range)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString().split('\n').slice(0, -1);
}
