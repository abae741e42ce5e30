/** What no name of a column looks like. */
const dataForms: readonly RegExp[] = [
  /@/,
  /^https?:/i,
  /\d{5}/,
  /^[\d\s.,:/+()-]*\d[\d\s.,:/+()-]*$/,
  /^[0-9a-f]{8}-[0-9a-f]{4}-/i,
];

const LONGEST_NAME = 120;

/** Years as names are common in tables that people made. */
const year = /^(19|20)\d\d$/;

/**
 * True when the first row of a file seems to be data. DuckDB takes the first row of a file that is all text
 * for names; taken so in error, somebody's data would stand in labels, findings and logs, where no value may.
 * @param names the first row
 * @param rows rows below it
 */
export function isRowOfData(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): boolean {
  return names.some((name, column) => {
    if (year.test(name)) return false;
    if (name.length > LONGEST_NAME || dataForms.some((form) => form.test(name))) return true;
    const values = rows.flatMap((row) => row[column] ?? []);
    return recurs(name, column, names, rows) || hasShapeOf(name, values);
  });
}

/** A value of the column, in a row that is not the same header once more. */
function recurs(
  name: string,
  column: number,
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): boolean {
  return rows.some(
    (row) => row[column] === name && (names.length === 1 || row.join('\0') !== names.join('\0')),
  );
}

/** Digits where nearly all values have them: `K-0001` over `K-0002`. */
function hasShapeOf(name: string, values: readonly string[]): boolean {
  if (!/\d/.test(name) || values.length < 3) return false;
  const shape = shapeOf(name);
  return values.filter((value) => shapeOf(value) === shape).length >= 0.9 * values.length;
}

function shapeOf(text: string): string {
  return text.replace(/\p{L}+/gu, 'a').replace(/\d+/g, '9');
}
