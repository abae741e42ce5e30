import type {
  AttestedTable,
  ScrubPredicate,
  ScrubStatement,
} from '../../domain/scrub/attestation/scrub-statement.js';
import { anonymitySays, orphansSay, subsetSays } from '../../domain/scrub/attestation/statement-sentences.js';
import { printable, printTable } from '../print-table.js';
import { styleOfSensitivity } from '../sensitivity-style.js';
import type { Style, Terminal } from '../terminal.js';

/** An attestation for people: what was copied, masked and found. */
export function showAttestation(terminal: Terminal, { predicate, subject }: ScrubStatement): void {
  showRun(terminal, predicate, subject[0].digest.sha256);
  showMasked(terminal, predicate.tables);
  showUnmasked(terminal, predicate.tables);
  showVerification(terminal, predicate.verification);
  showNotes(terminal, predicate);
}

function showRun(terminal: Terminal, predicate: ScrubPredicate, digest: string): void {
  const { source, target, tool, totals, policy, labels, maskingKey } = predicate;
  const seconds = (Date.parse(predicate.finishedAt) - Date.parse(predicate.startedAt)) / 1000;
  const facts: readonly (readonly [string, string])[] = [
    ['source', `${source.display} (${source.engine} ${source.serverVersion}, read as ${source.role})`],
    ['copy', `${target.display} (${target.engine} ${target.serverVersion})`],
    ['copy digest', digest],
    ['run', `${predicate.startedAt}, ${seconds.toFixed(1)} s, ${tool.name} ${tool.version}`],
    ['rows', `${number(totals.rows)} in ${totals.tables} tables, ${number(totals.bytes)} bytes`],
    ['policy', `${policy.id} (${policy.title}), sha256 ${policy.sha256}`],
    ['labels', `sha256 ${labels.sha256}`],
    ['masking key', maskingKey.id],
  ];
  for (const [name, fact] of facts) terminal.print(`${name.padEnd(12)} ${line(fact)}`);
}

function showMasked(terminal: Terminal, tables: readonly AttestedTable[]): void {
  const rows = tables.flatMap(({ table, masked }) =>
    masked.map((mask) => [
      `${table}.${mask.column}`,
      mask.informationType,
      mask.sensitivity,
      mask.technique,
      number(mask.values),
      number(mask.nulls),
      mask.because,
    ]),
  );
  heading(terminal, `${rows.length} columns masked`);
  if (rows.length === 0) return;
  printTable(
    terminal,
    [
      { title: 'column', style: () => 'cyan', narrowsTo: 16 },
      { title: 'type', narrowsTo: 12 },
      { title: 'sensitivity', style: styleOfSensitivity },
      { title: 'technique', narrowsTo: 12 },
      { title: 'values', align: 'right' },
      { title: 'NULL', align: 'right' },
      { title: 'why', narrowsTo: 16 },
    ],
    rows,
  );
}

/** Columns that pass for the same reason stand in one line a table: there are many of them. */
function showUnmasked(terminal: Terminal, tables: readonly AttestedTable[]): void {
  const rows = tables.flatMap(({ table, unmasked }) => {
    const groups = Map.groupBy(unmasked, ({ informationType, reason, decidedBy = '' }) =>
      JSON.stringify([informationType ?? '', reason, decidedBy]),
    );
    return [...groups].map(([key, columns]) => {
      const [type, reason, decidedBy] = JSON.parse(key) as [string, string, string];
      return [table, columns.map(({ column }) => column).join(', '), type, reason, decidedBy];
    });
  });
  const count = tables.flatMap(({ unmasked }) => unmasked).length;
  heading(terminal, `${count} columns copied as they are`);
  if (rows.length === 0) return;
  printTable(
    terminal,
    [
      { title: 'table', style: () => 'cyan', narrowsTo: 12 },
      { title: 'columns', narrowsTo: 16 },
      { title: 'type' },
      { title: 'why', narrowsTo: 16 },
      { title: 'decided by' },
    ],
    rows,
  );
}

function showVerification(terminal: Terminal, { passed, checks }: ScrubPredicate['verification']): void {
  heading(terminal, `verification ${passed ? 'passed' : 'failed'}`, passed ? 'green' : 'red');
  if (checks.length === 0) return;
  printTable(
    terminal,
    [
      { title: 'check', style: () => 'cyan' },
      { title: 'outcome', style: styleOfOutcome },
      { title: 'looked at', align: 'right' },
      { title: 'found', narrowsTo: 24 },
    ],
    checks.map(({ check, outcome, examined, unit, failures, unseen, notes }) => [
      check,
      outcome,
      `${number(examined)} ${unit}`,
      [...failures, ...unseen, ...notes].map(({ where, problem }) => `${where}: ${problem}`).join('\n'),
    ]),
  );
}

const outcomeStyles = new Map<string, Style>([
  ['passed', 'green'],
  ['failed', 'red'],
  ['unknown', 'yellow'],
]);

function styleOfOutcome(outcome: string): Style | undefined {
  return outcomeStyles.get(outcome);
}

function showNotes(terminal: Terminal, predicate: ScrubPredicate): void {
  const { warnings, leftOut, controls, orphans = [], subset, anonymity = [] } = predicate;
  if (anonymity.length > 0) heading(terminal, 'how rows hide among one another');
  for (const table of anonymity) terminal.print(`  ${line(anonymitySays(table))}`);
  if (subset) heading(terminal, 'some of the rows');
  for (const says of subsetSays(subset)) terminal.print(`  ${line(says)}`);
  if (orphans.length > 0) heading(terminal, 'rows that referred to nothing');
  for (const orphan of orphans) terminal.print(`  ${line(orphansSay(orphan))}`);
  if (warnings.length > 0) heading(terminal, 'warnings', 'yellow');
  for (const { where, problem } of warnings) terminal.print(`  ${line(`${where}: ${problem}`)}`);
  if (leftOut.length > 0) heading(terminal, 'left out');
  for (const { what, why } of leftOut) terminal.print(`  ${line(`${what}: ${why}`)}`);
  if (controls.length > 0) heading(terminal, 'evidence for');
  for (const { framework, id, title, because } of controls) {
    terminal.print(`  ${line(`${framework} ${id} ${title}: ${because}`)}`);
  }
}

function heading(terminal: Terminal, text: string, style: Style = 'bold'): void {
  terminal.print(`\n${terminal.style(style, text)}`);
}

/** What a stranger's file says, on one line and without control over the terminal. */
function line(text: string): string {
  return printable(text).replaceAll('\n', ' ');
}

function number(value: number): string {
  return value.toLocaleString('en');
}
