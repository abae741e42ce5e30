import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type NativeClassificationRules,
  nativeClassificationSchema,
} from '../domain/classification/native-classification.js';
import { parseYamlFile } from '../domain/yaml-file.js';
import { packageRoot } from '../package-root.js';

/** Reads how labels are named in SQL Server's own classification. Throws `FileFormatError` with file and line. */
export async function readNativeClassification(
  file = join(packageRoot, 'rules', 'native-classification', 'sql-server.yaml'),
): Promise<NativeClassificationRules> {
  return parseYamlFile(await readFile(file, 'utf8'), file, nativeClassificationSchema).value;
}
