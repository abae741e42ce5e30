import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Subset, subsetSchema, type SubsetStart } from '../../domain/scrub/subset/subset.js';
import { parseYamlFile } from '../../domain/yaml-file.js';
import { UsageError } from '../errors.js';
import { listParser, positiveInteger, share } from '../shared-options.js';
import { readTextFile } from '../text-files.js';

/** Which rows are copied; all when nothing is said. */
export interface SubsetChoice {
  readonly subset?: string;
  readonly startWith: readonly SubsetStart[];
  readonly startWhere: readonly { readonly table: string; readonly where: string }[];
  readonly childrenDepth?: number;
  readonly childrenPerRow?: number;
  readonly wholeTables: readonly string[];
}

export function addSubsetOptions(command: Command): Command {
  return command
    .option('--subset <file>', 'copy some of the rows only, as a YAML file says')
    .addOption(
      new Option('--start-with <table=amount>', 'begin a subset with rows of a table: 500, or 5%; repeatable')
        .default([], 'none')
        .argParser((text: string, before: readonly SubsetStart[]) => [...before, startFrom(text)]),
    )
    .addOption(
      new Option(
        '--start-where <table=condition>',
        'of these only rows for which SQL of the source holds; repeatable',
      )
        .default([], 'none')
        .argParser((text: string, before: SubsetChoice['startWhere']) => [...before, conditionFrom(text)]),
    )
    .addOption(
      new Option(
        '--children-depth <generations>',
        'how far rows that refer to chosen ones come along',
      ).argParser(wholeNumber),
    )
    .addOption(
      new Option(
        '--children-per-row <rows>',
        'at most so many of one kind for each row that they refer to',
      ).argParser(positiveInteger),
    )
    .addOption(
      new Option('--whole-tables <tables>', 'tables that a subset has whole; with commas')
        .default([], 'none')
        .argParser(listParser),
    );
}

/**
 * The subset that the options and the file ask for together; undefined for the whole database.
 * @throws FileAccessError, FileFormatError, UsageError
 */
export async function readSubset(choice: SubsetChoice): Promise<Subset | undefined> {
  const { subset: file, startWith, startWhere, childrenDepth, childrenPerRow, wholeTables } = choice;
  const begun = new Map<string, SubsetStart>(startWith.map((start) => [start.table, start]));
  for (const { table, where } of startWhere) begun.set(table, { ...(begun.get(table) ?? { table }), where });
  const fromFile =
    file === undefined ? undefined : parseYamlFile(await readTextFile(file), file, subsetSchema).value;
  const limits = childrenDepth !== undefined || childrenPerRow !== undefined || wholeTables.length > 0;
  if (!fromFile && begun.size === 0) {
    if (limits) throw new UsageError('a subset begins with rows of a table', 'add --start-with TABLE=5%');
    return undefined;
  }
  return {
    start: [...(fromFile?.start ?? []), ...begun.values()],
    children: {
      skip: [],
      ...fromFile?.children,
      ...(childrenDepth === undefined ? {} : { depth: childrenDepth }),
      ...(childrenPerRow === undefined ? {} : { perRow: childrenPerRow }),
    },
    whole: [...(fromFile?.whole ?? []), ...wholeTables],
  };
}

function startFrom(text: string): SubsetStart {
  const [table, amount] = halves(text);
  if (amount.endsWith('%')) return { table, share: share(amount) };
  return { table, rows: positiveInteger(amount) };
}

function conditionFrom(text: string): { table: string; where: string } {
  const [table, where] = halves(text);
  return { table, where };
}

function halves(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('write schema.table, an equals sign, and what is asked of it.');
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function wholeNumber(text: string): number {
  return text === '0' ? 0 : positiveInteger(text);
}
