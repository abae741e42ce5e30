import { join } from 'node:path';
import { Command } from 'commander';
import {
  informationTypeSkeleton,
  parseInformationType,
} from '../../domain/classification/information-type-file.js';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import type { InformationType } from '../../domain/classification/information-type.js';
import { validators } from '../../domain/classification/validators/registry.js';
import { FileFormatError } from '../../domain/errors.js';
import { readRules } from '../../rules/read-rules.js';
import { testInformationTypeFile } from '../../rules/test-information-type-file.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { printTable } from '../print-table.js';
import { rulesOption, type RulesChoice } from '../shared-options.js';
import { styleOfSensitivity } from '../sensitivity-style.js';
import type { Terminal } from '../terminal.js';
import { readTextFile, writeNewFile } from '../text-files.js';

type ListOptions = RulesChoice & { readonly json?: boolean; readonly family?: string };

/** `scrubjay types …`: the information types that columns are labelled with, and rule files of one's own. */
export function typesCommand(terminal: Terminal): Command {
  const types = new Command('types').description(
    'list information types, show one, test and write rule files',
  );
  types.addCommand(
    new Command('list')
      .description('list every information type; with an id, show that one')
      .argument('[id]')
      .option('--family <family>', 'only those of a family, such as government or health')
      .addOption(rulesOption())
      .option('--json', 'print JSON')
      .action((id: string | undefined, options: ListOptions) =>
        id === undefined ? listTypes(terminal, options) : showType(terminal, id, options),
      ),
    { isDefault: true },
  );
  types.addCommand(
    new Command('show')
      .description('show one information type: names, values, examples, sources')
      .argument('<id>')
      .addOption(rulesOption())
      .option('--json', 'print JSON')
      .action((id: string, options: ListOptions) => showType(terminal, id, options)),
  );
  types.addCommand(
    new Command('test')
      .description("run a rule file's examples; exit code 1 when one fails")
      .argument('<file>', 'the rule file')
      .addOption(rulesOption())
      .option('--json', 'print JSON')
      .action((file: string, options: ListOptions) => testFile(terminal, file, options)),
  );
  types.addCommand(
    new Command('new')
      .description('write a rule file to begin with')
      .argument('<id>', 'lower-case words joined by hyphens, such as parking-permit')
      .option('--into <folder>', 'folder to write it to', '.')
      .action((id: string, { into }: { into: string }) => writeSkeleton(terminal, id, into)),
  );
  types.addCommand(
    new Command('validators')
      .description('list validators that rule files may name')
      .option('--json', 'print JSON')
      .action(({ json = false }: { json?: boolean }) => listValidators(terminal, json)),
  );
  return types;
}

