import { frameworks } from '../../domain/posture/check-text.js';
import type { DescribedCheck } from '../../domain/posture/evaluate-checks.js';
import { UsageError } from '../errors.js';
import { printTable } from '../print-table.js';
import type { Terminal } from '../terminal.js';
import { styleOfSeverity } from './outcome-style.js';

/** All checks in a table, as each describes itself. */
export function listChecks(terminal: Terminal, checks: readonly DescribedCheck[], json: boolean): void {
  if (json) {
    terminal.printJson(checks.map(describe));
    return;
  }
  printTable(
    terminal,
    [
      { title: 'check', style: () => 'cyan' },
      { title: 'severity', style: styleOfSeverity },
      { title: 'of' },
      { title: 'what is asked', narrowsTo: 24 },
    ],
    checks.map(({ id, severity, title, check }) => [id, severity, check.on, title]),
  );
  terminal.print(`\n${checks.length} checks; 'scrubjay posture checks ID' shows one.`);
}

/** One check with all that is known of it. */
export function showCheck(
  terminal: Terminal,
  checks: readonly DescribedCheck[],
  id: string,
  json: boolean,
): void {
  const found = checks.find((each) => each.id === id);
  if (!found) throw new UsageError(`there is no check "${id}"`, "see 'scrubjay posture checks'");
  if (json) {
    terminal.printJson(describe(found));
    return;
  }
  const { check, title, severity, why, controls, sources } = found;
  terminal.print(`${terminal.style('bold', id)}: ${title}`);
  terminal.print(`  ${severity}, asked of ${check.on}; reads ${check.reads.join(', ')}`);
  terminal.print(`  ${why}`);
  terminal.print(`\nWhat mends it (${check.remedy.language}):`);
  for (const step of check.remedy.steps) terminal.print(`  ${step}`);
  if (check.remedy.then) terminal.print('  then restart the server');
  terminal.print(`\nHow to see it:\n  ${check.verify}\n`);
  printTable(
    terminal,
    [{ title: 'framework' }, { title: 'control' }],
    controls.map((control) => [frameworks[control.framework], control.id]),
  );
  for (const source of sources) terminal.print(`source: ${source}`);
}

function describe({ id, title, severity, why, controls, sources, check }: DescribedCheck): object {
  const { on, reads, remedy, verify } = check;
  return { id, title, severity, on, reads, why, controls, sources, remedy, verify };
}
