import { type Catalog, printColumnName, printRelationName } from '../catalog/catalog.js';
import { findSensitive } from '../masking/free-text/find-sensitive.js';
import type { PlanProblem } from './scrub-plan.js';

/** The statements that make the copy's schema, and what they leave out. */
export interface CarriedSchema {
  readonly definitions: readonly { readonly makes: string; readonly sql: string }[];
  readonly leftOut: readonly { readonly what: string; readonly why: string }[];
}

/** Definitions that the catalog does not hold. */
const bodies = /^(function|aggregate|trigger|rule|policy|statistics|index|comment on (?!table|column|view)) /;

/**
 * Comments, defaults, enum labels, checks, views and function bodies are copied as they are; people
 * write addresses and numbers into them. What is found is named by place, never quoted.
 */
export function personalDataInDdl(
  catalog: Catalog,
  definitions: CarriedSchema['definitions'],
): PlanProblem[] {
  const found: PlanProblem[] = [];
  const look = (where: string, what: string, text: string | undefined) => {
    if (text !== undefined && holdsPersonalData(text)) found.push(problem(where, what));
  };
  for (const table of catalog.tables) {
    const place = printRelationName(table);
    look(place, 'its comment', table.comment);
    for (const { name, expression } of table.checks) look(`${place}, check ${name}`, 'it', expression);
    for (const column of table.columns) {
      const where = printColumnName({ schema: table.schema, table: table.name, column: column.name });
      look(where, 'its comment', column.comment);
      look(where, 'its default', column.default);
      look(where, 'a label of its enum', column.type.labels?.join(' '));
    }
  }
  for (const view of catalog.views) {
    look(printRelationName(view), 'its definition', view.definition);
    look(printRelationName(view), 'its comment', view.comment);
  }
  for (const { makes, sql } of definitions) if (bodies.test(`${makes} `)) look(makes, 'its definition', sql);
  return found;
}

function holdsPersonalData(text: string): boolean {
  return findSensitive(text).some(({ kind }) => kind !== 'url' && kind !== 'ip-address');
}

function problem(where: string, what: string): PlanProblem {
  return {
    code: 'personal-data-in-schema',
    where,
    problem: `${what} holds what looks like an e-mail address or a number of a person, and is copied as it is`,
    hint: 'take it out in the source',
  };
}