async function listTypes(terminal: Terminal, { json, family, rules }: ListOptions): Promise<void> {
  const { informationTypes } = await readRules({ extraFolders: rules });
  const all = informationTypes.all();
  const chosen =
    family === undefined
      ? all
      : all.filter((type) => type.family.split('/')[0] === family || type.family === family);
  if (chosen.length === 0) {
    const families = [...new Set(all.map((type) => type.family.split('/')[0]))].sort();
    throw new UsageError(`there is no family "${family}"`, `use one of: ${families.join(', ')}`);
  }
  if (json) {
    terminal.printJson(chosen.map((type) => describe(type, informationTypes)));
    return;
  }
  printTable(
    terminal,
    [
      { title: 'type', style: () => 'cyan' },
      { title: 'family' },
      { title: 'sensitivity', style: styleOfSensitivity },
      { title: 'title', narrowsTo: 20 },
      { title: 'masked by', narrowsTo: 12 },
    ],
    [...chosen]
      .sort((a, b) => compare(a.family, b.family) || compare(a.id, b.id))
      .map((type) => [
        type.id,
        type.family,
        type.sensitivity,
        type.title,
        techniqueOf(type, informationTypes),
      ]),
  );
  terminal.print(`\n${chosen.length} information types; 'scrubjay types show ID' shows one in full.`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function techniqueOf({ id }: InformationType, types: InformationTypeRegistry): string {
  const masks = [id, ...types.ancestors(id)].map((known) => types.get(known).mask);
  return masks.find((mask) => mask !== undefined)?.technique ?? 'redact';
}

async function showType(terminal: Terminal, id: string, { json, rules }: ListOptions): Promise<void> {
  const { informationTypes } = await readRules({ extraFolders: rules });
  const type = informationTypes.get(id);
  if (json) {
    terminal.printJson(describe(type, informationTypes));
    return;
  }
  const { names = {}, values, lives, sources } = type;
  const line = (title: string, text: string | undefined) => {
    if (text) terminal.print(`  ${terminal.style('bold', `${title}:`)} ${text}`);
  };
  terminal.print(`${terminal.style('bold', type.id)}: ${type.title}`);
  terminal.print(`  ${type.definition}`);
  line('sensitivity', type.sensitivity);
  line('a kind of', informationTypes.ancestors(id).join(' < '));
  line('kinds', informationTypes.kindsOf(id).join(', '));
  for (const [language, words] of Object.entries(names)) {
    line(language === 'against' ? 'not named' : `named (${language})`, words?.join(', '));
  }
  line('pattern', values?.pattern);
  line('validator', values?.validator);
  line('word list', values?.words);
  line('content', values?.content);
  line('lives in', lives?.join(', '));
  line('masked by', techniqueOf(type, informationTypes));
  line('sources', sources.join('; '));
  line('file', informationTypes.fileOf(id));
}

function describe(type: InformationType, types: InformationTypeRegistry): object {
  return { ...type, technique: techniqueOf(type, types), file: types.fileOf(type.id) };
}

async function testFile(terminal: Terminal, file: string, { json, rules }: ListOptions): Promise<void> {
  const text = await readTextFile(file);
  const results = await testInformationTypeFile(text, file, await readRules({ extraFolders: rules }));
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length > 0 || results.length === 0) process.exitCode = exitCodes.findings;
  if (json) {
    terminal.printJson({
      file,
      passed: results.length - failed.length,
      failed: failed.length,
      examples: results,
    });
    return;
  }
  if (results.length === 0) {
    terminal.print(`${file} has no examples: write some under 'examples:', they are the tests of the file`);
    return;
  }
  for (const { list, example, says } of failed) {
    terminal.print(`${terminal.style('red', 'failed')}  ${list}: '${example}' ${says}`);
  }
  const verdict = failed.length === 0 ? terminal.style('green', 'all passed') : `${failed.length} failed`;
  terminal.print(`${file}: ${results.length} examples, ${verdict}`);
}

async function writeSkeleton(terminal: Terminal, id: string, folder: string): Promise<void> {
  const file = join(folder, `${id}.yaml`);
  const text = informationTypeSkeleton(id);
  checkId(id, file, text);
  await writeNewFile(file, text);
  terminal.print(`wrote ${file}`);
  terminal.say(
    `  next: describe the type there, then 'scrubjay types test ${file}' and 'scrubjay classify --rules ${folder} …'`,
  );
}

function checkId(id: string, file: string, text: string): void {
  try {
    parseInformationType(text, file);
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error;
    throw new UsageError(
      `"${id}" cannot be the id of a type`,
      'use lower-case words joined by hyphens, such as parking-permit',
    );
  }
}

function listValidators(terminal: Terminal, json: boolean): void {
  const all = [...validators.values()].sort((a, b) => compare(a.id, b.id));
  if (json) {
    terminal.printJson(all.map(({ id, summary, source }) => ({ id, summary, source })));
    return;
  }
  printTable(
    terminal,
    [
      { title: 'validator', style: () => 'cyan' },
      { title: 'accepts', narrowsTo: 24 },
    ],
    all.map(({ id, summary }) => [id, summary]),
  );
}
