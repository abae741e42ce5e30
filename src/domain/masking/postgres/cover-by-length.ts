/** A cover of so many characters is looked up; longer ones are repeated. */
const LONGEST_COVER = 40;

/** What an array's literal has to quote, and what in quotes has to be escaped. */
const plain = /^[0-9A-Za-z*#]$/;
const escaped = /["\\]/;

/**
 * The cover of a text by its length, NULL where that may be less than `from`. Elements of `name` have one
 * size: PostgreSQL finds one by its place, at a third of the cost of `repeat`. Characters are counted once,
 * which is the most of what is left.
 * @param value the text, an expression that costs nothing to write twice
 * @param kept characters of it that are not covered
 * @param from the least length that is covered so, in characters
 * @param text quotes a constant
 */
export function coverByLength(
  value: string,
  { cover, kept, from }: { readonly cover: string; readonly kept: number; readonly from: number },
  text: (value: string) => string,
): string {
  const to = kept + LONGEST_COVER;
  const covers = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) =>
    asElement(cover, from + i - kept),
  );
  const table = covers.length === 0 ? '{}' : `[${from}:${to}]={${covers.join(',')}}`;
  const looked = `(${text(table)}::name[])[length(${value})]::text`;
  const repeated = `repeat(${text(cover)}, length(${value}) - ${kept})`;
  const bytes = `octet_length(${value})`;
  // A character has four bytes at most: so many bytes are characters enough, and cost nothing to count.
  return `case when ${bytes} <= ${to} then ${looked} when ${bytes} >= ${4 * from} then ${repeated} end`;
}

function asElement(character: string, times: number): string {
  if (plain.test(character)) return character.repeat(times);
  return `"${(escaped.test(character) ? `\\${character}` : character).repeat(times)}"`;
}
