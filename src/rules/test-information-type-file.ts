import { basename, dirname } from 'node:path';
import { parseInformationType } from '../domain/classification/information-type-file.js';
import { runExamples, type ExampleResult } from '../domain/classification/run-examples.js';
import { readClassifier } from './read-classifier.js';
import { knownNames, type Rules } from './read-rules.js';

/**
 * Runs the examples of one rule file, as if it stood among the given rules (in place of the type of its
 * id, where there is one).
 * @param file path as the user gave it
 * @throws FileFormatError with file, line and what to write, for a file that cannot be read
 */
export async function testInformationTypeFile(
  text: string,
  file: string,
  rules: Pick<Rules, 'informationTypes' | 'words'>,
): Promise<readonly ExampleResult[]> {
  const read = parseInformationType(text, file, familyOf(file));
  const informationTypes = rules.informationTypes.with(read, knownNames(rules.words));
  const classifier = await readClassifier({ informationTypes, words: rules.words });
  return runExamples(read.type, classifier, informationTypes);
}

/** The folders between `information-types/` and the file; the nearest one where there is no such folder. */
function familyOf(file: string): string {
  const folders = dirname(file).replaceAll('\\', '/');
  return /(?:^|\/)information-types\/(.+)$/.exec(folders)?.[1] ?? basename(folders).replace(/^\.$/, '');
}
