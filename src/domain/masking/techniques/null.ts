import { z } from 'zod';
import { defineTechnique } from '../technique.js';

/** Replaces every value by NULL: nothing of it is left, not even its length. */
export const nullOut = defineTechnique({
  id: 'null',
  summary: 'Replace every value by NULL',
  options: z.strictObject({}),
  properties: { deterministic: true, neverOriginal: true },

  misfit(column) {
    if (column.nullable && column.type.domain?.notNull !== true) return undefined;
    return {
      problem: `column '${column.name}' does not take NULL`,
      hint: "use 'fixed' with a value that its type takes, or 'redact' for a text",
    };
  },

  prepare: () => (input, output) => {
    for (let i = 0; i < input.count; i++) output.appendNull();
  },

  sql: { postgres: () => 'null', sqlserver: () => 'null' },
});
