import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileClassifier, type ClassificationRules, type Classifier } from '../domain/classification/classifier.js';
import { FileFormatError } from '../domain/errors.js';
import { classificationModelSchema } from '../domain/classification/model/model.js';
import { foldText } from '../domain/classification/names/fold-text.js';
import { languageVocabularySchema, nameRolesSchema } from '../domain/classification/names/vocabulary.js';
import { textWordsSchema } from '../domain/classification/values/personal-data-in-text.js';
import { parseYamlFile } from '../domain/yaml-file.js';
import { validators } from '../domain/classification/validators/registry.js';
import { packageRoot } from '../package-root.js';
import type { Rules } from './read-rules.js';

/**
 * Reads vocabulary and learnt weights from the package's own rules and compiles them with the given ones.
 * Compiled once for the same types, for any number of scans. Throws `FileFormatError` with file and line for a file that
 * cannot be understood.
 */
export function readClassifier(rules: Pick<Rules, 'informationTypes' | 'words'>): Promise<Classifier> {
  const known = compiled.get(rules.informationTypes);
  if (known) return known;
  const classifier = compile(rules);
  compiled.set(rules.informationTypes, classifier);
  return classifier;
}

const compiled = new WeakMap<Rules['informationTypes'], Promise<Classifier>>();

async function compile({
  informationTypes,
  words,
}: Pick<Rules, 'informationTypes' | 'words'>): Promise<Classifier> {
  const folder = join(packageRoot, 'rules');
  return compileClassifier({
    ...(await readVocabulary(join(folder, 'vocabulary'))),
    informationTypes: informationTypes.all(),
    wordList: (name) => (words.has(name) ? words.membership(name).folded : undefined),
    validator: (name) => validators.get(name),
    model: await readYaml(join(folder, 'classification-model.yaml'), classificationModelSchema),
  });
}

/** Reads `rules/vocabulary/`: one file a language, the roles of words, and words that values are searched for. */
export async function readVocabulary(folder: string): Promise<Pick<ClassificationRules, 'languages' | 'roles' | 'text'>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  const languages = files.filter((file) => file !== 'roles.yaml' && file !== 'text.yaml');
  const text = await readYaml(join(folder, 'text.yaml'), textWordsSchema);
  return {
    languages: await Promise.all(languages.map((file) => readYaml(join(folder, file), languageVocabularySchema))),
    roles: await readYaml(join(folder, 'roles.yaml'), nameRolesSchema),
    text: {
      streets: new Set(text.streets.map(foldText)),
      titles: new Set(text.titles.map(foldText)),
      organisations: new Set(text.organisations.map(foldText)),
    },
  };
}

async function readYaml<Schema extends Parameters<typeof parseYamlFile>[2]>(file: string, schema: Schema) {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new FileFormatError(file, undefined, 'cannot be read', 'restore the file from the package, or allow reading it');
  }
  return parseYamlFile(text, file, schema).value;
}
