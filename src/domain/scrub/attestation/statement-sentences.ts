import type { ScrubPredicate } from './scrub-statement.js';

const remedies = { keep: 'kept', empty: 'their reference emptied', drop: 'dropped' } as const;

/** What was done about rows that referred to nothing, as a sentence. */
export function orphansSay({
  table,
  key,
  rule,
  rows,
}: NonNullable<ScrubPredicate['orphans']>[number]): string {
  return `${table}: ${rows.toLocaleString('en')} rows referred to nothing by ${key}: ${remedies[rule]}`;
}

/** Which rows were copied, a sentence for each start; none when all were. */
export function subsetSays(subset: ScrubPredicate['subset']): readonly string[] {
  if (!subset) return [];
  const begun = subset.start.map(({ table, rows, share, hasCondition }) => {
    const amount =
      rows !== undefined
        ? `${rows.toLocaleString('en')} rows`
        : share !== undefined
          ? `${share * 100} % of its rows`
          : 'its rows';
    return `${table}: ${amount}${hasCondition ? ' that meet a condition' : ''}, and what belongs to them`;
  });
  return [...begun, ...subset.whole.map((table) => `${table}: whole`)];
}

/** How well the rows of a table hide among one another, as a sentence. */
export function anonymitySays(
  of: Pick<
    NonNullable<ScrubPredicate['anonymity']>[number],
    'table' | 'quasiIdentifiers' | 'classes' | 'k' | 'alone' | 'diversity'
  >,
): string {
  const { table, quasiIdentifiers, classes, k, alone, diversity } = of;
  const l = diversity.map(({ column, l: fewest }) => `; ${column} is ${fewest}-diverse`).join('');
  const rows = alone === 1 ? '1 row stands' : `${alone.toLocaleString('en')} rows stand`;
  return `${table} is ${k}-anonymous by ${quasiIdentifiers.join(', ')} (${classes.toLocaleString('en')} groups, ${rows} alone)${l}`;
}
