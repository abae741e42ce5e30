import { resourceUsage } from 'node:process';
import { TYPES } from 'tedious';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { connect } from '../../src/engines/sqlserver/connection.js';
import { sqlServerEngine } from '../../src/engines/sqlserver/sqlserver-engine.js';
import { readRules } from '../../src/rules/read-rules.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { labelsOf } from './wide-table.js';

/** What one copy in a process of its own cost; one JSON line on stdout. */
export interface CopyCost {
  /** Of the copy alone: from the first statement to the last row committed. */
  readonly seconds: number;
  /** Of this process, user and system, start-up left out. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly rows: number;
}

type Cost = Pick<CopyCost, 'seconds' | 'rows'>;

/** As anybody copies a table with the driver: rows as they come, into a bulk load, in the types they have. */
async function copyRaw(from: string, to: string): Promise<Cost> {
  const source = await connect(from);
  const target = await connect(to);
  const started = performance.now();
  const rows = await new Promise<number>((resolve, reject) => {
    const bulk = target.driver.newBulkLoad(
      'dbo.wide_raw',
      { keepNulls: true, lockTable: true },
      (error, count) => (error ? reject(error) : resolve(count ?? 0)),
    );
    bulk.setTimeout(0);
    const text = { type: TYPES.NVarChar, nullable: false };
    const add = (
      name: string,
      { type, ...options }: typeof text & { length?: number; precision?: number; scale?: number },
    ) => bulk.addColumn(name, type as never, options);
    const sized = (name: string, length: number) => add(name, { ...text, length });
    add('id', { ...text, type: TYPES.BigInt as never });
    sized('given_name', 50);
    sized('family_name', 50);
    sized('email', 200);
    sized('phone', 30);
    sized('street', 100);
    sized('city', 100);
    sized('card', 20);
    add('born', { ...text, type: TYPES.Date as never });
    add('account', { ...text, type: TYPES.Int as never });
    add('balance', { ...text, type: TYPES.Decimal as never, precision: 12, scale: 2 });
    add('created', { ...text, type: TYPES.DateTime2 as never, scale: 3 });
    add('active', { ...text, type: TYPES.Bit as never });
    sized('status', 20);
    sized('note', 200);
    sized('payload', 200);
    const rowsOf = async function* () {
      for await (const some of source.stream('select * from dbo.wide')) yield* some;
    };
    target.driver.execBulkLoad(bulk, rowsOf() as AsyncIterable<unknown[]>);
  });
  const seconds = (performance.now() - started) / 1000;
  source.close();
  target.close();
  return { seconds, rows };
}

/** As a scrub does. */
async function copyScrubbed(from: string, to: string, how: 'masked' | 'unmasked'): Promise<Cost> {
  const rules = await readRules();
  const source = await sqlServerEngine.openSource(from);
  const catalog = await source.catalog();
  const only = { ...catalog, tables: catalog.tables.filter(({ name }) => name === 'wide') };
  const labels = labelsOf(only, how);
  const policy = rules.policies.get('default')!;
  const types = rules.informationTypes;
  const plan = planScrub({ catalog, labels, labelsSha256: '', policy, types, keyId: '' });
  const target = await sqlServerEngine.openTarget(to, { replace: true, source: await source.identity() });
  // Some compatible servers keep a database locked that anybody was connected to; it is not timed anyway.
  target.publish = () => target.close();
  const started = performance.now();
  let finished: number | undefined;
  const { tables } = await runScrub({
    source,
    target,
    plan,
    pseudonyms: createPseudonyms(Buffer.alloc(32, 7)),
    words: rules.words,
    onProgress: ({ phase }) => {
      if (phase !== 'schema' && phase !== 'rows') finished ??= performance.now();
    },
    verify: () => Promise.resolve({ problems: [] }),
  });
  await source.close();
  return {
    seconds: ((finished ?? performance.now()) - started) / 1000,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  };
}

function cpuSeconds(): number {
  const { userCPUTime, systemCPUTime } = resourceUsage();
  return (userCPUTime + systemCPUTime) / 1e6;
}

const [, , from, to, how] = process.argv;
const before = cpuSeconds();
const cost =
  how === 'raw'
    ? await copyRaw(from, to)
    : await copyScrubbed(from, to, how === 'masked' ? 'masked' : 'unmasked');
const whole: CopyCost = {
  ...cost,
  cpuSeconds: cpuSeconds() - before,
  peakMiB: resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(whole));
// A session that somebody else holds open must not keep the process.
process.exit(0);
