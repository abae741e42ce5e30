import { Refusal } from '../refusal.js';
import type { SessionNames } from '../rewrite-context.js';
import { equivalentCatalogs } from './allowed/equivalents.js';
import { checkNode } from './checks/check-node.js';
import type { KnownRelation } from './known-relation.js';
import type { TreeNode } from './parser.js';
import type { PostgresProtection } from './postgres-protection.js';
import { resolveRelation } from './resolve-relation.js';
import { namesIn, nodesOf, walk, type Into, type Visited } from './tree/walk.js';

/** One place in a statement where a relation is named. */
export interface RelationUse {
  readonly relation: KnownRelation;
  readonly node: TreeNode;
  /** `target` is what a write changes; everything else is read. */
  readonly role: 'read' | 'target';
  /** The name that columns are qualified with. */
  readonly refname: string;
  /** The SELECT, or the write, in whose FROM it stands. */
  readonly query: TreeNode;
  /** The TABLESAMPLE clause around it. */
  readonly sample?: TreeNode;
}

/** One reference to a column, a whole row or all columns. */
export interface ColumnUse {
  /** The names as written, the star left out. */
  readonly names: readonly string[];
  readonly star: boolean;
  readonly query: TreeNode;
  readonly node: TreeNode;
}

/** What a statement names, gathered in one walk over allowed syntax. */
export interface Analysis {
  readonly relations: readonly RelationUse[];
  readonly columns: readonly ColumnUse[];
  /** Aliases of joins: `(a JOIN b USING (x)) AS j`, `JOIN … USING (x) AS j`. */
  readonly joinAliases: ReadonlySet<string>;
  /** Columns that joins are made on by name alone. */
  readonly usingColumns: ReadonlySet<string>;
  /** A natural join, or a join whose alias gives its columns other names. */
  readonly joinsByHiddenNames: boolean;
  /** Writes, also those inside common table expressions. */
  readonly writes: readonly Visited[];
  readonly callsSetConfig: boolean;
}

interface Scope {
  /** Names of common table expressions that are visible. */
  readonly ctes: ReadonlySet<string>;
  readonly query: TreeNode;
  readonly sample?: TreeNode;
}

/** What checks of single nodes may ask. */
export interface AnalysisContext {
  readonly protection: PostgresProtection;
  readonly names: SessionNames;
}

/**
 * Names what a statement reads and writes, with names resolved as the session would.
 * @throws Refusal for anything that is not on a list
 */
export function analyse(statement: TreeNode, context: AnalysisContext): Analysis {
  const analyser = new Analyser(context);
  walk<Scope>(statement, { ctes: new Set(), query: statement }, (visited, scope, into) =>
    analyser.visit(visited, scope, into),
  );
  return analyser;
}

const queries = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

class Analyser implements Analysis {
  readonly relations: RelationUse[] = [];
  readonly columns: ColumnUse[] = [];
  readonly joinAliases = new Set<string>();
  readonly usingColumns = new Set<string>();
  readonly writes: Visited[] = [];
  readonly #context: AnalysisContext;
  joinsByHiddenNames = false;
  callsSetConfig = false;

  constructor(context: AnalysisContext) {
    this.#context = context;
  }

  visit(visited: Visited, scope: Scope, into: Into<Scope>): void {
    const { kind, node } = visited;
    checkNode(visited, this.#context);
    if (queries.has(kind)) this.#visitQuery(visited, scope, into);
    else if (kind === 'RangeVar') this.#addRelation(node, scope, 'read');
    else if (kind === 'RangeTableSample') this.#visitSample(node, scope, into);
    else if (kind === 'JoinExpr') this.#visitJoin(node, scope, into);
    else if (kind === 'ColumnRef') this.#addColumn(node, scope);
    // What these name is made, or is an alias: nothing is read by it.
    else if (kind === 'IntoClause' || kind === 'LockingClause') return;
    else if (kind === 'CreateStmt') into.field('tableElts', scope);
    else if (kind === 'CopyStmt') this.#visitCopy(node, scope, into);
    else if (kind === 'IndexElem') this.#visitIndexElement(node, scope, into);
    else if (kind === 'A_Indirection') this.#visitIndirection(node, scope, into);
    else {
      if (kind === 'FuncCall' && namesIn(node, 'funcname').at(-1) === 'set_config')
        this.callsSetConfig = true;
      into(scope);
    }
  }

  #visitQuery({ kind, node }: Visited, outer: Scope, into: Into<Scope>): void {
    const query: Scope = { ctes: outer.ctes, query: node };
    const ctes = this.#visitWith(node, query);
    const scope: Scope = { ...query, ctes };
    if (kind !== 'SelectStmt') {
      this.writes.push({ kind, node });
      this.#addRelation(node.relation as TreeNode, scope, 'target');
    }
    for (const name of Object.keys(node)) {
      if (name === 'withClause' || (name === 'relation' && kind !== 'SelectStmt')) continue;
      into.field(name, scope);
    }
  }

