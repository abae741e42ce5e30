import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import type { Refused } from '../rewriting.js';

/** Loads PostgreSQL's own parser (libpg-query, grammar of version 18) into this process; once is enough. */
export async function loadPostgresParser(): Promise<void> {
  await loadModule();
}

/** A node of the parse tree as libpg-query prints it. */
export type TreeNode = Readonly<Record<string, unknown>>;

export interface RawStatement {
  readonly stmt?: TreeNode;
  /** Bytes before the statement; absent for the first. */
  readonly stmt_location?: number;
  /** Bytes; absent when it reaches to the end of the text. */
  readonly stmt_len?: number;
}

/** The statements of a message, or the parser's objection. */
export function parseStatements(sql: string): readonly RawStatement[] | Refused {
  try {
    return parseSync(sql).stmts ?? [];
  } catch (error) {
    // A parser that ran out of stack: WebAssembly traps, or JavaScript does.
    if (!hasSqlDetails(error) || !error.sqlDetails)
      return { outcome: 'refused', code: 'limit', reason: 'the query is nested too deeply to be parsed' };
    return {
      outcome: 'refused',
      code: 'syntax',
      reason: 'PostgreSQL cannot parse the query',
      position: error.sqlDetails.cursorPosition + 1,
    };
  }
}
