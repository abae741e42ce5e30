import type { Column, Table, View } from '../../src/domain/catalog/catalog.js';
import type { TypeFamily } from '../../src/domain/catalog/column-type.js';
import type { GeneratedColumn, QueryCatalog } from '../../src/domain/rewriting/query-catalog.js';
import { nameOf, TsqlText, type TsqlToken } from '../../src/domain/rewriting/tsql/tsql-text.js';

/**
 * The catalog that the T-SQL fixture would make, read from its text: no SQL Server runs where the bench
 * does. Understands CREATE TABLE, CREATE VIEW and CREATE SYNONYM as the fixture writes them.
 */
export function catalogOfFixture(fixture: string): QueryCatalog {
  const statements = fixture
    .split(/^GO$|(?=^CREATE TABLE)/m)
    .map((text) => text.replace(/^--.*$/gm, '').trim());
  const tables: Table[] = [];
  const generated: GeneratedColumn[] = [];
  for (const statement of statements.filter((text) => /^CREATE TABLE/i.test(text))) {
    const read = readTable(new TsqlText(statement));
    tables.push(read.table);
    generated.push(...read.generated);
  }
  const views = statements.filter((text) => /^CREATE VIEW/i.test(text)).map(readView);
  return {
    catalog: { engine: 'sqlserver', serverVersion: '16', database: 'shop', tables, views },
    synonyms: [...fixture.matchAll(/^CREATE SYNONYM (\w+)\.(\w+) FOR (\S+);/gim)].map(
      ([, schema, name, standsFor]) => ({ schema, name, standsFor }),
    ),
    schemas: ['dbo'],
    systemRelations: [],
    routines: [],
    operators: [],
    types: [],
    triggers: [],
    generated,
    securityBarriers: [],
    rules: [],
  };
}

const families: Readonly<Record<string, TypeFamily>> = {
  int: 'integer',
  decimal: 'decimal',
  date: 'date',
  char: 'text',
  varchar: 'text',
  nvarchar: 'text',
};

function readTable({ tokens, sql }: TsqlText): { table: Table; generated: readonly GeneratedColumn[] } {
  const [schema, name] = [nameOf(tokens[2]), nameOf(tokens[4])];
  const columns: Column[] = [];
  const generated: GeneratedColumn[] = [];
  const uniqueKeys: Table['uniqueKeys'][number][] = [];
  for (const [i, part] of columnParts(tokens).entries()) {
    const column = nameOf(part[0]);
    const words = part.map(({ text }) => text.toLowerCase());
    if (words[1] === 'as') {
      generated.push({
        column: { schema, table: name, column },
        expression: sql.slice(part[2].start, part.at(-1)!.end),
      });
      columns.push({
        name: column,
        ordinal: i + 1,
        nullable: true,
        generated: 'virtual',
        type: { name: 'nvarchar(max)', family: 'text' },
      });
      continue;
    }
    const type = words[2] === '(' ? sql.slice(part[1].start, part[words.indexOf(')')].end) : words[1];
    columns.push({
      name: column,
      ordinal: i + 1,
      nullable: true,
      type: { name: type, family: families[words[1]] ?? 'other' },
    });
    if (words.includes('unique') || words.includes('primary'))
      uniqueKeys.push({ name: `key of ${column}`, columns: [column], primary: words.includes('primary') });
  }
  const table: Table = {
    ...{ schema, name, kind: 'table', columns, uniqueKeys },
    ...{ foreignKeys: [], checks: [], exclusions: [], parents: [], partitionKey: [] },
  };
  return { table, generated };
}

/** The tokens of each column, between commas of the outer parentheses. */
function columnParts(tokens: readonly TsqlToken[]): readonly (readonly TsqlToken[])[] {
  const parts: TsqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(5)) {
    if (token.text === ')') depth--;
    if (depth === 0 && token.text === ')') break;
    if (depth === 1 && token.text === ',') parts.push([]);
    else if (depth > 0) parts.at(-1)!.push(token);
    if (token.text === '(') depth++;
  }
  return parts.filter((part) => part.length > 1);
}

/** Columns by their names in the select list, the last word of each. */
function readView(definition: string): View {
  const { tokens } = new TsqlText(definition);
  const select = tokens.findIndex(({ text }) => text.toLowerCase() === 'select');
  const from = tokens.findIndex(({ text }, i) => i > select && text.toLowerCase() === 'from');
  const columns: Column[] = [];
  tokens.slice(select + 1, from).forEach((token, i, list) => {
    if (list[i + 1] === undefined || list[i + 1].text === ',')
      columns.push({
        name: nameOf(token),
        ordinal: columns.length + 1,
        nullable: true,
        type: { name: 'nvarchar(max)', family: 'text' },
      });
  });
  return {
    schema: nameOf(tokens[2]),
    name: nameOf(tokens[4]),
    kind: 'view',
    columns,
    definition,
    readsFrom: [],
  };
}
