import type { Catalog, Column, Table } from '../../src/domain/catalog/catalog.js';
import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import { classifyCatalog, classifyTable } from '../../src/domain/classification/classify-catalog.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';
import { readLanguages } from '../../src/domain/classification/gather-evidence.js';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import pg from 'pg';
import { yearOfSet } from './examples.js';
import { median } from '../median.js';

export interface SpeedFigures {
  /** Milliseconds for 10,000 columns without values, the best of three. */
  readonly metadataMs: number;
  /** Milliseconds of one table's sampling query, median. */
  readonly samplingMs: number;
  /** The same with classification of what it returned, median. */
  readonly sampledMs: number;
  readonly samplingRatio: number;
}

const subjects = [
  'customer',
  'order',
  'invoice',
  'employee',
  'payment',
  'shipment',
  'contract',
  'device',
  'patient',
  'event',
];
const attributes = [
  'id',
  'name',
  'email',
  'phone_number',
  'created_at',
  'status',
  'birth_date',
  'street',
  'city',
  'amount',
  'type',
  'is_active',
  'notes',
  'iban',
  'reference_no',
  'updated_by',
  'lst_chg_ts',
  'geb_dat',
  'quantity',
  'version',
];

/** Measures both speed claims; `quick` runs fewer rounds over fewer rows. */
export async function measureSpeed(classifier: Classifier, effort: 'quick' | 'full'): Promise<SpeedFigures> {
  const metadataMs = Math.min(...[1, 2, 3].map(() => timeMetadata(classifier)));
  return {
    metadataMs,
    ...(await timeSampling(classifier, effort === 'quick' ? 50_000 : 500_000, effort === 'quick' ? 9 : 25)),
  };
}

function timeMetadata(classifier: Classifier): number {
  const catalog = wideCatalog();
  const start = performance.now();
  const proposals = classifyCatalog(catalog, new Map(), classifier, { year: yearOfSet });
  const took = performance.now() - start;
  if (proposals.length !== 10_000)
    throw new Error(`expected 10,000 proposals, got ${String(proposals.length)}`);
  return took;
}

/** 500 tables of 20 columns; every name differs, so that nothing is answered from memory alone. */
function wideCatalog(): Catalog {
  const types: readonly ColumnType[] = [
    { name: 'text', family: 'text' },
    { name: 'integer', family: 'integer' },
    { name: 'timestamp', family: 'timestamp' },
  ];
  const tables = Array.from({ length: 500 }, (_, index): Table => {
    const columns = attributes.map((attribute, at): Column => ({
      name: `${subjects[(index + at) % subjects.length]}_${attribute}_${String(index)}`,
      ordinal: at + 1,
      type: types[at % types.length],
      nullable: true,
    }));
    return {
      schema: 'public',
      name: `${subjects[index % subjects.length]}_${String(index)}`,
      kind: 'table',
      columns,
      uniqueKeys: [],
      foreignKeys: [],
      checks: [],
      exclusions: [],
      parents: [],
      partitionKey: [],
    };
  });
  return { engine: 'postgres', serverVersion: '18', database: 'wide', tables, views: [] };
}

const table = `
  create table people as
  select n as id, 'Given' || n % 900 as first_name, 'Family' || n % 4000 as last_name, 'user' || n || '@example.org' as email,
         '+1 555 ' || lpad((n % 10000)::text, 4, '0') as phone, date '1940-01-01' + n % 25000 as birth_date,
         n || ' Main Street' as street, 'Town' || n % 300 as city, lpad((n % 99999)::text, 5, '0') as zip,
         case n % 2 when 0 then 'f' else 'm' end as gender, md5(n::text) as token, now() as created_at, n % 7 = 0 as active,
         n * 1.5 as amount, n % 5 as level, 'A text that says nothing of anybody, number ' || n as notes,
         '10.0.' || n % 256 || '.' || n / 256 % 256 as ip, 'EUR' as currency, gen_random_uuid() as ref, n % 100 as score
    from generate_series(1, $1::integer) as n`;

async function timeSampling(
  classifier: Classifier,
  rows: number,
  rounds: number,
): Promise<Omit<SpeedFigures, 'metadataMs'>> {
  const server = await EmbeddedServer.start({ durability: 'none' });
  try {
    await fill(server.url(), rows);
    const session = await postgresEngine.open(server.url());
    try {
      const catalog = await session.introspect();
      const people = catalog.tables.find(({ name }) => name === 'people')!;
      const languages = readLanguages(catalog, classifier).get('public');
      const sampling: number[] = [];
      const whole: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const start = performance.now();
        const sample = await session.sample(people, { rows: 200, timeoutMs: 10_000 });
        const sampled = performance.now();
        if ('reason' in sample) throw new Error(sample.reason);
        classifyTable(people, sample.values, languages, classifier, { year: yearOfSet });
        sampling.push(sampled - start);
        whole.push(performance.now() - start);
      }
      const samplingMs = median(sampling);
      const sampledMs = median(whole);
      return { samplingMs, sampledMs, samplingRatio: sampledMs / samplingMs };
    } finally {
      await session.close();
    }
  } finally {
    await server.stop();
  }
}

async function fill(url: string, rows: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(table.replace('$1', String(rows)));
  await client.query('analyze people');
  await client.end();
}
