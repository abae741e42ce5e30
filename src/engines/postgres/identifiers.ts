import type { RelationName } from '../../domain/catalog/catalog.js';

/** A name as PostgreSQL reads it back unchanged, whatever stands in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteRelation({ schema, name }: RelationName): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

export function quoteNames(names: readonly string[]): string {
  return names.map(quoteName).join(', ');
}

/** A string literal that means the same with standard_conforming_strings on and off. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
