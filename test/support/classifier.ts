import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import { readClassifier, readVocabulary } from '../../src/rules/read-classifier.js';
import { readRules } from '../../src/rules/read-rules.js';
import { compileVocabulary } from '../../src/domain/classification/names/vocabulary.js';
import { NameReader } from '../../src/domain/classification/names/read-name.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';

/**
 * Milliseconds that hooks which compile the classifier may take: some seconds of one core, which become a
 * minute where every core is taken.
 */
export const compileTimeMs = 300_000;

/** The classifier of the package, as the CLI uses it. */
export async function packagedClassifier(): Promise<Classifier> {
  return readClassifier(await readRules());
}

/** The reader of names alone, with the package's vocabulary. */
export async function packagedReader(): Promise<NameReader> {
  const { languages, roles } = await readVocabulary(join(packageRoot, 'rules', 'vocabulary'));
  return new NameReader(compileVocabulary(languages, roles));
}
