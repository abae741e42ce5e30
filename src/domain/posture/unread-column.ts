import { type LabelledColumn, relationOf } from './facts/labelled-column.js';
import { identifier, relation, sql } from './remedy.js';
import { unknown, type Verdict } from './verdict.js';

/** A column whose contents were not counted, with the grant that lets them be. */
export function unreadColumn(column: LabelledColumn, role: string): Verdict {
  return unknown('its contents could not be counted: the role may not select it, or it is not there', {
    subject: column.printed,
    columns: [column.printed],
    remedy: sql(
      `grant select (${identifier(column.column)}) on ${relation(relationOf(column))} to ${identifier(role)};`,
    ),
  });
}
