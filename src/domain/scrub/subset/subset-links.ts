import {
  type Catalog,
  type Column,
  printColumnName,
  printRelationName,
  type Table,
} from '../../catalog/catalog.js';
import type { DeclaredReference } from '../../classification/labels-file.js';
import { familiesOf, rootOf, type SubsetFamily } from './subset.js';

/** One part of a key, as it is compared: its text. */
export interface KeyPart {
  readonly column: string;
  /** Type of the column that it refers to, where its own has another text for the same value. */
  readonly as?: string;
  readonly ignoresCase?: true;
  /** Elements of an array, or values at a JSON path: a row has several. */
  readonly inside?: { readonly path?: string };
  /** Only in rows whose other column has this value. */
  readonly when?: { readonly column: string; readonly equals: string };
}

/** A reference by which rows come along with rows; families by their place in `SubsetPlan.families`. */
export interface SubsetLink {
  /** Name of the foreign key, or of the column that is declared to refer. */
  readonly name: string;
  readonly child: number;
  readonly parent: number;
  /** Places of the key's parts among the keys of the child's family. */
  readonly childKey: readonly number[];
  readonly parentKey: readonly number[];
}

export interface SubsetGraph {
  readonly families: readonly (SubsetFamily & { readonly keys: readonly KeyPart[] })[];
  readonly links: readonly SubsetLink[];
}

/** All references between tables, declared by keys or by people, and the key parts that they compare. */
export function subsetGraph(catalog: Catalog, declared: readonly DeclaredReference[]): SubsetGraph {
  const families = familiesOf(catalog);
  const keys: KeyPart[][] = families.map(() => []);
  const places = families.map(() => new Map<string, number>());
  const links = new Map<string, SubsetLink>();
  const familyOf = (table: Table) => {
    const root = printRelationName(rootOf(table, catalog));
    return families.findIndex((family) => printRelationName(family) === root);
  };
  const placeOf = (family: number, part: KeyPart): number => {
    const id = JSON.stringify(part);
    const known = places[family].get(id);
    if (known !== undefined) return known;
    places[family].set(id, keys[family].length);
    return keys[family].push(part) - 1;
  };
  const link = (
    name: string,
    child: Table,
    childKey: readonly KeyPart[],
    parent: Table,
    parentKey: readonly KeyPart[],
  ) => {
    const [from, to] = [familyOf(child), familyOf(parent)];
    if (from < 0 || to < 0) return;
    const made: SubsetLink = {
      name,
      child: from,
      parent: to,
      childKey: childKey.map((part) => placeOf(from, part)),
      parentKey: parentKey.map((part) => placeOf(to, part)),
    };
    const { name: _, ...what } = made;
    links.set(JSON.stringify(what), links.get(JSON.stringify(what)) ?? made);
  };

  for (const child of catalog.tables) {
    for (const { name, columns, references, period } of child.foreignKeys) {
      const parent = find(catalog, references.schema, references.name);
      if (!parent) continue;
      // Of a period it is enough that the rest agrees: more rows than are needed come along.
      const compared = period ? columns.slice(0, -1) : columns;
      const pairs = compared.map((column, i) => [
        columnOf(child, column),
        columnOf(parent, references.columns[i]),
      ]);
      link(
        name,
        child,
        pairs.map(([own, other]) => partOf(own!, other!)),
        parent,
        pairs.map(([, other]) => partOf(other!, other!)),
      );
    }
  }
  for (const { from, to, path, when } of declared) {
    const [child, parent] = [find(catalog, from.schema, from.table), find(catalog, to.schema, to.table)];
    const [own, other] = [child && columnOf(child, from.column), parent && columnOf(parent, to.column)];
    if (!child || !parent || !own || !other) continue;
    const several = path !== undefined || own.type.family === 'array';
    const part: KeyPart = {
      column: own.name,
      ...(several ? { inside: path === undefined ? {} : { path } } : {}),
      ...(when ? { when } : {}),
    };
    link(printColumnName(from), child, [part], parent, [{ column: other.name }]);
  }
  return {
    families: families.map((family, i) => ({ ...family, keys: keys[i] })),
    links: [...links.values()],
  };
}

function partOf({ name, type }: Column, { type: referred }: Column): KeyPart {
  return {
    column: name,
    ...(type.name === referred.name ? {} : { as: referred.name }),
    ...(referred.caseInsensitive || type.caseInsensitive ? { ignoresCase: true } : {}),
  };
}

function find({ tables }: Catalog, schema: string, name: string): Table | undefined {
  return tables.find((own) => own.schema === schema && own.name === name);
}

function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
