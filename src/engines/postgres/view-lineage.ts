import type { ColumnName, RelationName } from '../../domain/catalog/catalog.js';
import { parseStatements, type TreeNode } from '../../domain/rewriting/postgres/parser.js';
import { namesIn, nodesOf, unwrap, type Visited } from '../../domain/rewriting/postgres/tree/walk.js';

/** A relation that a view reads, with the names of its columns in order. */
export interface ReadRelation extends RelationName {
  readonly columns: readonly string[];
}

/**
 * The columns whose values each column of a view shows, in the order of the view's columns: as they are, put
 * together or cut (`upper(email)`, `first || ' ' || last`). Counts, comparisons and digests show no value.
 * @param definition as `pg_get_viewdef` prints it; the parser must be loaded
 * @returns undefined for a definition that is no SELECT, or that cannot be parsed
 */
export function viewLineage(
  definition: string,
  readsFrom: readonly ReadRelation[],
): readonly (readonly ColumnName[])[] | undefined {
  const statements = parseStatements(definition);
  if ('outcome' in statements || statements.length !== 1) return undefined;
  const select = statements[0].stmt?.SelectStmt as TreeNode | undefined;
  if (!select) return undefined;
  return new Lineage(readsFrom).outputs(select, noScope).map(({ shows }) => shows);
}

interface Output {
  readonly name: string;
  readonly shows: readonly ColumnName[];
}

/** What a FROM item can be asked for, by the name that columns are qualified with. */
interface Source {
  readonly refname: string;
  readonly outputs: readonly Output[];
}

interface Scope {
  readonly sources: readonly Source[];
  readonly ctes: ReadonlyMap<string, readonly Output[]>;
  readonly outer?: Scope;
}

const noScope: Scope = { sources: [], ctes: new Map() };

/** Functions whose result holds what they were given, or a readable part of it. */
const carrying = new Set(
  `lower upper initcap btrim ltrim rtrim concat concat_ws format left right substr substring split_part replace
  regexp_replace translate reverse lpad rpad unaccent normalize to_char text host unnest string_to_array
  array_to_string array_append array_cat array_remove min max any_value first_value last_value nth_value lag lead
  array_agg string_agg json_agg jsonb_agg json_build_object jsonb_build_object json_build_array jsonb_build_array
  json_object_agg jsonb_object_agg json_extract_path json_extract_path_text jsonb_extract_path
  jsonb_extract_path_text to_json to_jsonb row_to_json array_to_json jsonb_set jsonb_strip_nulls`.split(
    /\s+/,
  ),
);
const carryingOperators = new Set(['||', '->', '->>', '#>', '#>>']);
/** Fields that hold the values of an expression; conditions stand in others. */
const carryingFields: Readonly<Record<string, readonly string[]>> = {
  TypeCast: ['arg'],
  CollateClause: ['arg'],
  NamedArgExpr: ['arg'],
  A_Indirection: ['arg'],
  CoalesceExpr: ['args'],
  MinMaxExpr: ['args'],
  CaseExpr: ['args', 'defresult'],
  CaseWhen: ['result'],
  RowExpr: ['args'],
  A_ArrayExpr: ['elements'],
};

class Lineage {
  readonly #relations: readonly ReadRelation[];

  constructor(relations: readonly ReadRelation[]) {
    this.#relations = relations;
  }

  outputs(select: TreeNode, outer: Scope): readonly Output[] {
    const ctes = this.#withCtes(select, outer);
    const scope: Scope = { sources: [], ctes, outer };
    if (select.op !== 'SETOP_NONE' && select.larg) {
      const left = this.outputs(select.larg as TreeNode, scope);
      const right = this.outputs(select.rarg as TreeNode, scope);
      return left.map(({ name, shows }, at) => ({
        name,
        shows: distinct([...shows, ...(right[at]?.shows ?? [])]),
      }));
    }
    const sources = nodesOf(select, 'fromClause').flatMap((item) => this.#sources(item, scope));
    return nodesOf(select, 'targetList').flatMap(({ node }) => this.#target(node, { ...scope, sources }));
  }

  #withCtes(select: TreeNode, outer: Scope): Scope['ctes'] {
    const ctes = new Map(outer.ctes);
    for (const { node } of nodesOf(select.withClause as TreeNode | undefined, 'ctes')) {
      const query = subquery(node, 'ctequery');
      const outputs = query ? this.outputs(query, { sources: [], ctes, outer }) : [];
      ctes.set(node.ctename as string, renamed(outputs, namesIn(node, 'aliascolnames')));
    }
    return ctes;
  }

  #sources({ kind, node }: Visited, scope: Scope): readonly Source[] {
    if (kind === 'JoinExpr')
      return ['larg', 'rarg']
        .flatMap((side) => nodesOf(node, side))
        .flatMap((item) => this.#sources(item, scope));
    if (kind === 'RangeTableSample')
      return nodesOf(node, 'relation').flatMap((item) => this.#sources(item, scope));
    const alias = node.alias as TreeNode | undefined;
    const columnAliases = namesIn(alias, 'colnames');
    if (kind === 'RangeSubselect') {
      const query = subquery(node, 'subquery');
      const outputs = query ? this.outputs(query, scope) : [];
      return [
        { refname: (alias?.aliasname as string | undefined) ?? '', outputs: renamed(outputs, columnAliases) },
      ];
    }
    if (kind !== 'RangeVar') return [];
    const { relname, schemaname } = node as { relname: string; schemaname?: string };
    const cte = schemaname === undefined ? scope.ctes.get(relname) : undefined;
    const outputs = cte ?? this.#columns(relname, schemaname);
    return [
      {
        refname: (alias?.aliasname as string | undefined) ?? relname,
        outputs: renamed(outputs, columnAliases),
      },
    ];
  }

  #columns(relname: string, schemaname: string | undefined): readonly Output[] {
    const relation = this.#relations.find(
      ({ schema, name }) => name === relname && (schemaname ?? schema) === schema,
    );
    if (!relation) return [];
    const { schema, name: table, columns } = relation;
    return columns.map((column) => ({ name: column, shows: [{ schema, table, column }] }));
  }

