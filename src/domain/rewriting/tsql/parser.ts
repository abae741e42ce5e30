import { init, parse } from '@guanmingchiu/sqlparser-ts';
import nodeSqlParser from 'node-sql-parser';
import { Refusal } from '../refusal.js';
import type { TsqlText } from './tsql-text.js';

/** Loads the T-SQL parser (Apache datafusion-sqlparser-rs as WebAssembly); once is enough. */
export async function loadTsqlParser(): Promise<void> {
  await init();
}

/** A statement as the parser prints it: enum variants are keys with a capital. */
export type TsqlTree = Readonly<Record<string, unknown>>;

/**
 * @throws Refusal with `syntax`; the parser knows less than the server, and what it does not know is refused
 */
export function parseTsql(text: TsqlText): readonly TsqlTree[] {
  try {
    return parse(text.parsable, 'mssql') as unknown as readonly TsqlTree[];
  } catch {
    throw new Refusal('syntax', 'the query is not in the part of T-SQL that can be masked');
  }
}

const second = new nodeSqlParser.Parser();

/**
 * Tables that another parser sees, in lower case; undefined where it cannot parse the text. Two parsers
 * that disagree on what is read have one of them wrong.
 */
export function secondOpinion(sql: string): ReadonlySet<string> | undefined {
  try {
    const { tableList } = second.parse(sql, { database: 'transactsql' });
    return new Set(tableList.map((entry) => entry.split('::').at(-1)!.toLowerCase()));
  } catch {
    return undefined;
  }
}
