import type { Policy, PolicyRule } from '../../domain/policy/policy.js';
import type { ReadPolicy } from '../../domain/policy/policy-file.js';
import { printRowCondition } from '../../domain/policy/row-condition.js';
import { typesOf } from '../../domain/policy/policy-file.js';
import { printTable } from '../print-table.js';
import type { Terminal } from '../terminal.js';
import { printMask } from './print-mask.js';

/** A policy for people: what it is for, then its rules in the order they are tried. */
export function showPolicy(terminal: Terminal, { policy, sha256 }: ReadPolicy): void {
  terminal.print(`${terminal.style('bold', policy.id)}: ${policy.title}`);
  if (policy.summary !== undefined) terminal.print(`  ${policy.summary}`);
  for (const [title, text] of factsOf(policy)) terminal.print(`  ${terminal.style('bold', title)} ${text}`);
  terminal.print(`  ${terminal.style('bold', 'sha256:')} ${sha256}\n`);
  printTable(
    terminal,
    [
      { title: 'rule', align: 'right' },
      { title: 'when', narrowsTo: 20 },
      { title: 'mask', narrowsTo: 16, style: (text) => (text === 'keep' ? 'green' : 'cyan') },
      { title: 'because', narrowsTo: 16 },
    ],
    policy.rules.map((rule, i) => [`${i + 1}`, printWhen(rule), printRuleMask(rule), rule.because ?? '']),
  );
  terminal.print('\nThe first rule that holds decides.');
}

function factsOf({ unlabelled, unreviewed, sources }: Policy): [title: string, text: string][] {
  return [
    [
      'columns without a label:',
      unlabelled === 'refuse' ? 'stop the run' : 'are masked by the safest technique',
    ],
    ['labels nobody confirmed:', unreviewed === 'refuse' ? 'stop the run' : 'are masked as proposed'],
    ...(sources.length > 0 ? [['sources:', sources.join('; ')] as [string, string]] : []),
  ];
}

/** What a rule asks of a label, of who asks and of the row, in words. */
export function printWhen(rule: PolicyRule): string {
  const { sensitivity, column, path, roles, purposes, environments, time } = rule.when;
  const types = typesOf(rule);
  const conditions = [
    ...(types.length > 0 ? [`type ${types.join(' or ')}`] : []),
    ...(sensitivity === undefined ? [] : [`${sensitivity} or above`]),
    ...(column === undefined ? [] : [`column ${[column].flat().join(' or ')}`]),
    ...(path === undefined ? [] : [`path ${path}`]),
    ...(roles === undefined ? [] : [`role ${roles.join(' or ')}`]),
    ...(purposes === undefined ? [] : [`purpose ${purposes.join(' or ')}`]),
    ...(environments === undefined ? [] : [`environment ${environments.join(' or ')}`]),
    ...(time?.from === undefined ? [] : [`from ${time.from}`]),
    ...(time?.to === undefined ? [] : [`until ${time.to}`]),
    ...(rule.whereRows === undefined ? [] : [`rows where ${printRowCondition(rule.whereRows)}`]),
  ];
  return conditions.length > 0 ? conditions.join(', ') : 'any label';
}

function printRuleMask({ mask }: PolicyRule): string {
  if (mask === 'keep') return mask;
  if (mask === 'by-type') return "the type's own technique";
  const { technique, domain, ...options } = mask;
  return printMask({ technique, options: domain === undefined ? options : { ...options, domain } });
}