  /** Visits the common table expressions of a query and answers the names that the query sees. */
  #visitWith(node: TreeNode, scope: Scope): ReadonlySet<string> {
    const clause = node.withClause as TreeNode | undefined;
    if (!clause) return scope.ctes;
    const ctes = nodesOf(clause, 'ctes').map(({ node: cte }) => cte);
    const visible = new Set(scope.ctes);
    if (clause.recursive === true) for (const cte of ctes) visible.add(cte.ctename as string);
    for (const cte of ctes) {
      // In a list that is not recursive an expression sees those before it, and a table of its own name.
      const before: Scope = { ...scope, ctes: new Set(visible) };
      walk<Scope>(cte.ctequery as TreeNode, before, (visited, inner, into) =>
        this.visit(visited, inner, into),
      );
      const cycle = cte.cycle_clause as TreeNode | undefined;
      for (const field of ['cycle_mark_value', 'cycle_mark_default']) {
        const value = cycle?.[field] as TreeNode | undefined;
        if (value) walk<Scope>(value, before, (visited, inner, into) => this.visit(visited, inner, into));
      }
      visible.add(cte.ctename as string);
    }
    return visible;
  }

  #addRelation(node: TreeNode, scope: Scope, role: RelationUse['role']): void {
    const { relname, alias } = node as { relname: string; alias?: TreeNode };
    const isCte = role === 'read' && node.schemaname === undefined && scope.ctes.has(relname);
    if (isCte) return;
    const relation = resolveRelation(node, this.#context);
    this.relations.push({
      relation,
      node,
      role,
      refname: (alias?.aliasname as string | undefined) ?? relname,
      query: scope.query,
      ...(scope.sample ? { sample: scope.sample } : {}),
    });
  }

  #visitSample(node: TreeNode, scope: Scope, into: Into<Scope>): void {
    into.field('relation', { ...scope, sample: node });
    into.field('args', scope);
    into.field('repeatable', scope);
  }

  /** `COPY customers (email) TO STDOUT` reads the table with no SELECT around it. */
  #visitCopy(node: TreeNode, outer: Scope, into: Into<Scope>): void {
    const scope: Scope = { ...outer, query: node };
    if (node.relation)
      this.#addRelation(node.relation as TreeNode, scope, node.is_from === true ? 'target' : 'read');
    const names = namesIn(node, 'attlist');
    for (const name of names) this.columns.push({ names: [name], star: false, query: node, node });
    if (node.relation && names.length === 0) this.columns.push({ names: [], star: true, query: node, node });
    into.field('query', scope);
    into.field('whereClause', scope);
  }

  #visitJoin(node: TreeNode, scope: Scope, into: Into<Scope>): void {
    const renamed = (node.alias as TreeNode | undefined)?.colnames !== undefined;
    if (node.isNatural === true || renamed) this.joinsByHiddenNames = true;
    for (const name of namesIn(node, 'usingClause')) this.usingColumns.add(name);
    for (const field of ['alias', 'join_using_alias']) {
      const alias = node[field] as TreeNode | undefined;
      if (alias) this.joinAliases.add(alias.aliasname as string);
    }
    into(scope);
  }

  #addColumn(node: TreeNode, scope: Scope): void {
    const fields = nodesOf(node, 'fields');
    const names = namesIn(node, 'fields');
    const star = fields.at(-1)?.kind === 'A_Star';
    this.columns.push({ names, star, query: scope.query, node });
  }

  /** `ON CONFLICT (email)` names a column of the target without a ColumnRef. */
  #visitIndexElement(node: TreeNode, scope: Scope, into: Into<Scope>): void {
    if (typeof node.name === 'string')
      this.columns.push({ names: [node.name], star: false, query: scope.query, node });
    into.field('expr', scope);
  }

  /** `(c).email` and `(x.y).*`: the names of an indirection count like those of a column. */
  #visitIndirection(node: TreeNode, scope: Scope, into: Into<Scope>): void {
    for (const { kind, node: step } of nodesOf(node, 'indirection')) {
      if (kind === 'String')
        this.columns.push({
          names: ['', (step.sval as string | undefined) ?? ''],
          star: false,
          query: scope.query,
          node,
        });
    }
    into(scope);
  }
}

/** The statement's relations that are read, not written. */
export function relationsRead({ relations }: Analysis): readonly RelationUse[] {
  return relations.filter(({ role }) => role === 'read');
}

/** Refuses what no query may read. */
export function refuseClosed(analysis: Analysis): void {
  for (const { relation, node } of analysis.relations) {
    if (relation.closed === undefined) continue;
    throw new Refusal(
      'relation',
      `'${relation.schema}.${relation.name}' may not be read: ${relation.closed}`,
      {
        location: (node.location as number | undefined) ?? 0,
        mend: openCatalog(relation, node),
      },
    );
  }
}

function openCatalog({ schema, name }: KnownRelation, node: TreeNode): Refusal['mend'] {
  const open = schema === 'pg_catalog' ? equivalentCatalogs.get(name) : undefined;
  if (open === undefined) return undefined;
  const start = (node.location as number | undefined) ?? 0;
  const written = node.schemaname === undefined ? name : `${schema}.${name}`;
  const alias = node.alias === undefined ? ` as ${name}` : '';
  return [{ start, end: start + written.length, text: `pg_catalog.${open}${alias}` }];
}
