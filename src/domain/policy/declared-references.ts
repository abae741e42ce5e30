import { type Catalog, type Column, printColumnName } from '../catalog/catalog.js';
import type { DeclaredReference } from '../classification/labels-file.js';
import { parseTechniqueOptions } from '../masking/technique-registry.js';
import type { ColumnMask } from './column-mask.js';

/** True for a reference whose column holds ids as they are, in every row: a link like a foreign key's. */
export function isPlainReference(catalog: Catalog, { from, path, when }: DeclaredReference): boolean {
  return path === undefined && when === undefined && columnOf(catalog, from)?.type.family !== 'array';
}

/**
 * Masks ids that stand inside other values as the keys that they refer to: elements of arrays, values at
 * JSON paths, and columns that name one table or another by the kind in a second column. What else is
 * masked in such a column stays masked.
 */
export function maskReferencesInside(
  masks: ReadonlyMap<string, ColumnMask>,
  catalog: Catalog,
  declared: readonly DeclaredReference[],
): ReadonlyMap<string, ColumnMask> {
  const all = new Map(masks);
  for (const reference of declared) {
    const key = masks.get(printColumnName(reference.to));
    const column = columnOf(catalog, reference.from);
    if (!key || !column || isPlainReference(catalog, reference)) continue;
    const name = printColumnName(reference.from);
    const mask = maskInside(reference, column, key, all.get(name));
    if (mask) all.set(name, mask);
  }
  return all;
}

/** An inner mask as options of techniques hold it. */
interface InnerMask {
  readonly technique: string;
  readonly options: unknown;
  readonly domain: string;
}

function maskInside(
  { from, to, path, when }: DeclaredReference,
  { type }: Column,
  key: ColumnMask,
  own: ColumnMask | undefined,
): ColumnMask | undefined {
  const { technique, options, domain } = key;
  const inner: InnerMask = { technique, options, domain };
  const inside = (id: string, raw: object): ColumnMask => ({
    ...(own ?? key),
    column: from,
    technique: id,
    options: parseTechniqueOptions(id, raw),
    because: `declared to refer to ${printColumnName(to)}: ${key.because}`,
  });
  const optionsOf = (id: string) => (own?.technique === id ? own.options : undefined);
  if (path !== undefined) {
    const before = optionsOf('json-paths');
    if (own && !before) return undefined;
    return inside('json-paths', { ...before, paths: { ...(before?.paths as object), [path]: inner } });
  }
  if (when !== undefined) {
    const before = optionsOf('by-kind');
    const others = own && !before ? { others: asInner(own) } : {};
    return inside('by-kind', {
      ...others,
      ...before,
      column: when.column,
      kinds: { ...(before?.kinds as object), [when.equals]: inner },
    });
  }
  return type.family === 'array' && !own ? inside('array-elements', inner) : undefined;
}

function asInner({ technique, options, domain }: ColumnMask): InnerMask {
  return { technique, options, domain };
}

function columnOf(
  { tables }: Catalog,
  { schema, table, column }: DeclaredReference['from'],
): Column | undefined {
  const found = tables.find((own) => own.schema === schema && own.name === table);
  return found?.columns.find(({ name }) => name === column);
}
