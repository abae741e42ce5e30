import {
  type Catalog,
  type Column,
  printRelationName,
  type RelationName,
} from '../../domain/catalog/catalog.js';
import type { DigestSeeds, RowDigest } from '../row-source.js';
import { travelsAsBytes } from './bulk-load/bulk-columns.js';
import type { SqlServerConnection } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteName, quoteRelation } from './identifiers.js';
import { columnOf, tableOf } from './named-columns.js';
import { asText } from './sampling.js';

/** Arguments that CONCAT takes. */
const MOST_ARGUMENTS = 250;

/** One for all texts: those of different collations cannot be put together. */
const EXACT = 'collate Latin1_General_BIN2';

/**
 * A digest of some columns' values in all rows, whatever their order: of each row's SHA-256 two times 64 bits,
 * added up. The seeds begin every row; a field tells NULL from nothing, and where it ends.
 */
export async function digestRows(
  connection: SqlServerConnection,
  catalog: Catalog,
  table: RelationName,
  columns: readonly string[],
  seeds: DigestSeeds,
): Promise<RowDigest> {
  const found = tableOf(catalog, table);
  const fields = columns.map((name) => field(columnOf(found, name)));
  const row = together([`convert(nvarchar(max), N'${seeds.join(' ')} ')`, ...fields]);
  const sum = (from: number) =>
    `convert(varchar(50), isnull(sum(convert(decimal(38, 0), convert(bigint, substring(r.h, ${from}, 8)))), 0))`;
  const sql = `
    select convert(varchar(20), count_big(*)) as n, ${sum(1)} as one, ${sum(9)} as other
    from (select hashbytes('SHA2_256', ${row}) as h from ${quoteRelation(table)} as t) as r`;
  try {
    const [{ n, one, other }] = await connection.query<{ n: string; one: string; other: string }>(sql);
    return [BigInt(n), BigInt(one), BigInt(other)];
  } catch (error) {
    throw translateDriverError(error, `comparing ${printRelationName(table)}`);
  }
}

/** Texts may hold anything, so their length stands before them; a semicolon is in the text of no other type. */
function field(column: Column): string {
  const name = `t.${quoteName(column.name)}`;
  if (column.type.family === 'text')
    return `case when ${name} is null then N'~;' else concat(datalength(${name}), N':', convert(nvarchar(max), ${name}) ${EXACT}) end`;
  return `isnull(convert(nvarchar(max), ${exactText(column)}) ${EXACT}, N'~') + N';'`;
}

/** A text that differs where values do. */
function exactText({ name, type }: Column): string {
  const column = `t.${quoteName(name)}`;
  if (type.family === 'binary' || travelsAsBytes(type)) return hashText(`convert(varbinary(max), ${column})`);
  switch (type.family) {
    case 'float':
      // Seventeen digits, which tell any two numbers apart.
      return `convert(varchar(40), ${column}, 3)`;
    case 'xml':
      // As XML is kept that comes as text: spaces between elements do not count.
      return `convert(xml, convert(nvarchar(max), ${column}))`;
    default:
      return asText(name, type);
  }
}

/**
 * Two times 64 bits of a binary's own hash: its digits in hexadecimal would take four times its room, and
 * Babelfish cannot write them.
 */
function hashText(binary: string): string {
  const half = (from: number) =>
    `convert(varchar(20), convert(bigint, substring(hashbytes('SHA2_256', ${binary}), ${from}, 8)))`;
  return `${half(1)} + ' ' + ${half(9)}`;
}

/** Texts one behind the other, however many. */
function together(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0];
  if (texts.length <= MOST_ARGUMENTS) return `concat(${texts.join(', ')})`;
  const groups = Math.ceil(texts.length / MOST_ARGUMENTS);
  return together(
    Array.from({ length: groups }, (_, i) =>
      together(texts.slice(i * MOST_ARGUMENTS, (i + 1) * MOST_ARGUMENTS)),
    ),
  );
}
