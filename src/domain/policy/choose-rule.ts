import { type ColumnName, parseNameParts } from '../catalog/catalog.js';
import type { InformationTypeRegistry } from '../classification/information-type-registry.js';
import { atLeastAsSensitive, type Sensitivity } from '../classification/sensitivity.js';
import type { Policy, PolicyException, PolicyRule } from './policy.js';
import { typesOf } from './policy-file.js';
import type { QuerySubject } from './query-subject.js';

/** What a rule is asked about: a labelled column, or one path inside it. */
export interface Labelled {
  readonly column: ColumnName;
  readonly path?: string;
  readonly informationType: string;
  readonly sensitivity: Sensitivity;
}

/** The rule that decides and its place, counted from 1. */
export interface ChosenRule {
  readonly rule: PolicyRule;
  readonly number: number;
}

/**
 * The first rule that holds, whichever row is asked of; undefined when none does. A rule that masks some rows
 * holds, one that keeps some does not.
 * @param subject who asks; absent for a scrub, for which rules about roles do not hold
 */
export function chooseRule(
  policy: Policy,
  labelled: Labelled,
  types: InformationTypeRegistry,
  subject?: QuerySubject,
): ChosenRule | undefined {
  const index = policy.rules.findIndex(
    (rule) =>
      holds(rule, labelled, types) && holdsFor(rule, subject) && !(rule.whereRows && rule.mask === 'keep'),
  );
  return index < 0 ? undefined : { rule: policy.rules[index], number: index + 1 };
}

/**
 * The rules that decide for a column's rows, in their order: those with `whereRows`, up to the first that
 * holds for every row.
 */
export function rulesOfRows(
  policy: Policy,
  labelled: Labelled,
  types: InformationTypeRegistry,
  subject: QuerySubject,
): readonly ChosenRule[] {
  const all = policy.rules
    .map((rule, i) => ({ rule, number: i + 1 }))
    .filter(({ rule }) => holds(rule, labelled, types) && holdsFor(rule, subject));
  const last = all.findIndex(({ rule }) => rule.whereRows === undefined);
  return last < 0 ? all : all.slice(0, last + 1);
}

/** The part of a rule's conditions that depends on who asks. */
export function holdsFor({ when }: PolicyRule, subject: QuerySubject | undefined): boolean {
  const { roles, purposes, environments, time } = when;
  if (subject === undefined) return !roles && !purposes && !environments && !time;
  const among = (allowed: readonly string[] | undefined, own: string | undefined) =>
    allowed === undefined || (own !== undefined && allowed.includes(own));
  const at = subject.at.getTime();
  return (
    among(roles, subject.role) &&
    among(purposes, subject.purpose) &&
    among(environments, subject.environment) &&
    (time?.from === undefined || at >= Date.parse(time.from)) &&
    (time?.to === undefined || at < Date.parse(time.to))
  );
}

/** The exception that shows a column to a role as it is at this moment. */
export function exceptionFor(
  { exceptions }: Policy,
  column: ColumnName,
  { role, at }: QuerySubject,
): PolicyException | undefined {
  return exceptions.find(
    (exception) =>
      exception.role === role &&
      at.getTime() < Date.parse(exception.until) &&
      names(exception.column, column),
  );
}

function holds(
  rule: PolicyRule,
  { column, path, informationType, sensitivity }: Labelled,
  types: InformationTypeRegistry,
): boolean {
  const { when } = rule;
  const wanted = typesOf(rule);
  return (
    (wanted.length === 0 || wanted.some((type) => types.isKindOf(informationType, type))) &&
    (when.sensitivity === undefined || atLeastAsSensitive(sensitivity, when.sensitivity)) &&
    (when.column === undefined || [when.column].flat().some((pattern) => names(pattern, column))) &&
    (when.path === undefined || when.path === path)
  );
}

/** `schema.table.column` with `*` for any part, or for any characters of one. */
function names(pattern: string, { schema, table, column }: ColumnName): boolean {
  const parts = parseNameParts(pattern) ?? [];
  const own = [schema, table, column];
  return parts.length === 3 && parts.every((part, i) => matches(part, own[i]));
}

function matches(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [i, piece] of rest.entries()) {
    const last = i === rest.length - 1;
    const found = last ? text.length - piece.length : text.indexOf(piece, at);
    if (found < at || !text.startsWith(piece, found)) return false;
    at = found + piece.length;
  }
  return true;
}
