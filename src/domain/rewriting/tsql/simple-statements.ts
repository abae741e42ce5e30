import { Refusal } from '../refusal.js';
import { allowedProcedures, allowedSettings } from './allowed.js';
import type { TsqlTree } from './parser.js';
import { readStatement } from './read-statement.js';
import type { TsqlText } from './tsql-text.js';

/** Statements that read no table: settings, variables, transactions, procedures that list names. */
export const simpleStatements: ReadonlySet<string> = new Set([
  'Set',
  'Declare',
  'StartTransaction',
  'Commit',
  'Rollback',
  'Execute',
]);

/** @throws Refusal */
export function checkSimpleStatement(kind: string, statement: TsqlTree, { tokens }: TsqlText): void {
  if (kind === 'Set') checkSet(statement.Set as TsqlTree);
  if (kind === 'Declare')
    checkDeclare(
      statement,
      tokens.map(({ text }) => text.toLowerCase()),
    );
  if (kind === 'Execute') checkExecute(statement.Execute as TsqlTree);
}

function checkSet(set: TsqlTree): void {
  if (set.SetTransaction !== undefined) return;
  const generic = (set.SetSessionParam as TsqlTree | undefined)?.Generic as
    { names: string[]; value: string } | undefined;
  if (!generic) throw new Refusal('setting', 'this form of SET is not on the list');
  for (const name of generic.names.map((written) => written.toLowerCase())) {
    // Quotes would mean strings, and the parser takes them for names.
    if (name === 'quoted_identifier' && generic.value.toLowerCase() === 'on') continue;
    if (!allowedSettings.has(name))
      throw new Refusal('setting', `'SET ${name.toUpperCase()}' is not on the list`);
  }
}

/** Scalars alone: a table variable would be a relation that the catalog does not know. */
function checkDeclare(statement: TsqlTree, words: readonly string[]): void {
  if (words.includes('cursor') || words.some((word, i) => word === 'table' && words[i - 1]?.startsWith('@')))
    throw new Refusal('statement', 'table variables and cursors cannot be masked');
  const { tables } = readStatement(statement);
  if (tables.length > 0)
    throw new Refusal('statement', 'a variable that begins with a query cannot be masked');
}

function checkExecute(execute: TsqlTree): void {
  const parts = ((execute.name ?? []) as { Identifier?: { value: string } }[]).map(
    (part) => part.Identifier?.value ?? '',
  );
  const name = parts.at(-1)?.toLowerCase() ?? '';
  const schema = parts.at(-2)?.toLowerCase();
  const isSystem = schema === undefined || schema === 'sys' || schema === '';
  if (!isSystem || !allowedProcedures.has(name))
    throw new Refusal('function', `procedure '${parts.join('.')}' runs code that is not known`);
  readStatement({ Query: execute.parameters });
}
