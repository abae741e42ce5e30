import { createHash } from 'node:crypto';
import type { Classifier } from './classifier.js';

/**
 * 16 hex digits over the information types and weights that a classifier decides by: labels of a scan
 * under other rules are worth a new look.
 */
export function fingerprintRules({ types, model }: Pick<Classifier, 'types' | 'model'>): string {
  const facts = JSON.stringify([[...types.values()], model]);
  return createHash('sha256').update(facts).digest('hex').slice(0, 16);
}
