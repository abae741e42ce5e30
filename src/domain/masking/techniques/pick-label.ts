import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit } from '../misfits.js';
import { PerPersonDigests } from '../per-person-digests.js';
import { draw } from '../pseudonym/normalised-digests.js';
import { equalIgnoringCase } from '../bytes/ascii.js';
import { defineTechnique, type MaskedColumn, type Misfit } from '../technique.js';
import { drawOf } from '../postgres/draws.js';
import { asciiLower } from '../postgres/normalised.js';
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';
import { perPersonDigest } from '../postgres/per-person.js';

const encoder = new TextEncoder();

/**
 * Puts another label in place of one: of the column's enum, or of `labels`. With `per`, each person has
 * a draw of their own, so that counts do not tell which label stands for which; without it every
 * `divorced` becomes the same other label, which only hides the name.
 */
export const pickLabel = defineTechnique({
  id: 'pick-label',
  summary: 'Replace a label by another of the same set',
  options: z.strictObject({
    labels: z
      .array(z.string().min(1))
      .min(2)
      .max(1000)
      .optional()
      .describe("what to choose from, for columns that are no enum; the enum's labels when absent"),
    per: z.string().min(1).optional().describe('column of the same row that names the person'),
    group: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .default('person')
      .describe('what the key column names'),
  }),
  properties: { deterministic: true, keepsFormat: true, neverOriginal: true },

  misfit: (column, { labels }) =>
    firstMisfit(hasLabels(column, labels), fitLabels(column, labels), breaksUniqueness(column, "'null'")),

  reads: ({ per }) => (per === undefined ? [] : [per]),

  prepare({ labels, per, group }, context) {
    const choices = (labels ?? context.column.type.labels ?? []).map((label) => encoder.encode(label));
    const digests = new PerPersonDigests(per, `label/${group}`, context);
    return (input, output, companions) => {
      const all = digests.of(input, companions);
      eachValue(input, output, (index, from, to) => {
        const own = choices.findIndex((label) =>
          equalIgnoringCase(label, 0, label.length, input.bytes, from, to),
        );
        const others = own < 0 ? choices.length : choices.length - 1;
        const drawn = draw(all, index, 0) % Math.max(1, others);
        output.append(choices[own >= 0 && drawn >= own ? drawn + 1 : drawn]);
      });
    };
  },

  sql: {
    postgres(value, { labels, per, group }, context) {
      const { column, text } = context;
      const choices = labels ?? column.type.labels ?? [];
      const own = `${value}::text`;
      const digest = perPersonDigest(own, { per, domain: `label/${group}` }, context);
      if (digest === undefined || choices.length === 0) return undefined;
      const array = (all: readonly string[]) => `array[${all.map(text).join(', ')}]::text[]`;
      // Lower case of A–Z, as the kernel compares.
      const folded = choices.map((label) => label.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
      const [place, drawn] = [bound('p'), drawOf(bound('d'), 0)];
      const index = `(${drawn} % (${choices.length} - case when ${place} is null then 0 else 1 end))::int + 1`;
      const chosen = `(${array(choices)})[${index} + case when ${index} >= ${place} then 1 else 0 end]`;
      const named = { d: digest, p: `array_position(${array(folded)}, ${asciiLower(own)})` };
      return unlessEmpty(own, onceARow(named, chosen));
    },
  },
});

function hasLabels(column: MaskedColumn, labels: readonly string[] | undefined): Misfit | undefined {
  const known = labels ?? column.type.labels ?? [];
  if (known.length >= 2) return undefined;
  return {
    problem: `column '${column.name}' has ${known.length === 1 ? 'one label only' : 'no set of labels to choose from'}`,
    hint: "give 'labels', or use 'null' or 'fixed'",
  };
}

function fitLabels({ name, type }: MaskedColumn, labels: readonly string[] | undefined): Misfit | undefined {
  const unfit = labels?.some(
    (label) =>
      (type.labels !== undefined && !type.labels.includes(label)) ||
      (type.maxLength !== undefined && Array.from(label).length > type.maxLength),
  );
  if (!unfit) return undefined;
  return {
    problem: `column '${name}' does not take every one of the labels given`,
    hint: `give labels of ${type.name}`,
  };
}
