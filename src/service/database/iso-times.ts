import pg from 'pg';

const TIMESTAMPTZ: number = pg.types.builtins.TIMESTAMPTZ;

/**
 * Reads `timestamptz` as the text that the API answers (`2026-03-01T09:30:00.000Z`) and not as a Date that
 * would be printed again: of a page of rows that is a good part of the work. The session's time zone must
 * be UTC.
 */
export const isoTimes = {
  getTypeParser: (oid: number, format?: string): Parser =>
    oid === TIMESTAMPTZ && format !== 'binary' ? isoTimeOf : usualParserOf(oid, format),
} as pg.CustomTypesConfig;

type Parser = (text: string) => unknown;

const usualParserOf = pg.types.getTypeParser as (oid: number, format?: string) => Parser;

/** `2026-03-01 09:30:00.12+00`, as PostgreSQL prints it: up to six digits of a second, none for none. */
const printed = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/;

function isoTimeOf(text: string): string {
  const [, date, time, fraction = ''] = printed.exec(text) ?? [];
  if (date === undefined) throw new Error('PostgreSQL prints a time in a form of its own');
  return `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}
