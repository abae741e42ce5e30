import { z } from 'zod';
import { typeFamilies } from '../catalog/column-type.js';
import { sensitivities } from './sensitivity.js';

const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'use lower-case words joined by hyphens, such as "iban"');

const words = z.array(z.string().min(1));
const languageTag = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/;

/** A language and the words for the type in names of that language. */
const names = z
  .object({
    against: words
      .optional()
      .describe(
        'Words beside a matching name that speak against it: with "sent", email_sent_at is no e-mail address.',
      ),
  })
  .catchall(
    words.describe('Lower-case words or phrases, as in "date of birth", and usual short forms, as in "dob".'),
  )
  .check((context) => {
    for (const key of Object.keys(context.value)) {
      if (key === 'against' || languageTag.test(key)) continue;
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: [key],
        message: `"${key}" is not a language`,
      });
    }
  })
  .describe(
    'What columns of this type are called: words by language (en, de, … ; ja-Latn for romanised Japanese), and under "against" the words that speak against it.',
  );

/** All that is given must hold for a value to match. */
const values = z
  .strictObject({
    pattern: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Regular expression for the whole value, in the RE2 dialect: no look-around, no back-references.',
      ),
    validator: z
      .string()
      .optional()
      .describe(
        'A validator such as "luhn" or "iban": check digits and structure. "scrubjay types validators" lists them.',
      ),
    words: z
      .string()
      .optional()
      .describe('A word list: the name of a folder under words/, such as "given-names".'),
    content: z
      .string()
      .optional()
      .describe(
        'A detector that sees the whole column, such as "birth-dates": for types known by their spread, not value by value.',
      ),
    weak: z
      .boolean()
      .default(false)
      .describe(
        'True when much else has the same shape: values then support a matching name and never speak alone.',
      ),
    share: z
      .number()
      .min(0)
      .max(1)
      .default(0.6)
      .describe(
        'Least share (0 to 1) of non-null values that must match before the values speak for the type.',
      ),
  })
  .describe('How values of this type look.');

/**
 * The file format of `rules/information-types/**.yaml`: one file a type, data only. Adding a type is
 * adding a file; the registry is the folder.
 */
export const informationTypeSchema = z
  .strictObject({
    id: id.describe('Lower-case words joined by hyphens, such as "iban"; the name of the file.'),
    title: z.string().min(1).describe('The name that people read, such as "UK National Insurance number".'),
    definition: z.string().min(1).describe('One sentence: what a value of this type says about a person.'),
    parent: id.optional().describe('Id of a coarser type that this one is a kind of.'),
    parts: z
      .array(id)
      .min(2)
      .optional()
      .describe(
        'Ids of the types that a value of this one is put together from, the one most often meant by its bare name first.',
      ),
    overrides: z
      .boolean()
      .default(false)
      .describe('True in a folder given with --rules, to replace the type of the same id.'),
    sensitivity: z.enum(sensitivities).describe(`How bad disclosure is: ${sensitivities.join(', ')}.`),
    names: names.optional(),
    values: values.optional(),
    lives: z
      .array(z.enum(typeFamilies))
      .min(1)
      .optional()
      .describe('Families of data type that it can live in, such as [text, integer]; any when absent.'),
    mask: z
      .looseObject({ technique: id.describe('Id of a masking technique; "scrubjay techniques" lists them.') })
      .optional()
      .describe('The technique that a policy falls back on, with its options: { technique: redact }.'),
    sources: z
      .array(z.string().min(1))
      .default([])
      .describe('Standards, laws and documents that the rule rests on.'),
    examples: z
      .strictObject({
        match: z.array(z.string()).default([]).describe('Invented values that are of the type.'),
        reject: z.array(z.string()).default([]).describe('Invented values that are not.'),
        names: z.array(z.string()).default([]).describe('Column names that are of the type.'),
        notNames: z.array(z.string()).default([]).describe('Column names that are not.'),
      })
      .optional()
      .describe('The tests of the file: "scrubjay types test FILE" runs them. Never values from real data.'),
  })
  .describe('An information type: what a value is, how it is recognised, how it is masked.');

/** What a value is, as read from a rule file; `family` is the folder it stands in, such as `government/gb`. */
export type InformationType = z.infer<typeof informationTypeSchema> & { readonly family: string };

/** The JSON Schema of the file format, for editors: published as `rules/information-type.schema.json`. */
export function informationTypeJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(informationTypeSchema, { io: 'input' }), null, 2)}\n`;
}
