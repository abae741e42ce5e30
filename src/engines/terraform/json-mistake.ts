import { visit } from 'jsonc-parser';

/**
 * The line, 1-based, of the first mistake in what JSON.parse refused. Its own words quote the text, which may
 * be a secret, and tell no place for some mistakes.
 */
export function lineOfJsonMistake(text: string): number | undefined {
  let first: number | undefined;
  visit(text, { onError: (_, offset) => void (first ??= offset) }, { disallowComments: true });
  return first === undefined ? undefined : text.slice(0, first).split('\n').length;
}
