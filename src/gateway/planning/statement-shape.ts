/** A statement with whole numbers taken out: `… where id = ` and ` and x < 5`, with `12345` between. */
export interface StatementShape {
  /** The statement with stand-ins in place of the numbers: what is rewritten in place of each such statement. */
  readonly sample: string;
  readonly numbers: readonly string[];
}

/** Numbers taken out of one statement at most. */
const MOST_NUMBERS = 8;

/**
 * Whole numbers that something is compared with. Nine digits at most, so that every one is an `integer`
 * to the server, as the stand-in is: no other type, hence no other operator or function, can come of it.
 * A sign before it, a point, letter or digit beside it keep it from being taken.
 */
const compared = /(?<![-+*/<>=~!@#%^&|`?])((?:[=<>]|<=|>=|<>|!=) *)(\d{1,9})(?![\w.])/g;

/**
 * Takes the numbers out of a statement which clients send over and over with others, so that all of them
 * share one rewriting. Only of texts in which nothing can hide: no quotes, comments, dollars, backslashes
 * or characters beyond ASCII. Undefined for all other texts, which are rewritten as they are.
 */
export function shapeOf(sql: string): StatementShape | undefined {
  if (sql.length > 1_000 || !/^[\t\n\r -~]*$/.test(sql) || /['"$\\]|--|\/\*/.test(sql)) return undefined;
  const numbers: string[] = [];
  const sample = sql.replace(compared, (_, before: string, number: string) => {
    numbers.push(number);
    return before + standIn(numbers.length - 1);
  });
  if (numbers.length === 0 || numbers.length > MOST_NUMBERS) return undefined;
  // A statement that has a stand-in's number itself would be taken apart in the wrong place.
  return sql.includes(STAND_IN) ? undefined : { sample, numbers };
}

/**
 * Cuts a rewritten sample where its stand-ins are; undefined when they are not all there, each once and
 * in order.
 */
export function cutAtStandIns(rewritten: string, count: number): readonly string[] | undefined {
  const pieces: string[] = [];
  let from = 0;
  for (let i = 0; i < count; i++) {
    const at = rewritten.indexOf(standIn(i), from);
    if (at < 0) return undefined;
    pieces.push(rewritten.slice(from, at));
    from = at + standIn(i).length;
  }
  pieces.push(rewritten.slice(from));
  return pieces.some((piece) => piece.includes(STAND_IN)) ? undefined : pieces;
}

/** The statement with these numbers. */
export function fill(pieces: readonly string[], numbers: readonly string[]): string {
  let text = pieces[0];
  for (let i = 0; i < numbers.length; i++) text += numbers[i] + pieces[i + 1];
  return text;
}

const STAND_IN = '90817263';

/** Nine digits, as an integer has. */
function standIn(i: number): string {
  return `${STAND_IN}${i + 1}`;
}
