import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import type { CopyCost } from '../copy-cost.js';
import { maskedColumns } from '../masked-people.js';
import { fillWideTable, wideTable } from '../scrub/wide-table.js';
import { greenmaskCopy, type GreenmaskCost, type GreenmaskCopy } from './greenmask.js';

const run = promisify(execFile);

/** Makes and fills the table of bench/scrub. */
export async function makeWideTable(url: string, rows: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(wideTable);
  await client.query(fillWideTable(rows));
  await client.query('vacuum analyze wide');
  await client.end();
}

/** Copies it with eight columns masked: by a scrub (answered in seconds) and by Greenmask. */
export async function copyWideTable({
  program,
  toTheirs,
  ...copy
}: Omit<GreenmaskCopy, 'columns'> & { readonly program: string; readonly toTheirs: string }): Promise<{
  readonly ours: number;
  readonly theirs: GreenmaskCost;
}> {
  const script = fileURLToPath(new URL('../scrub/copy-once.js', import.meta.url));
  const { stdout } = await run(process.execPath, [script, copy.from, copy.to, 'masked']);
  const columns = Object.entries(maskedColumns).map(([column, type]) => ({ table: 'wide', column, type }));
  const theirs = await greenmaskCopy(program, { ...copy, to: toTheirs, columns });
  return { ours: (JSON.parse(stdout) as CopyCost).seconds, theirs };
}
