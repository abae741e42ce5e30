/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `{'name': 'VARCHAR'}`: the columns that a reader is told to find. */
export function columnsLiteral(columns: readonly (readonly [name: string, type: string])[]): string {
  return `{${columns.map(([name, type]) => `${literal(name)}: ${literal(type)}`).join(', ')}}`;
}

/** Options of a table function: `, header = true, delim = ','`. */
export function options(given: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(given)
    .map(([name, value]) => `, ${name} = ${typeof value === 'string' ? value : String(value)}`)
    .join('');
}
