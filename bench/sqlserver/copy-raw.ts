import { TYPES } from 'tedious';
import { connect } from '../../src/engines/sqlserver/connection.js';
import { type CopyCost, cpuSecondsNow, tellCost } from '../copy-cost.js';
import { wideColumns } from './wide-table.js';

/** As anybody copies a table with the driver: rows as they come, into a bulk load, in the types they have. */
async function copyRaw(from: string, to: string): Promise<Omit<CopyCost, 'peakMiB'>> {
  const source = await connect(from);
  const target = await connect(to);
  const [started, cpuBefore] = [performance.now(), cpuSecondsNow()];
  const rows = await new Promise<number>((resolve, reject) => {
    const bulk = target.driver.newBulkLoad(
      'dbo.wide_raw',
      { keepNulls: true, lockTable: true },
      (error, count) => (error ? reject(error) : resolve(count ?? 0)),
    );
    bulk.setTimeout(0);
    for (const { name, type } of wideColumns) bulk.addColumn(name, ...driverTypeOf(type));
    const rowsOf = async function* () {
      for await (const some of source.stream('select * from dbo.wide')) yield* some;
    };
    target.driver.execBulkLoad(bulk, rowsOf() as AsyncIterable<unknown[]>);
  });
  const seconds = (performance.now() - started) / 1000;
  source.close();
  target.close();
  return { seconds, cpuSeconds: cpuSecondsNow() - cpuBefore, rows };
}

type DriverType = (typeof TYPES)[keyof typeof TYPES];

const types: Readonly<Record<string, DriverType>> = {
  bigint: TYPES.BigInt,
  int: TYPES.Int,
  bit: TYPES.Bit,
  date: TYPES.Date,
  decimal: TYPES.Decimal,
  datetime2: TYPES.DateTime2,
};

function driverTypeOf(declared: string): [DriverType, Record<string, number | boolean>] {
  const [, base, first, second] = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?$/.exec(declared)!;
  const [one, two] = [Number(first), Number(second)];
  // At full width: Babelfish reads every decimal so.
  if (base === 'decimal') return [types.decimal, { precision: 38, scale: two, nullable: false }];
  if (base === 'datetime2') return [types.datetime2, { scale: one, nullable: false }];
  const type = types[base];
  return type ? [type, { nullable: false }] : [TYPES.NVarChar, { length: one, nullable: false }];
}

const [, , from, to] = process.argv;
tellCost(await copyRaw(from, to));
