import { RE2JS } from 're2js';
import { FileFormatError } from '../errors.js';
import { parseYamlFile } from '../yaml-file.js';
import { informationTypeSchema, type InformationType } from './information-type.js';

/** An information type with where it was read, for messages that span files. */
export interface InformationTypeFile {
  readonly type: InformationType;
  /** Path as the user gave it. */
  readonly file: string;
  /** 1-based line of a field, such as `['values', 'pattern']`. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

/**
 * Reads the text of one rule file.
 * @param family the folder it stands in, below `information-types/`; '' for none
 * @throws FileFormatError with file, line and what to write
 */
export function parseInformationType(text: string, file: string, family = ''): InformationTypeFile {
  const { value, lineOf } = parseYamlFile(text, file, informationTypeSchema);
  const name = /([^/\\]+)\.ya?ml$/.exec(file)?.[1];
  if (name !== undefined && name !== value.id) {
    throw new FileFormatError(
      file,
      lineOf(['id']),
      `the id "${value.id}" is not the name of the file`,
      `name the file ${value.id}.yaml, or write id: ${name}`,
    );
  }
  checkPattern(value.values?.pattern, file, lineOf(['values', 'pattern']));
  return { type: { ...value, family }, file, lineOf };
}

/** Patterns must be RE2's, which runs in time linear in the value whatever the pattern. */
function checkPattern(pattern: string | undefined, file: string, line: number | undefined): void {
  if (pattern === undefined) return;
  try {
    RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new FileFormatError(
      file,
      line,
      `values.pattern is not an RE2 expression: ${error.message}`,
      'write it without look-around, back-references and possessive quantifiers, and put it between single quotes',
    );
  }
}

/** A rule file to begin with: every field, with what belongs there. Parses as it stands. */
export function informationTypeSkeleton(id: string, title = titleOf(id)): string {
  return `id: ${id}
title: ${title}
definition: One sentence that says what a value of this type is.
# parent: national-id            # a coarser type that this one is a kind of
sensitivity: confidential         # public, internal, confidential or restricted
names:
  en: [${id.replaceAll('-', ' ')}]
  # de: [words that German columns are named with]
  against: [verified, type]       # words beside the name that speak against it
values:
  pattern: '[A-Z]{2}\\d{6}'        # RE2 dialect, the whole value
  # validator: luhn               # check digits; 'scrubjay types validators' lists them
  # words: given-names            # a folder of words/
  share: 0.6                      # least share of values that must match
lives: [text]
mask: { technique: redact }
sources: []
examples:
  match: [AB123456]
  reject: [AB12345]
  names: [${id.replaceAll('-', '_')}]
  notNames: [${id.replaceAll('-', '_')}_verified]
`;
}

function titleOf(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