  #target(node: TreeNode, scope: Scope): readonly Output[] {
    const [value] = nodesOf(node, 'val');
    const names = namesIn(value.node, 'fields');
    if (value.kind === 'ColumnRef' && nodesOf(value.node, 'fields').at(-1)?.kind === 'A_Star') {
      const [qualifier] = names.slice(-1);
      return scope.sources
        .filter(({ refname }) => qualifier === undefined || qualifier === refname)
        .flatMap(({ outputs }) => outputs);
    }
    const name = (node.name as string | undefined) ?? names.at(-1) ?? '';
    return [{ name, shows: distinct([...this.#shown(value, scope)]) }];
  }

  /** The columns whose values an expression lets through. */
  *#shown({ kind, node }: Visited, scope: Scope): Generator<ColumnName> {
    if (kind === 'ColumnRef') yield* resolve(namesIn(node, 'fields'), scope);
    else if (kind === 'SubLink') {
      const query = subquery(node, 'subselect');
      const isValue = node.subLinkType === 'EXPR_SUBLINK' || node.subLinkType === 'ARRAY_SUBLINK';
      if (query && isValue) for (const { shows } of this.outputs(query, scope)) yield* shows;
    } else if (kind === 'FuncCall') {
      if (carrying.has(namesIn(node, 'funcname').at(-1) ?? '')) yield* this.#shownIn(node, 'args', scope);
    } else if (kind === 'A_Expr') {
      if (node.kind === 'AEXPR_NULLIF') yield* this.#shownIn(node, 'lexpr', scope);
      else if (carryingOperators.has(namesIn(node, 'name').at(-1) ?? ''))
        for (const side of ['lexpr', 'rexpr']) yield* this.#shownIn(node, side, scope);
    } else for (const field of carryingFields[kind] ?? []) yield* this.#shownIn(node, field, scope);
  }

  *#shownIn(node: TreeNode, field: string, scope: Scope): Generator<ColumnName> {
    for (const inner of nodesOf(node, field)) yield* this.#shown(inner, scope);
  }
}

/** The columns behind a name: of the query's own FROM, else of one around it. */
function resolve(names: readonly string[], scope: Scope): readonly ColumnName[] {
  const [column, qualifier] = [names.at(-1), names.at(-2)];
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    for (const { refname, outputs } of at.sources) {
      if (qualifier !== undefined && qualifier !== refname) continue;
      const found = outputs.find(({ name }) => name === column);
      if (found) return found.shows;
      // A whole row: `row_to_json(customers)`.
      if (qualifier === undefined && refname === column) return outputs.flatMap(({ shows }) => shows);
    }
  }
  return [];
}

function subquery(node: TreeNode, field: string): TreeNode | undefined {
  const wrapped = node[field] as TreeNode | undefined;
  const { kind, node: inner } = wrapped ? unwrap(wrapped) : { kind: '', node: undefined };
  return kind === 'SelectStmt' ? inner : undefined;
}

function renamed(outputs: readonly Output[], names: readonly string[]): readonly Output[] {
  return names.length
    ? outputs.map((output, at) => ({ ...output, name: names[at] ?? output.name }))
    : outputs;
}

function distinct(columns: readonly ColumnName[]): readonly ColumnName[] {
  const seen = new Map(columns.map((one) => [JSON.stringify([one.schema, one.table, one.column]), one]));
  return [...seen.values()];
}
