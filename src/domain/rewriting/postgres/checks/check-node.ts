import type { AnalysisContext } from '../analysis.js';
import type { Visited } from '../tree/walk.js';
import { checkAttributeNotation } from './attribute-notation.js';
import { checkFunction } from './functions.js';
import { checkOperator } from './operators.js';
import { checkType } from './types.js';

type Check = (visited: Visited, context: AnalysisContext) => void;

/** What has to hold of single nodes, by kind; a new check is a file and a line here. */
const checks: ReadonlyMap<string, readonly Check[]> = new Map([
  ['FuncCall', [checkFunction]],
  ['ColumnRef', [checkAttributeNotation]],
  ['A_Indirection', [checkAttributeNotation]],
  ['A_Expr', [checkOperator]],
  ['SubLink', [checkOperator]],
  ['SortBy', [checkOperator]],
  ['TypeName', [checkType]],
]);

/** @throws Refusal */
export function checkNode(visited: Visited, context: AnalysisContext): void {
  for (const check of checks.get(visited.kind) ?? []) check(visited, context);
}
