import { Refusal } from '../../refusal.js';
import type { AnalysisContext } from '../analysis.js';
import { namesIn, type Visited } from '../tree/walk.js';

/** A cast to a type of the users runs its input function, its casts or the checks of its domain. */
export function checkType({ node }: Visited, { protection }: AnalysisContext): void {
  const names = namesIn(node, 'names');
  const name = names.at(-1) ?? '';
  const schema = names.length > 1 ? names.at(-2) : undefined;
  if (schema === 'pg_catalog') return;
  const unsafe = protection
    .types(name)
    .find(
      (type) =>
        (schema === undefined || type.schema === schema) &&
        !protection.isSafeExtension(type.extension) &&
        (type.runsCode || type.kind === 'base'),
    );
  if (!unsafe) return;
  throw new Refusal('type', `a cast to '${unsafe.schema}.${unsafe.name}' runs code that is not known`, {
    location: (node.location as number | undefined) ?? 0,
  });
}
