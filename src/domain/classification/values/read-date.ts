/** A day as read from text, with whether a time of day other than midnight follows. */
export interface ReadDay {
  readonly year: number;
  readonly timed: boolean;
}

const isoDay = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ](\d{1,2}:\d{2}\S*).*)?$/;
const dayFirst = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ](\d{1,2}:\d{2}\S*).*)?$/;
const compact = /^(\d{4})(\d{2})(\d{2})$/;
const worded = /^(?:\d{1,2}\.?[ -])?\p{L}{3,9}\.?[ -](?:\d{1,2},? )?(\d{4})$/u;

/** Reads the day of the common notations: ISO, day or month first, `19390725`, `3 May 1970`. */
export function readDay(text: string): ReadDay | undefined {
  if (text.length < 8 || text.length > 35) return undefined;
  const iso = isoDay.exec(text) ?? compact.exec(text);
  if (iso) return day(iso[1], iso[2], iso[3], iso[4]);
  const local = dayFirst.exec(text);
  if (local) return day(local[3], local[2], local[1], local[4]);
  const named = worded.exec(text);
  return named ? day(named[1], '1', '1') : undefined;
}

function day(year: string, month: string, dayOfMonth: string, time?: string): ReadDay | undefined {
  const y = Number(year);
  const m = Number(month);
  const d = Number(dayOfMonth);
  // Month and day may stand in either order.
  if (y < 1800 || y > 2200 || m < 1 || d < 1 || Math.min(m, d) > 12 || Math.max(m, d) > 31) return undefined;
  return {
    year: y,
    timed: time !== undefined && !/^0?0:00(:00(\.0+)?)?(Z|[+-]\d{2}(:?\d{2})?)?$/.test(time),
  };
}
