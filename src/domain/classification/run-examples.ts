import { parseNameParts, type Catalog, type Table } from '../catalog/catalog.js';
import type { TypeFamily } from '../catalog/column-type.js';
import { classifyTable } from './classify-catalog.js';
import type { Classifier } from './classifier.js';
import { readLanguages } from './gather-evidence.js';
import type { InformationTypeRegistry } from './information-type-registry.js';
import type { InformationType } from './information-type.js';
import type { LanguageShares } from './names/read-name.js';

/** How one example of a rule file came out. Examples are invented, so they may be shown. */
export interface ExampleResult {
  readonly list: 'match' | 'reject' | 'names' | 'notNames';
  readonly example: string;
  readonly passed: boolean;
  /** What was seen, in a phrase: `is proposed as given-name`. */
  readonly says: string;
}

/**
 * Runs the examples of a type as its file gives them. Values are put to the rule's pattern, validator and
 * word list; names are classified by metadata alone, each as the only column of a table of people: a type
 * of the same line is right for `names` (`nss` may be one of several national numbers until its values are
 * seen), the type itself is wrong for `notNames`.
 * @param classifier compiled with the type among its rules
 */
export function runExamples(
  type: InformationType,
  classifier: Classifier,
  types: InformationTypeRegistry,
): readonly ExampleResult[] {
  const { match = [], reject = [], names = [], notNames = [] } = type.examples ?? {};
  const languages = languagesOf(names, classifier);
  const proposed = (name: string) => proposalFor(name, type, languages, classifier);
  return [
    ...match.map((example) => tryValue(example, 'match', type, classifier)),
    ...reject.map((example) => tryValue(example, 'reject', type, classifier)),
    ...names.map((example): ExampleResult => {
      const found = proposed(example);
      const passed = found !== null && areKin(found, type.id, types);
      return { list: 'names', example, passed, says: sayProposal(found) };
    }),
    ...notNames.map((example): ExampleResult => {
      const found = proposed(example);
      return { list: 'notNames', example, passed: found !== type.id, says: sayProposal(found) };
    }),
  ];
}

/** True for types that have a coarsest type in common. */
function areKin(a: string, b: string, types: InformationTypeRegistry): boolean {
  return (types.ancestors(a).at(-1) ?? a) === (types.ancestors(b).at(-1) ?? b);
}

function tryValue(
  example: string,
  list: 'match' | 'reject',
  { id }: InformationType,
  { valueRules }: Classifier,
): ExampleResult {
  const rule = valueRules.find((candidate) => candidate.type === id);
  if (!rule) {
    const says = 'cannot be tried: the type has neither pattern, validator nor word list';
    return { list, example, passed: false, says };
  }
  const value = example.trim();
  const matches = value.length >= rule.shortest && value.length <= rule.longest && rule.test(value);
  return {
    list,
    example,
    passed: matches === (list === 'match'),
    says: matches ? 'matches' : 'does not match',
  };
}

function sayProposal(type: string | null): string {
  return type === null ? 'is proposed as nothing sensitive' : `is proposed as ${type}`;
}

/**
 * What a column is taken for that is named so, in a table of people: `column`, or `table.column` where the
 * table matters.
 */
function proposalFor(
  name: string,
  { lives }: InformationType,
  languages: LanguageShares | undefined,
  classifier: Classifier,
): string | null {
  const { table, column } = readExampleName(name);
  const family = lives === undefined || lives.includes('text') ? 'text' : lives[0];
  // No sample is given, so that the year decides nothing.
  const [proposal] = classifyTable(tableOf(table, [column], family), undefined, languages, classifier, {
    year: 2000,
  });
  return proposal.informationType;
}

/** The languages of the names that a file gives, as a schema that is named so would show them. */
function languagesOf(names: readonly string[], classifier: Classifier): LanguageShares | undefined {
  const table = tableOf(
    'persons',
    names.map((name) => readExampleName(name).column),
    'text',
  );
  const catalog: Catalog = { engine: '', serverVersion: '', database: '', tables: [table], views: [] };
  return readLanguages(catalog, classifier).get(table.schema);
}

function readExampleName(name: string): { readonly table: string; readonly column: string } {
  const parts = parseNameParts(name) ?? [name];
  return { table: parts.at(-2) ?? 'persons', column: parts.at(-1)! };
}

function tableOf(name: string, columns: readonly string[], family: TypeFamily): Table {
  return {
    schema: 'examples',
    name,
    kind: 'table',
    columns: columns.map((column, index) => ({
      name: column,
      ordinal: index + 1,
      type: { name: family, family },
      nullable: true,
    })),
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    exclusions: [],
    parents: [],
    partitionKey: [],
  };
}
