/** A name as T-SQL reads it back unchanged. */
export function bracket(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}
