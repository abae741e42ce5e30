import type { Style } from './terminal.js';

const styles = new Map<string, Style>([
  ['restricted', 'red'],
  ['confidential', 'yellow'],
  ['public', 'dim'],
]);

/** The colour that a sensitivity is shown in. */
export function styleOfSensitivity(sensitivity: string): Style | undefined {
  return styles.get(sensitivity);
}
