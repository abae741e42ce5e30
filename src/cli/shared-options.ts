import { InvalidArgumentError, Option } from 'commander';

/** `--rules DIR`, as often as needed. */
export interface RulesChoice {
  readonly rules: readonly string[];
}

/** A folder that adds to Scrubjay's rules. */
export function rulesOption(): Option {
  return new Option(
    '--rules <folder>',
    'folder with information types, words and policies of your own; repeatable',
  )
    .default([], 'none')
    .argParser((folder: string, before: readonly string[]) => [...before, folder]);
}

/** An option that may be given several times, or with commas. */
export function listParser(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map((part) => part.trim())].filter((part) => part !== '');
}

/** Reads a whole number of at least one. */
export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('write a whole number of at least 1.');
  }
  return number;
}

/** Reads a share: `0.8` or `80%`. */
export function share(text: string): number {
  const number = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('write a share from 0 to 1, such as 0.8.');
  return number;
}

/** Reads a duration into milliseconds: `500ms`, `10s`, `2m`; a bare number means seconds. */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text);
  const factor = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? 's']!;
  const milliseconds = Math.round(Number(match?.[1]) * factor);
  if (!match || milliseconds < 1)
    throw new InvalidArgumentError('write a duration such as 500ms, 10s or 2m.');
  return milliseconds;
}

/** `--server URL`: what a service keeps, in place of files and locations. */
export interface ServerChoice {
  readonly server?: string;
}

/** Works on what a service keeps; `scrubjay login` keeps its key. */
export function serverOption(): Option {
  return new Option('--server <url>', "work on what a service keeps (log in with 'scrubjay login')");
}
