import { checkTitles, type Verification } from '../../domain/scrub/verification/verification.js';
import type { Terminal } from '../terminal.js';

const marks = { passed: ['green', '✓'], failed: ['red', '✗'], unknown: ['yellow', '?'] } as const;

/** A line for each check, and below it what it found. */
export function printVerification(terminal: Terminal, { checks, passed }: Verification): void {
  for (const { check, outcome, examined, unit, failures, unseen, notes } of checks) {
    const [color, mark] = marks[outcome];
    const count = `(${examined.toLocaleString('en')} ${unit})`;
    terminal.print(`${terminal.style(color, mark)} ${checkTitles[check]} ${terminal.style('dim', count)}`);
    for (const { where, problem } of [...failures, ...unseen])
      terminal.print(`    ${terminal.style(color, where)}: ${problem}`);
    for (const { where, problem } of notes) terminal.print(terminal.style('dim', `    ${where}: ${problem}`));
  }
  if (!passed) terminal.print(terminal.style('red', '\nThe copy is not what it should be.'));
}
