import { readTextFile } from './text-files.js';
import { UsageError } from './errors.js';

/**
 * Where the data is: what the command line gives, else what the environment variable gives. `@FILE`
 * stands for the first line of a file, so that passwords stay out of command lines and logs.
 * @param meant what the location is, for messages: `the data source`
 * @throws UsageError, FileAccessError
 */
export async function locationFrom(
  given: string | undefined,
  variable: 'SCRUBJAY_URL' | 'SCRUBJAY_TARGET_URL',
  meant: string,
): Promise<string> {
  const location = given ?? process.env[variable] ?? '';
  if (location === '') {
    throw new UsageError(
      `it is not said where ${meant} is`,
      `give its URL, or set ${variable}, for example to postgres://user:password@host:5432/database`,
    );
  }
  if (!location.startsWith('@')) return location;
  const file = location.slice(1);
  const [first] = (await readTextFile(file)).trim().split('\n');
  if (first.trim() === '') throw new UsageError(`${file} is empty`, 'write the URL into its first line');
  return first.trim();
}
