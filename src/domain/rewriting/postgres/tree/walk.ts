import { Refusal } from '../../refusal.js';
import type { TreeNode } from '../parser.js';
import { placeFields, type Shape, shapes } from './shapes.js';

/** Deepest nesting that is looked at: beyond it a query is refused, before a stack could overflow. */
const DEEPEST = 1000;

/** A node with its kind taken out of its wrapper. */
export interface Visited {
  readonly kind: string;
  readonly node: TreeNode;
}

/** Called for every node; descends by calling `into`, or leaves what is below unvisited. */
export type Visit<Scope> = (visited: Visited, scope: Scope, into: Into<Scope>) => void;

export interface Into<Scope> {
  /** Visits everything below the node. */
  (scope: Scope): void;
  /** Visits what is below one field of the node. */
  field(name: string, scope: Scope): void;
}

/**
 * Walks a statement in the order of its fields. Refuses any node or field that `shapes` does not list,
 * whether or not the visitor descends to it.
 */
export function walk<Scope>(statement: TreeNode, scope: Scope, visit: Visit<Scope>): void {
  checkWrapped(statement, 0);
  visitValue(statement, scope, visit);
}

/** The kind of a wrapped node: `{"ColumnRef": {…}}`. */
export function unwrap(wrapped: TreeNode): Visited {
  const [kind] = Object.keys(wrapped);
  return { kind, node: wrapped[kind] as TreeNode };
}

/** The wrapped nodes of a list field. */
export function nodesOf(node: TreeNode | undefined, field: string): readonly Visited[] {
  const value = node?.[field];
  if (value === undefined) return [];
  return (Array.isArray(value) ? (value as TreeNode[]) : [value as TreeNode]).filter(isFilled).map(unwrap);
}

/** The texts of a list of `String` nodes: names, mostly. */
export function namesIn(node: TreeNode | undefined, field: string): readonly string[] {
  return nodesOf(node, field).flatMap(({ kind, node: inner }) =>
    kind === 'String' ? [(inner.sval as string | undefined) ?? ''] : [],
  );
}

/** DISTINCT without ON is a list of one empty node. */
function isFilled(node: TreeNode): boolean {
  return Object.keys(node).length > 0;
}

function visitValue<Scope>(value: unknown, scope: Scope, visit: Visit<Scope>): void {
  if (Array.isArray(value)) for (const entry of value) visitValue(entry, scope, visit);
  else if (isFilled(value as TreeNode)) visitNode(unwrap(value as TreeNode), scope, visit);
}

function visitNode<Scope>(visited: Visited, scope: Scope, visit: Visit<Scope>): void {
  const shape = shapes.get(visited.kind)!;
  const field = (name: string, inner: Scope) => {
    const value = visited.node[name];
    const kind = shape.get(name);
    if (value === undefined || kind === undefined || kind === 'plain') return;
    if (kind === 'nodes') visitValue(value, inner, visit);
    else visitNode({ kind: kind.bare, node: value as TreeNode }, inner, visit);
  };
  const into = (inner: Scope) => {
    for (const name of shape.keys()) field(name, inner);
  };
  visit(visited, scope, Object.assign(into, { field }));
}

function checkWrapped(value: unknown, depth: number): void {
  if (Array.isArray(value)) {
    for (const entry of value) checkWrapped(entry, depth + 1);
    return;
  }
  if (typeof value !== 'object' || value === null) throw unknown('something that is no node');
  const keys = Object.keys(value);
  if (keys.length === 0) return;
  if (keys.length > 1) throw unknown('something that is no node');
  const { kind, node } = unwrap(value as TreeNode);
  checkNode(kind, node, depth);
}

function checkNode(kind: string, node: TreeNode, depth: number): void {
  if (depth > DEEPEST) throw new Refusal('limit', 'the query is nested too deeply');
  const shape: Shape | undefined = shapes.get(kind);
  const location = typeof node.location === 'number' ? node.location : undefined;
  if (!shape) throw unknown(`'${kind}'`, location);
  for (const [name, value] of Object.entries(node)) {
    if (placeFields.has(name)) continue;
    const field = shape.get(name);
    if (field === undefined) throw unknown(`'${name}' of '${kind}'`, location);
    if (field === 'nodes') checkWrapped(value, depth + 1);
    else if (field === 'plain') {
      if (typeof value === 'object') throw unknown(`'${name}' of '${kind}'`, location);
    } else checkNode(field.bare, value as TreeNode, depth + 1);
  }
}

function unknown(what: string, location?: number): Refusal {
  const code = what.includes("Stmt'") && !what.includes(' of ') ? 'statement' : 'construct';
  const kind = code === 'statement' ? 'this kind of statement' : 'this syntax';
  return new Refusal(code, `${kind} is not on the list of what can be masked: ${what}`, {
    ...(location === undefined ? {} : { location }),
  });
}
