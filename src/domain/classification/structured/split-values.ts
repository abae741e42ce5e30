import type { ColumnType } from '../../catalog/column-type.js';

/** Elements of an array, composite or range that are looked at. */
const mostElements = 50;

/**
 * The values inside PostgreSQL's text form of an array (`{a,"b c"}`), composite (`(a,b)`) or range
 * (`[1,5)`); nested ones are flattened. NULL elements are left out. JSON arrays of scalars work too.
 */
export function splitElements(value: string, family: ColumnType['family']): readonly string[] {
  const text = value.trim();
  if (family === 'array' || family === 'range' || family === 'composite') return splitQuoted(text);
  return [text];
}

/** The fields of a composite in order; null for an empty field. */
export function splitFields(value: string): readonly (string | null)[] {
  const text = value.trim();
  if (!text.startsWith('(') || !text.endsWith(')')) return [];
  const fields: (string | null)[] = [];
  let field = '';
  let quoted = false;
  let wasQuoted = false;
  for (let index = 1; index < text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === '\\') field += text[++index] ?? '';
      else if (character !== '"') field += character;
      else if (text[index + 1] === '"') field += text[++index];
      else quoted = false;
    } else if (character === '"') quoted = wasQuoted = true;
    else if (character === ',' || index === text.length - 1) {
      fields.push(field === '' && !wasQuoted ? null : field);
      field = '';
      wasQuoted = false;
    } else field += character;
  }
  return fields;
}

function splitQuoted(text: string): readonly string[] {
  const elements: string[] = [];
  const pattern = /"((?:[^"\\]|\\.|"")*)"|([^{}()[\],"]+)/gs;
  for (const [, quoted, plain] of text.matchAll(pattern)) {
    const element =
      quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/gs, '$1').replaceAll('""', '"');
    if (element !== '' && !(quoted === undefined && element === 'NULL')) elements.push(element);
    if (elements.length === mostElements) break;
  }
  return elements;
}
