import { FIRST_DAY, LAST_DAY } from '../dates.js';
import type { SqlMaskingContext } from '../technique.js';
import { drawOf } from './draws.js';
import { bound, onceARow } from './once-a-row.js';
import { perPersonDigest } from './per-person.js';

interface ShiftOptions {
  readonly days: number;
  readonly per?: string | undefined;
  readonly group: string;
}

/** See `dateShift`; of dates and timestamps. */
export function dateShiftForm(
  value: string,
  { days, per, group }: ShiftOptions,
  context: Pick<SqlMaskingContext, 'column' | 'digest' | 'companion'>,
): string | undefined {
  const { type } = context.column;
  if (type.family !== 'date' && type.family !== 'timestamp') return undefined;
  const isZoned = type.name.includes('with time zone');
  const local = isZoned ? `(${value} at time zone 'UTC')` : value;
  const digest = perPersonDigest(
    textOf(local, type.family, isZoned),
    { per, domain: `date-shift/${group}` },
    context,
  );
  if (digest === undefined) return undefined;
  const [v, r, s, day] = ['v', 'r', 's', 'n'].map(bound);
  const shift = `case when ${r} < ${days} then ${r} - ${days} else ${r} - ${days - 1} end`;
  const stored = `case when ${day} + ${s} between ${FIRST_DAY} and ${LAST_DAY} then ${s} else - ${s} end`;
  const moved =
    type.family === 'date'
      ? // Years of seven digits are no dates to the kernel.
        `case when ${v} > date '999999-12-31' then date '1970-01-01' + ${s} else ${v} + (${stored}) end`
      : isZoned
        ? `(${v} + make_interval(days => ${stored})) at time zone 'UTC'`
        : `${v} + make_interval(days => ${stored})`;
  const dayNumber = `(${bound('v')}::date - date '1970-01-01')`;
  const shifted = onceARow({ v, s: shift, n: dayNumber }, moved);
  const drawn = onceARow({ v, r: `(${drawOf(bound('d'), 0)} % ${2 * days})::int` }, shifted);
  const inner = onceARow({ v: local, d: digest }, drawn);
  return `case when not isfinite(${value}) then ${value} when ${value} is not null then ${inner} end`;
}

/** As a copy has it, whatever the session's style of dates: in UTC. */
function textOf(local: string, family: 'date' | 'timestamp', isZoned: boolean): string {
  const iso = `(to_json(${local}) #>> '{}')`;
  if (family === 'date') return iso;
  const spaced = `replace(${iso}, 'T', ' ')`;
  return isZoned ? `regexp_replace(${spaced}, '( BC)?$', '+00\\1')` : spaced;
}
