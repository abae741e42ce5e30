import { Refusal } from '../../refusal.js';
import { isReadable, whyNotSet } from '../allowed/settings.js';
import { withoutCatalogInPath } from '../mends.js';
import type { TreeNode } from '../parser.js';
import { nodesOf, type Visited } from '../tree/walk.js';
import type { Passed, Statement, StatementRule } from './statement-rule.js';

/** SET, RESET, SHOW, DISCARD: settings on the list, and nothing that makes the session somebody else's. */
export const session: StatementRule = {
  kinds: ['VariableSetStmt', 'VariableShowStmt', 'DiscardStmt'],

  decide(kind, node, statement) {
    if (kind === 'VariableSetStmt') return decideSet(node, statement);
    if (kind === 'VariableShowStmt') {
      if (!isReadable(node.name as string))
        throw new Refusal('setting', 'settings of the gateway itself may not be read');
      return { command: 'session' };
    }
    const resetsSettings = node.target === 'DISCARD_ALL' || node.target === undefined;
    return { command: 'session', changesSession: true, resetsSettings };
  },
};

function decideSet(node: TreeNode, statement: Statement): Passed {
  const name = (node.name as string | undefined) ?? '';
  switch (node.kind) {
    case 'VAR_RESET_ALL':
      return { command: 'session', changesSession: true, resetsSettings: true };
    case 'VAR_SET_MULTI':
      if (name !== 'TRANSACTION' && name !== 'SESSION CHARACTERISTICS')
        throw new Refusal('setting', `SET ${name} is not on the list`);
      return { command: 'session' };
    case 'VAR_SET_VALUE':
      return settingOf(name, nodesOf(node, 'args').map(valueOf), statement);
    case 'VAR_SET_DEFAULT':
    case 'VAR_RESET':
      // The server's own default is not known to be what the parser assumes.
      return settingOf(name, [], statement);
    default:
      throw new Refusal('setting', 'this form of SET is not on the list');
  }
}

function settingOf(name: string, values: readonly string[], statement: Statement): Passed {
  const why = whyNotSet(name, values);
  if (why !== undefined)
    throw new Refusal('setting', why, {
      mend: name.toLowerCase() === 'search_path' ? withoutCatalogInPath(statement) : undefined,
    });
  return { command: 'session', changesSession: name.toLowerCase() === 'search_path' };
}

/** Only constants: of texts, numbers, and `INTERVAL '1' HOUR` for a time zone. */
function valueOf({ kind, node }: Visited): string {
  if (kind === 'TypeCast') {
    const [inner] = nodesOf(node, 'arg');
    return inner ? valueOf(inner) : '';
  }
  if (kind !== 'A_Const') throw new Refusal('setting', 'a setting can be given constants only');
  for (const field of ['sval', 'ival', 'fval', 'boolval', 'bsval']) {
    const constant = node[field] as Readonly<Record<string, string | number | boolean>> | undefined;
    if (constant) return String(constant[field] ?? (field === 'ival' ? 0 : ''));
  }
  return '';
}
