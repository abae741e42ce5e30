import { z } from 'zod';
import { typeFamilies } from '../catalog/column-type.js';
import { sensitivities } from './sensitivity.js';

const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'use lower-case words joined by hyphens, such as "iban"');

/** A language (BCP 47, as `en`, `de`, `ja-Latn`) and the words for the type in names of that language. */
const wordsByLanguage = z.record(z.string(), z.array(z.string().min(1)));

/**
 * The file format of `rules/information-types/**.yaml`: one file a type, data only. Adding a type is
 * adding a file; the registry is the folder.
 */
export const informationTypeSchema = z.strictObject({
  id,
  title: z.string().min(1),
  definition: z.string().min(1),
  /** A coarser type that this one is a kind of. */
  parent: id.optional(),
  sensitivity: z.enum(sensitivities),
  /** Words that a column of this type is named with, by language; several words are a phrase. */
  names: z
    .looseObject({
      /** Words beside a matching name that speak against it: `email_sent_at` is no e-mail address. */
      against: z.array(z.string().min(1)).optional(),
    })
    .pipe(wordsByLanguage)
    .optional(),
  values: z
    .strictObject({
      /** Whole-value pattern, in the RE2 dialect (linear time). */
      pattern: z.string().optional(),
      /** Name of a validator in `src/domain/classification/validators/`. */
      validator: z.string().optional(),
      /** Word list under `rules/words/` without locale, such as `given-names`. */
      words: z.string().optional(),
      /** Name of a detector of `src/domain/classification/values/content-detectors.ts`, which sees the whole column. */
      content: z.string().optional(),
      /** Least share (0–1) of non-null values that match before the values speak for the type. */
      share: z.number().min(0).max(1).default(0.6),
    })
    .optional(),
  /** Families of data type that it can live in; any when absent. */
  lives: z.array(z.enum(typeFamilies)).optional(),
  /** The technique that a policy falls back on. */
  mask: z.looseObject({ technique: id }).optional(),
  sources: z.array(z.string()).default([]),
  /** Invented values; the tests of the file. */
  examples: z
    .strictObject({
      match: z.array(z.string()).default([]),
      reject: z.array(z.string()).default([]),
      /** Column names that are, and are not, of this type. */
      names: z.array(z.string()).default([]),
      notNames: z.array(z.string()).default([]),
    })
    .optional(),
});

/** What a value is, as read from a rule file; `family` is the folder it stands in, such as `government/gb`. */
export type InformationType = z.infer<typeof informationTypeSchema> & { readonly family: string };
