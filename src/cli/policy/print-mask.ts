import type { TechniqueChoice } from '../../domain/policy/stand-by.js';

/** A technique with its options in a phrase: `partial (keepEnd: 4)`. */
export function printMask({ technique, options }: TechniqueChoice & { readonly domain?: string }): string {
  const written = Object.entries(options).map(([name, value]) => `${name}: ${printOption(value)}`);
  return written.length === 0 ? technique : `${technique} (${written.join(', ')})`;
}

function printOption(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
