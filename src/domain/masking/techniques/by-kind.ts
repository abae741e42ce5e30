import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { InnerValues } from '../inner-values.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE, textOf } from '../value-batch.js';

const innerMask = z.strictObject({
  technique: z.string(),
  options: z.record(z.string(), z.unknown()).default({}),
  domain: z.string().max(64).optional(),
});

/**
 * Masks a value by the technique that another column of its row chooses: an id beside the kind of thing
 * that it names, `owner_type = 'User'` with `owner = 'ana'`. Rows of other kinds get `others`, or pass
 * where there is none: their ids name things that nobody masks.
 */
export const byKind = defineTechnique({
  id: 'by-kind',
  summary: 'Mask a value by the technique that another column of its row chooses',
  options: z.strictObject({
    column: z.string().min(1).describe('the column of the same row that tells the kind'),
    kinds: z
      .record(z.string(), innerMask)
      .describe('by value of that column: the technique, its options, its domain'),
    others: innerMask.optional().describe('for rows of other kinds, which pass as they are without it'),
  }),
  properties: { deterministic: true, keepsFormat: true },

  misfit: () => undefined,

  reads: ({ column }) => [column],

  holds: ({ kinds, others }, { type }) =>
    [...Object.values(kinds), ...(others ? [others] : [])].map(({ technique, options }) => ({
      technique,
      options,
      type,
    })),

  prepare({ column, kinds, others }, context) {
    const valuesOf = ({ technique, options, domain }: z.infer<typeof innerMask>) =>
      new InnerValues(context.inner(technique, options, domain ?? context.domain, context.column.type));
    const byValue = new Map(Object.entries(kinds).map(([kind, mask]) => [kind, valuesOf(mask)]));
    const rest = others && valuesOf(others);
    const all = [...byValue.values(), ...(rest ? [rest] : [])];

    return (input, output, companions) => {
      for (const values of all) values.clear();
      const kindsOfRows = companions.get(column);
      const chosen: ({ readonly values: InnerValues; readonly number: number } | undefined)[] = [];
      for (let i = 0; i < input.count; i++) {
        if (input.starts[i] === NULL_VALUE) {
          chosen.push(undefined);
          continue;
        }
        const kind = kindsOfRows && textOf(kindsOfRows, i);
        const values = (typeof kind === 'string' ? byValue.get(kind) : undefined) ?? rest;
        if (!values) {
          chosen.push(undefined);
          continue;
        }
        values.values.append(input.bytes, input.starts[i], input.ends[i]);
        chosen.push({ values, number: values.expect(i) });
      }
      for (const values of all) values.mask(companions);
      eachValue(input, output, (index, from, to) => {
        const one = chosen[index];
        if (!one) output.append(input.bytes, from, to);
        else if (one.values.isNull(one.number)) output.appendNull();
        else {
          const { bytes, starts, ends } = one.values.masked;
          output.append(bytes, starts[one.number], ends[one.number]);
        }
      });
    };
  },
});
