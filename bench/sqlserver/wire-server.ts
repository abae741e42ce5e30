import { ScriptedSqlServer } from '../../test/support/tds-server/scripted-sql-server.js';
import { type CellKind, row } from '../../test/support/tds-server/tokens.js';
import type { Answer } from '../../test/support/tds-server/tds-server.js';
import { wideColumns, wideRow } from './wide-table.js';

/**
 * The test double of SQL Server in a process of its own, so that it takes none of the copy's time: rows are
 * written beforehand and only numbered anew, loaded rows are counted. Started by the bench as
 * `node wire-server.js ROWS`; prints its port.
 */
const rows = Number(process.argv[2]);

const BLOCK_ROWS = 2000;
const MARK = '98765432';

/** How the driver gets values that are no text. */
const nativeKinds: Readonly<Record<string, CellKind>> = {
  id: 'bigint',
  account: 'int',
  active: 'bit',
  born: 'date',
  balance: { decimal: [12, 2] },
  created: { datetime2: 3 },
};

interface Block {
  readonly bytes: Buffer;
  /** Where a row's number stands as 64 bits, and as eight digits in UTF-16. */
  readonly rows: readonly { readonly id: number; readonly digits: readonly number[] }[];
}

function blockOf(kinds: readonly CellKind[]): Block {
  const columns = kinds.map((kind, i) => ({ name: wideColumns[i].name, kind }));
  const parts: Buffer[] = [];
  const places: { id: number; digits: number[] }[] = [];
  const mark = Buffer.from(MARK, 'utf16le');
  let at = 0;
  for (let i = 0; i < BLOCK_ROWS; i++) {
    const unique = String(i).padStart(8, '0');
    const cells = wideRow(i).map((text, column) => {
      if (kinds[column] === 'bit') return text === '1';
      if (kinds[column] === 'bigint') return BigInt(text);
      return kinds[column] === 'int' ? Number(text) : text.replaceAll(unique, MARK);
    });
    const bytes = row(columns, cells);
    const digits: number[] = [];
    for (let found = bytes.indexOf(mark); found >= 0; found = bytes.indexOf(mark, found + mark.length))
      digits.push(at + found);
    // Behind the byte that begins the row and the length of the first value.
    places.push({ id: at + 2, digits });
    parts.push(bytes);
    at += bytes.length;
  }
  return { bytes: Buffer.concat(parts), rows: places };
}

function* numbered(block: Block): Generator<{ bytes: Buffer; rows: number }> {
  for (let first = 0; first < rows; first += BLOCK_ROWS) {
    const bytes = Buffer.from(block.bytes);
    block.rows.forEach(({ id, digits }, j) => {
      const number = first + j;
      bytes.writeUInt32LE(number, id);
      for (const place of digits)
        for (let k = 7, rest = number; k >= 0; k--, rest = Math.floor(rest / 10))
          bytes[place + 2 * k] = 0x30 + (rest % 10);
    });
    yield { bytes, rows: BLOCK_ROWS };
  }
}

const native = wideColumns.map(({ name }): CellKind => nativeKinds[name] ?? 'short-text');
/** Decimals and moments with parts of a second are asked for as text. */
const asked = native.map((kind): CellKind => (typeof kind === 'object' ? 'short-text' : kind));
const blocks = new Map([native, asked].map((kinds) => [kinds, blockOf(kinds)]));

function instead(sql: string): Answer {
  const isRaw = sql === 'select * from dbo.wide';
  if (!isRaw && !/^select t\.\[id\].* from \[dbo\]\.\[wide\] as t$/s.test(sql)) return undefined;
  const kinds = isRaw ? native : asked;
  const columns = wideColumns.map(({ name }, i) => ({ name, kind: kinds[i] }));
  return { columns, written: numbered(blocks.get(kinds)!) };
}

const server = await ScriptedSqlServer.start({
  tables: [{ schema: 'dbo', name: 'wide', columns: [...wideColumns], rows, row: wideRow }],
  instead,
  countsOnly: true,
});
console.log(server.wire.port);
