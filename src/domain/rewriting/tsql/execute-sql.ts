import { Refusal } from '../refusal.js';
import { type TsqlText, nameOf } from './tsql-text.js';

/** A query as drivers send it with parameters, taken out of its wrapping. */
export interface WrappedQuery {
  readonly inner: string;
  readonly wrap: (masked: string) => string;
}

/**
 * `exec sp_executesql N'…', N'@p int', @p = 3`: the form in which drivers send parameters. Only with declared
 * parameters and constant values; a text that is computed, or that hides a query without need, is refused.
 */
export function unwrapExecuteSql({ sql, tokens }: TsqlText): WrappedQuery | undefined {
  const word = (i: number) => (tokens[i] ? nameOf(tokens[i]).toLowerCase() : '');
  if (word(0) !== 'exec' && word(0) !== 'execute') return undefined;
  const name = word(1) === 'sys' && tokens[2]?.text === '.' ? 3 : 1;
  if (word(name) !== 'sp_executesql') return undefined;
  const [statement, comma, declaration] = [tokens[name + 1], tokens[name + 2], tokens[name + 3]];
  const rest = tokens.slice(name + 4);
  const isConstant = statement?.kind === 'string' && comma?.text === ',' && declaration?.kind === 'string';
  if (!isConstant)
    throw new Refusal('function', "'sp_executesql' needs its query and its parameters' types as constants");
  if (
    !rest.every(
      ({ kind, text }) =>
        ['variable', 'string', 'number'].includes(kind) ||
        [',', '=', '-', ';'].includes(text) ||
        /^null$/i.test(text),
    )
  )
    throw new Refusal('function', "'sp_executesql' needs its parameters' values as constants");
  return {
    inner: unquote(statement.text),
    wrap: (masked) =>
      `${sql.slice(0, statement.start)}N'${masked.replaceAll("'", "''")}'${sql.slice(statement.end)}`,
  };
}

/** The text that a constant stands for. */
export function unquote(text: string): string {
  return text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'");
}
