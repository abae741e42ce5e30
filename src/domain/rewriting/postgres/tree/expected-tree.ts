import type { TreeNode } from '../parser.js';
import { placeFields } from './shapes.js';

/** What the parser should read once edits are made: replaced nodes by identity, and nodes put into lists. */
export class ExpectedTree {
  readonly #replaced = new Map<object, TreeNode>();
  readonly #inserted = new Map<object, { readonly index: number; readonly nodes: readonly TreeNode[] }>();

  /**
   * @param node as it stands inside its wrapper
   * @param wrapped the new node in its wrapper; where the old one stood bare, so will the new one
   */
  replace(node: TreeNode, wrapped: TreeNode): void {
    this.#replaced.set(node, wrapped);
  }

  insert(list: readonly unknown[], index: number, nodes: readonly TreeNode[]): void {
    this.#inserted.set(list, { index, nodes });
  }

  /** True when `actual` is the original tree with the replacements, places aside. */
  matches(original: unknown, actual: unknown): boolean {
    return sameTree(this.#build(original), actual);
  }

  #build(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return this.#buildList(value);
    const bare = this.#replaced.get(value);
    if (bare) return Object.values(bare)[0];
    const entries = Object.entries(value as TreeNode);
    const [first] = entries;
    const wrapped =
      entries.length === 1 && typeof first[1] === 'object' ? this.#replaced.get(first[1]!) : undefined;
    return wrapped ?? Object.fromEntries(entries.map(([key, inner]) => [key, this.#build(inner)]));
  }

  #buildList(list: readonly unknown[]): unknown[] {
    const built = list.map((entry) => this.#build(entry));
    const insertion = this.#inserted.get(list);
    if (insertion) built.splice(insertion.index, 0, ...insertion.nodes);
    return built;
  }
}

/** Equal but for the places in the text. */
export function sameTree(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((entry, i) => sameTree(entry, b[i]))
    );
  }
  const keys = meaningful(a);
  return (
    keys.length === meaningful(b).length &&
    keys.every((key) => key in b && sameTree((a as TreeNode)[key], (b as TreeNode)[key]))
  );
}

function meaningful(node: object): readonly string[] {
  return Object.keys(node).filter((key) => !placeFields.has(key));
}
