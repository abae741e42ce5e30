import { type ColumnName, parseNameParts } from '../catalog/catalog.js';
import type { InformationTypeRegistry } from '../classification/information-type-registry.js';
import { atLeastAsSensitive, type Sensitivity } from '../classification/sensitivity.js';
import type { Policy, PolicyRule } from './policy.js';
import { typesOf } from './policy-file.js';

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

/** The first rule that holds; undefined when none does. */
export function chooseRule(
  policy: Policy,
  labelled: Labelled,
  types: InformationTypeRegistry,
): ChosenRule | undefined {
  const index = policy.rules.findIndex((rule) => holds(rule, labelled, types));
  return index < 0 ? undefined : { rule: policy.rules[index], number: index + 1 };
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
