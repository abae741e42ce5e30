import { createHash } from 'node:crypto';
import type { TableState } from './scripted-tables.js';
import { cellKindOf, cellOf, nativeKindOf, type ScriptedColumn } from './scripted-tables.js';
import type { Answer } from './tds-server.js';
import type { ServerError } from './tokens.js';

/** Finds a table by its quoted name. */
export type FindTable = (relation: string) => TableState;

const relation = String.raw`(\[[^\]]+\]\.\[[^\]]+\])`;

/** A statement over rows, known by its form, and its answer. */
type RowAnswer = readonly [RegExp, (match: RegExpExecArray, find: FindTable) => Answer];

const rowAnswers: readonly RowAnswer[] = [
  [new RegExp(String.raw`select top \((\d+)\) (.+) from ${relation} as t\b.*order by newid`, 's'), sample],
  [new RegExp(String.raw`^select top \((\d+)\) (.+) from ${relation} as t$`, 's'), firstRows],
  [
    new RegExp(
      String.raw`^select count_big\(\*\) as now, sum\(case when \[(.+)\] < 0x([0-9A-F]+) then .* from ${relation}$`,
    ),
    olderThan,
  ],
  [
    new RegExp(String.raw`^select count_big\(\*\) as n from ${relation}$`),
    ([, name], find) => number(find(name).count),
  ],
  [
    new RegExp(
      String.raw`count_big\(\*\) as n from ${relation} as f where .* from ${relation} as p where (.*)\)`,
      's',
    ),
    orphans,
  ],
  [new RegExp(String.raw`count_big\(\*\) as n from ${relation}\s+group by (.+) having`, 's'), duplicates],
  [
    new RegExp(String.raw`select (.+) from ${relation} as t\s+join \(values (.+)\) as k .* on (.+)$`, 's'),
    byKey,
  ],
  [
    new RegExp(String.raw`hashbytes\('SHA2_256', (.*N'[\d ]+'.*)\) as h from ${relation} as t\) as r$`, 's'),
    digest,
  ],
  [new RegExp(String.raw`^select (.+) from ${relation} as t$`, 's'), allRows],
];

/** Answers a statement over rows; undefined for any other. */
export function answerRows(sql: string, find: FindTable): Answer {
  for (const [pattern, answer] of rowAnswers) {
    const match = pattern.exec(sql);
    if (match) return answer(match, find);
  }
  return undefined;
}

function number(n: number): Answer {
  return { columns: [{ name: 'n', kind: 'bigint' }], rows: [[n]] };
}

/** Rows whose row version is below one. */
function olderThan([, column, limit, name]: RegExpExecArray, find: FindTable): Answer {
  const table = find(name);
  const place = table.indexOf(column);
  let old = 0;
  for (const row of table.rows()) if (Number.parseInt(row[place]!, 16) < Number.parseInt(limit, 16)) old++;
  return {
    columns: [
      { name: 'now', kind: 'bigint' },
      { name: 'old', kind: 'bigint' },
    ],
    rows: [[table.count, old]],
  };
}

/** Not the server's own sums, but as sensitive to seeds and values, and as careless of the order of rows. */
function digest([, expression, name]: RegExpExecArray, find: FindTable): Answer {
  const table = find(name);
  const seeds = /N'([\d ]+)'/.exec(expression)![1];
  const places = [...new Set(columnsIn(expression))].map((column) => table.indexOf(column));
  let sums = [0n, 0n];
  for (const row of table.rows()) {
    const hash = createHash('sha256').update(JSON.stringify([seeds, ...places.map((place) => row[place])]));
    const bytes = hash.digest();
    sums = sums.map((sum, i) => sum + bytes.readBigInt64BE(i * 8));
  }
  return {
    columns: ['n', 'one', 'other'].map((column) => ({ name: column, kind: 'short-text' })),
    rows: [[String(table.count), ...sums.map(String)]],
  };
}

/** Columns of `t` in the order in which a list names them, each once. */
function columnsIn(list: string): string[] {
  return Array.from(list.matchAll(/t\.\[((?:[^\]]|\]\])*)\]/g), ([, name]) => name.replaceAll(']]', ']'));
}

/** What is selected of each row: a column, or NULL. */
function selectedIn(list: string): (string | undefined)[] {
  const selected = /t\.\[((?:[^\]]|\]\])*)\]|cast\(null as nvarchar\(1\)\)/g;
  return Array.from(list.matchAll(selected), ([, name]) => name?.replaceAll(']]', ']'));
}

