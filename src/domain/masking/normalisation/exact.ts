import type { Normaliser } from './normaliser.js';

/** The value as it is. SQL: `x`. */
export const exact: Normaliser = {
  id: 'exact',
  append: (bytes, from, to, output) => output.append(bytes, from, to),
};
