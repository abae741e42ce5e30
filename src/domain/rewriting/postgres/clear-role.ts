import { Refusal } from '../refusal.js';
import { RESERVED_SETTINGS } from '../key-settings.js';
import type { TreeNode } from './parser.js';
import { session } from './statements/session.js';
import type { Passed, Statement } from './statements/statement-rule.js';

const sessionKinds = new Set(['VariableSetStmt', 'VariableShowStmt', 'DiscardStmt']);

/**
 * A role that sees everything as it is: what the account may do is the database's to decide. Only the
 * connection stays what it is, for it is lent.
 */
export function decideClear(kind: string, node: TreeNode, tree: TreeNode): Passed {
  if (sessionKinds.has(kind)) return session.decide(kind, node, { tree } as Statement);
  if (kind === 'DoStmt' || kind === 'LoadStmt')
    throw new Refusal('statement', 'code that could change the session is not let through');
  const written = JSON.stringify(tree).toLowerCase();
  if (/"set_config"/.test(written) || written.includes(RESERVED_SETTINGS))
    throw new Refusal('setting', 'the settings of the session are changed with SET');
  return { command: commandOf(kind), changesSession: false };
}

function commandOf(kind: string): Passed['command'] {
  const commands: Readonly<Record<string, Passed['command']>> = {
    SelectStmt: 'select',
    InsertStmt: 'insert',
    UpdateStmt: 'update',
    DeleteStmt: 'delete',
    MergeStmt: 'merge',
    CopyStmt: 'copy-out',
    ExplainStmt: 'explain',
    TransactionStmt: 'transaction',
    PrepareStmt: 'prepare',
    ExecuteStmt: 'execute',
    DeclareCursorStmt: 'cursor',
    FetchStmt: 'cursor',
  };
  return commands[kind] ?? 'other';
}
