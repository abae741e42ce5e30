import { Command } from 'commander';
import { z } from 'zod';
import type { Technique, TechniqueProperties } from '../../domain/masking/technique.js';
import { findTechnique, techniques } from '../../domain/masking/technique-registry.js';
import { printTable } from '../print-table.js';
import type { Terminal } from '../terminal.js';

/** `scrubjay techniques [id]`: what values can be replaced by, as each technique describes itself. */
export function techniquesCommand(terminal: Terminal): Command {
  return new Command('techniques')
    .description('list masking techniques, or show one with its options')
    .argument('[id]', 'the technique to show')
    .option('--json', 'print JSON')
    .action((id: string | undefined, { json = false }: { json?: boolean }) => {
      if (id === undefined) listTechniques(terminal, json);
      else showTechnique(terminal, findTechnique(id), json);
    });
}

const promises: readonly (readonly [keyof TechniqueProperties, short: string, long: string])[] = [
  ['deterministic', 'consistent', 'the same value, key and options give the same stand-in everywhere'],
  ['keepsFormat', 'format', 'the stand-in has the shape and check digits of the real thing'],
  ['keepsLength', 'length', 'the stand-in is as long as the value'],
  ['keepsUniqueness', 'unique', 'different values get different stand-ins'],
  ['neverOriginal', 'never original', 'no stand-in is the value that it stands for'],
  ['reversibleWithKey', 'reversible', 'whoever holds the key can compute the original'],
  ['replacesNull', 'fills NULL', 'NULL is replaced too'],
];

function listTechniques(terminal: Terminal, json: boolean): void {
  const all = [...techniques.values()];
  if (json) {
    terminal.printJson(all.map(describe));
    return;
  }
  printTable(
    terminal,
    [
      { title: 'technique', style: () => 'cyan' },
      { title: 'what it does', narrowsTo: 24 },
      { title: 'keeps', narrowsTo: 16 },
    ],
    all.map((technique) => [
      technique.id,
      technique.summary,
      keptBy(technique)
        .map(([, short]) => short)
        .join(', '),
    ]),
  );
  terminal.print(`\n${all.length} techniques; 'scrubjay techniques ID' shows the options of one.`);
}

function keptBy({ properties }: Technique): typeof promises {
  return promises.filter(([name]) => properties[name]);
}

function showTechnique(terminal: Terminal, technique: Technique, json: boolean): void {
  if (json) {
    terminal.printJson(describe(technique));
    return;
  }
  terminal.print(`${terminal.style('bold', technique.id)}: ${technique.summary}`);
  for (const [, short, long] of keptBy(technique)) terminal.print(`  ${short}: ${long}`);
  const dialects = Object.keys(technique.sql ?? {});
  terminal.print(`  in SQL: ${dialects.length ? dialects.join(', ') : 'none; it runs in copies only'}`);
  const options = optionsOf(technique);
  if (options.length === 0) {
    terminal.print('\nIt has no options.');
    return;
  }
  terminal.print('');
  printTable(
    terminal,
    [
      { title: 'option', style: () => 'cyan' },
      { title: 'value', narrowsTo: 24 },
      { title: 'default', narrowsTo: 12 },
    ],
    options.map(({ name, value, default: byDefault }) => [name, value, byDefault ?? '']),
  );
  const [first] = options;
  terminal.print(`\nIn a policy:  mask: { technique: ${technique.id}, ${first.name}: … }`);
}

function describe(technique: Technique): object {
  const { id, summary, properties, sql = {} } = technique;
  return { id, summary, properties, sql: Object.keys(sql), options: schemaOf(technique) };
}

interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly anyOf?: readonly OptionSchema[];
  readonly items?: OptionSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
}

function schemaOf({ options }: Technique): OptionSchema {
  return z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as OptionSchema;
}

function optionsOf(technique: Technique): { name: string; value: string; default?: string }[] {
  return Object.entries(schemaOf(technique).properties ?? {}).map(([name, schema]) => ({
    name,
    value: valueOf(schema),
    ...(schema.default === undefined ? {} : { default: JSON.stringify(schema.default) }),
  }));
}

/** What may be written for an option, in a phrase. */
function valueOf(schema: OptionSchema): string {
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.anyOf) return schema.anyOf.map(valueOf).join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? valueOf(schema.items) : 'anything'}`;
  if (schema.properties) return `{ ${Object.keys(schema.properties).join(', ')} }`;
  const { type = 'any', minimum, maximum } = schema;
  const bounds = [bound('≥', minimum), bound('≤', maximum)].filter((text) => text !== '').join(' and ');
  return bounds === '' ? type : `${type} ${bounds}`;
}

function bound(sign: string, limit: number | undefined): string {
  return limit === undefined || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? '' : `${sign} ${limit}`;
}