/** What a server says of an expression over ciphertext. */
const operandTypeClash: ServerError = {
  number: 206,
  message: 'Operand type clash: nvarchar encrypted with …',
};

const internalColumn: ServerError = { number: 13908, message: 'Cannot access internal graph column' };

/** @param list what is selected; what is converted comes as text */
function rowsOf(table: TableState, list: string, rows: Iterable<readonly (string | null)[]>): Answer {
  const places = selectedIn(list).map((name) => (name === undefined ? undefined : table.indexOf(name)));
  const columns = places.map((place) => (place === undefined ? nullColumn : table.script.columns[place]));
  if (columns.some(({ clientEncrypted }) => clientEncrypted)) return { error: operandTypeClash };
  if (columns.some(({ graphInternal }) => graphInternal)) return { error: internalColumn };
  const kind = (column: ScriptedColumn) =>
    `, ${list}, `.includes(`, t.[${column.name}], `) ? nativeKindOf(column) : cellKindOf(column);
  return {
    columns: columns.map((column, i) => ({ name: `c${i}`, kind: kind(column) })),
    rows: (function* () {
      for (const row of rows)
        yield columns.map((column, i) => cellOf(column, places[i] === undefined ? null : row[places[i]]));
    })(),
  };
}

const nullColumn: ScriptedColumn = { name: '', type: 'nvarchar(1)', nullable: true };

function allRows([, list, name]: RegExpExecArray, find: FindTable): Answer {
  const table = find(name);
  return rowsOf(table, list, table.rows());
}

function firstRows([, top, list, name]: RegExpExecArray, find: FindTable): Answer {
  const table = find(name);
  // A column that is cut to a length is named twice.
  const named = list
    .split(/ as \[c\d+\](?:, |$)/)
    .slice(0, -1)
    .map((item) => columnsIn(item).map((column) => `cast(t.[${column}] as text)`)[0] ?? item)
    .join(', ');
  const rows = function* () {
    let left = Number(top);
    for (const row of table.rows()) if (left-- > 0) yield row;
  };
  return rowsOf(table, named, rows());
}

/** Evenly spread, which is random enough for what tests look at. */
function sample([, top, list, name]: RegExpExecArray, find: FindTable): Answer {
  const table = find(name);
  const step = Math.max(1, Math.floor(table.count / Number(top)));
  const spread: (readonly (string | null)[])[] = [];
  let i = 0;
  for (const row of table.rows()) {
    if (i++ % step === 0) spread.push(row);
    if (spread.length === Number(top)) break;
  }
  return rowsOf(table, list, spread);
}

function orphans([, child, parent, conditions]: RegExpExecArray, find: FindTable): Answer {
  const pairs = Array.from(conditions.matchAll(/p\.\[([^\]]+)\] = f\.\[([^\]]+)\]/g));
  const known = new Set(find(parent).keysOf(pairs.map(([, column]) => column)));
  let lost = 0;
  for (const key of find(child).keysOf(pairs.map(([, , column]) => column)))
    if (key !== undefined && !known.has(key)) lost++;
  return number(lost);
}

function duplicates([, name, list]: RegExpExecArray, find: FindTable): Answer {
  const counts = new Map<string, number>();
  for (const key of find(name).keysOf(Array.from(list.matchAll(/\[([^\]]+)\]/g), ([, column]) => column)))
    counts.set(key ?? '', (counts.get(key ?? '') ?? 0) + 1);
  return number([...counts.values()].filter((n) => n > 1).reduce((sum, n) => sum + n, 0));
}

function byKey([, list, name, values, joined]: RegExpExecArray, find: FindTable): Answer {
  const table = find(name);
  const keys = Array.from(values.matchAll(/\(((?:N'(?:[^']|'')*'(?:, )?)+)\)/g), ([, key]) =>
    JSON.stringify(Array.from(key.matchAll(/N'((?:[^']|'')*)'/g), ([, text]) => text.replaceAll("''", "'"))),
  );
  const wanted = new Set(keys);
  const places = columnsIn(joined).map((column) => table.indexOf(column));
  const found = [...table.rows()].filter((row) =>
    wanted.has(JSON.stringify(places.map((place) => row[place]))),
  );
  return rowsOf(table, list, found);
}
