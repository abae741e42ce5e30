import type { Style } from '../terminal.js';

const outcomeStyles = new Map<string, Style>([
  ['fail', 'red'],
  ['warn', 'yellow'],
  ['unknown', 'magenta'],
  ['pass', 'green'],
  ['not-applicable', 'dim'],
  ['accepted', 'dim'],
]);

const severityStyles = new Map<string, Style>([
  ['critical', 'red'],
  ['high', 'yellow'],
]);

/** The colour that an outcome is shown in. */
export function styleOfOutcome(outcome: string): Style | undefined {
  return outcomeStyles.get(outcome);
}

/** The colour that a severity is shown in. */
export function styleOfSeverity(severity: string): Style | undefined {
  return severityStyles.get(severity);
}
