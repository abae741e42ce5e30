import { Refusal } from '../../refusal.js';
import type { AnalysisContext } from '../analysis.js';
import { namesIn, type Visited } from '../tree/walk.js';
import { whyNotCalled } from './functions.js';

/**
 * `c.f` and `(c).f` call `f(c)` where no column has that name (PostgreSQL documentation, 8.16.5): a name
 * that a function of the users on rows bears counts as its call.
 */
export function checkAttributeNotation({ kind, node }: Visited, context: AnalysisContext): void {
  const names = namesIn(node, kind === 'ColumnRef' ? 'fields' : 'indirection');
  const called = kind === 'ColumnRef' ? names.slice(1) : names;
  for (const name of called) {
    const takesRow = context.protection.routines(name).some((routine) => routine.takesRow);
    if (!takesRow) continue;
    const why = whyNotCalled(undefined, name, context);
    if (why !== undefined)
      throw new Refusal('function', why, { location: (node.location as number | undefined) ?? 0 });
  }
}
