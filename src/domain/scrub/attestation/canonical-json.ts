/**
 * JSON as RFC 8785 (JCS) has it: members sorted by the UTF-16 code units of their names, no spaces,
 * numbers and texts as ECMAScript writes them. The same value always gives the same bytes.
 * @param value plain data; members that are undefined are left out
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('JSON has no such number');
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new Error(`JSON has no ${typeof value}`);
  return text;
}
