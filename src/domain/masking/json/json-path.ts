/** A node of the tree that paths are matched in, one step of a path deeper each. */
export interface PathNode {
  readonly members: ReadonlyMap<string, PathNode>;
  readonly anyMember?: PathNode;
  readonly elements: ReadonlyMap<number, PathNode>;
  readonly anyElement?: PathNode;
  /** Number of the path that ends here; it covers all that is below, unless a longer path says more. */
  readonly path?: number;
}

interface Growing extends PathNode {
  members: Map<string, Growing>;
  anyMember?: Growing;
  elements: Map<number, Growing>;
  anyElement?: Growing;
  path?: number;
}

type Step = { readonly member: string } | { readonly element: number } | 'any-member' | 'any-element';

// Each alternative begins with a character of its own: linear.
const stepPattern =
  /(?:\.(\*)|\.([\p{L}_$][\p{L}\p{N}_$-]*)|\[(\*)\]|\[(\d{1,9})\]|\['((?:[^'\\]|\\['\\])*)'\]|\["((?:[^"\\]|\\["\\])*)"\])/uy;

/** The steps of `$.a.b`, `$.tags[*].email`, `$['odd name'][0].*`; undefined for what is no such path. */
export function parseJsonPath(path: string): readonly Step[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  stepPattern.lastIndex = 1;
  while (stepPattern.lastIndex < path.length) {
    const match = stepPattern.exec(path);
    if (!match) return undefined;
    const [, anyMember, name, anyElement, element, single, double] = match;
    if (anyMember) steps.push('any-member');
    else if (anyElement) steps.push('any-element');
    else if (element !== undefined) steps.push({ element: Number(element) });
    else steps.push({ member: name ?? (single ?? double).replace(/\\(.)/g, '$1') });
  }
  return steps;
}

/** The tree of several paths, each of which must parse. */
export function pathTree(paths: readonly string[]): PathNode {
  const root = newNode();
  paths.forEach((path, number) => {
    let node = root;
    for (const step of parseJsonPath(path) ?? []) node = child(node, step);
    node.path = number;
  });
  return root;
}

function newNode(): Growing {
  return { members: new Map(), elements: new Map() };
}

function child(node: Growing, step: Step): Growing {
  if (step === 'any-member') return (node.anyMember ??= newNode());
  if (step === 'any-element') return (node.anyElement ??= newNode());
  if ('member' in step) {
    const known = node.members.get(step.member) ?? newNode();
    node.members.set(step.member, known);
    return known;
  }
  const known = node.elements.get(step.element) ?? newNode();
  node.elements.set(step.element, known);
  return known;
}
