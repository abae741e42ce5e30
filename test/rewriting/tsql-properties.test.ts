import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMaskingSet } from '../../bench/masking/masking-set.js';
import { catalogOfFixture } from '../../bench/masking/tsql-catalog.js';
import { parseTechniqueOptions } from '../../src/domain/masking/technique-registry.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import type { Protection } from '../../src/domain/rewriting/rewrite-context.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import { loadTsqlParser, parseTsql, secondOpinion } from '../../src/domain/rewriting/tsql/parser.js';
import { TsqlText } from '../../src/domain/rewriting/tsql/tsql-text.js';
import { packageRoot } from '../../src/package-root.js';
import { GeneratedTsql } from './generated-tsql.js';

const folder = join(packageRoot, 'bench/masking/set');
const QUERIES = 200;

const numbers = fc.array(fc.nat(59), { minLength: 40, maxLength: 60 });

describe('any query of T-SQL that is rewritten', () => {
  let protection: Protection;
  /** With masks that both parsers can read. */
  let plain: Protection;
  let masked: ReadonlySet<string>;

  beforeAll(async () => {
    await loadTsqlParser();
    const catalog = catalogOfFixture(readFileSync(join(folder, 'fixture.tsql.sql'), 'utf8'));
    const masks = loadMaskingSet(folder).masks.tsql;
    const nothing = { technique: 'null', options: parseTechniqueOptions('null', {}) } as const;
    const nulls = new Map(Array.from(masks, ([name, mask]) => [name, { ...mask, ...nothing }]));
    protection = protect(catalog, { role: 'analyst', access: 'masked', masks });
    plain = protect(catalog, { role: 'analyst', access: 'masked', masks: nulls });
    masked = new Set([...masks.keys()].map((name) => name.toLowerCase()).concat('dbo.customers.emaillower'));
  });

  const ask = (sql: string, by = protection) =>
    rewrite(sql, { protection: by, names: { searchPath: ['dbo'], temporary: [] } });

  it('parses again, and reads no masked column but inside its mask', () => {
    const seen = { refused: 0, masked: 0, bareBefore: 0 };
    const hidden = (sql: string) =>
      bareColumns(parseTsql(new TsqlText(sql))).filter((column) => masked.has(column));
    fc.assert(
      fc.property(numbers, numbers, (choices, spelling) => {
        const sql = new GeneratedTsql(choices, spelling).query();
        const answer = ask(sql);
        if (answer.outcome === 'refused') {
          seen.refused++;
          return;
        }
        if (answer.masked) seen.masked++;
        if (hidden(sql).length > 0) seen.bareBefore++;
        expect(hidden(answer.sql)).toEqual([]);
      }),
      { numRuns: QUERIES },
    );
    // Otherwise the queries would prove little.
    expect(seen.masked).toBeGreaterThan(QUERIES / 2);
    expect(seen.bareBefore).toBeGreaterThan(QUERIES / 3);
    expect(seen.refused).toBeLessThan(QUERIES / 20);
  });

  it('is seen by a second parser to read the same tables', () => {
    let seen = 0;
    fc.assert(
      fc.property(numbers, numbers, (choices, spelling) => {
        const sql = new GeneratedTsql(choices, spelling).query();
        const answer = ask(sql, plain);
        const before = secondOpinion(sql);
        if (answer.outcome === 'refused' || before === undefined) return;
        const after = secondOpinion(answer.sql);
        expect(after).toEqual(before);
        if (answer.masked) seen++;
      }),
      { numRuns: QUERIES },
    );
    expect(seen).toBeGreaterThan(QUERIES / 4);
  });

  it('is masked alike however its names are written', () => {
    fc.assert(
      fc.property(numbers, numbers, (choices, spelling) => {
        const one = ask(new GeneratedTsql(choices, [0]).query());
        const other = ask(new GeneratedTsql(choices, spelling).query());
        const told = [one, other].map((answer) =>
          answer.outcome === 'refused'
            ? answer.code
            : [...(answer.statements[0]?.maskedColumns ?? [])].sort(),
        );
        expect(told[1]).toEqual(told[0]);
      }),
      { numRuns: QUERIES },
    );
  });
});

/** Columns that a tree names of a table that stands there bare, not in its mask: `dbo.customers.email`. */
function bareColumns(tree: unknown): readonly string[] {
  const found: string[] = [];
  eachNode(tree, (node) => {
    const { Select: select } = node as { Select?: SelectNode };
    if (select) found.push(...bareIn(select));
    return true;
  });
  return found;
}

interface SelectNode {
  readonly projection: readonly unknown[];
  readonly from: readonly unknown[];
}

interface Name {
  readonly value: string;
}

/**
 * Of one SELECT, not of those inside it. A column without a table before it counts where one bare table stands
 * alone, and only where it is handed on as it is: masks read their columns inside expressions.
 */
function bareIn(select: SelectNode): readonly string[] {
  const { projection, from, ...others } = select;
  const bare = new Map<string, string>();
  let hasDerived = false;
  eachNode(from, (node) => {
    const { Table: table } = node as { Table?: { name: { Identifier: Name }[]; alias?: { name: Name } } };
    if ('Derived' in node) hasDerived = true;
    if (table) {
      const name = table.name.at(-1)!.Identifier.value.toLowerCase();
      bare.set(table.alias?.name.value.toLowerCase() ?? name, name);
    }
    return !('Derived' in node);
  });
  const alone = bare.size === 1 && !hasDerived ? [...bare.values()][0] : undefined;
  const columns: string[] = [];
  for (const item of projection) {
    const { UnnamedExpr: unnamed, ExprWithAlias: named } = item as {
      UnnamedExpr?: { Identifier?: Name };
      ExprWithAlias?: { expr: { Identifier?: Name } };
    };
    const name = (unnamed ?? named?.expr)?.Identifier;
    if (name && alone !== undefined) columns.push(`dbo.${alone}.${name.value.toLowerCase()}`);
  }
  eachNode([projection, from, others], (node) => {
    const { CompoundIdentifier: names } = node as { CompoundIdentifier?: Name[] };
    const table = names && bare.get(names.at(-2)!.value.toLowerCase());
    if (table !== undefined) columns.push(`dbo.${table}.${names!.at(-1)!.value.toLowerCase()}`);
    return !('Derived' in node || 'Select' in node);
  });
  return columns;
}

/** Visits the objects of a tree; `visit` says whether to go on into one. */
function eachNode(tree: unknown, visit: (node: object) => boolean): void {
  if (typeof tree !== 'object' || tree === null) return;
  if (!Array.isArray(tree) && !visit(tree)) return;
  for (const part of Object.values(tree)) eachNode(part, visit);
}
