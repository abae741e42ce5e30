import { Refusal } from '../../refusal.js';
import type { AnalysisContext } from '../analysis.js';
import { namesIn, type Visited } from '../tree/walk.js';

/** Operators of `pg_catalog` compute from their operands; one that users defined runs their function. */
export function checkOperator({ kind, node }: Visited, { protection }: AnalysisContext): void {
  const names = namesIn(node, { A_Expr: 'name', SubLink: 'operName', SortBy: 'useOp' }[kind] ?? 'name');
  const name = names.at(-1);
  if (name === undefined) return;
  const schema = names.length > 1 ? names.at(-2) : undefined;
  if (schema === 'pg_catalog') return;
  const unsafe = protection
    .operators(name)
    .find(
      (operator) =>
        (schema === undefined || operator.schema === schema) &&
        !protection.isSafeExtension(operator.extension),
    );
  const unknown =
    schema !== undefined && protection.operators(name).every((operator) => operator.schema !== schema);
  if (!unsafe && !unknown) return;
  throw new Refusal('operator', `operator '${name}' runs a function whose code is not known`, {
    location: (node.location as number | undefined) ?? 0,
    hint: `write 'operator(pg_catalog.${name})' for the built-in one`,
  });
}
