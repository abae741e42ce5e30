/** A name of `onceARow` in the body. */
export const bound = (name: string): string => `"~".${name}`;

/**
 * Names expressions so that each is computed once a row, however often the body reads it: PostgreSQL would
 * copy them otherwise. `offset 0` keeps its planner from undoing that; no table of a query is called `~`
 * within, since the innermost select has no FROM.
 * @param named expressions over the columns of the row, by name
 * @param body reads them by `bound`
 */
export function onceARow(named: Readonly<Record<string, string>>, body: string): string {
  const list = Object.entries(named).map(([name, expression]) => `${expression} as ${name}`);
  return `(select ${body} from (select ${list.join(', ')} offset 0) as "~")`;
}

/** NULL and the empty text stay what they are: see `eachValue`. */
export function unlessEmpty(value: string, body: string): string {
  return `case when ${value} <> '' then ${body} else ${value} end`;
}

/** One of the alternatives by a number from 0. */
export function choose(index: string, alternatives: readonly string[]): string {
  const branches = alternatives.map((alternative, i) => ` when ${i} then ${alternative}`);
  return `case ${index}${branches.join('')} end`;
}
