import { printRelationName, type Column, type RelationName, type Table } from '../catalog/catalog.js';
import { splitName } from './names/split-name.js';

/** A table that keeps rows of another, and the columns that both have. */
export interface TableCopy {
  readonly copy: Table;
  readonly original: Table;
  /** Names in the copy and in the original, which may differ in case. */
  readonly columns: readonly { readonly name: string; readonly of: string }[];
}

/** Words that people add to a table's name, or give to a schema, for copies of tables. */
const copyWords: ReadonlySet<string> = new Set(
  `bak bk bkp bkup backup backups copy copies old orig original tmp temp archive archived archives arch arc
   history historic hist audit aud auditlog log snapshot snap shadow save saved prev previous before dump
   export mirror clone duplicate dup kopie sicherung archiv historie verlauf alt copia respaldo historial
   historico archivo antigua copie sauvegarde historique ancien ancienne kopia archiwum historia`.split(
    /\s+/,
  ),
);

/** Of the columns of either table, so many must be in both. */
const leastShared = 0.5;

/**
 * Finds copies by what databases leave of them, for `create table … as` records no origin: a name that is
 * another table's with a copy word or a date (`customers_bak`, `old_orders`, `users_20240131`; or the same
 * name in a schema called `archive`), and columns of the same names and types. A table that the database
 * itself keeps as another's history is one whatever its name.
 */
export function findCopies(tables: readonly Table[]): readonly TableCopy[] {
  const byName = new Map<string, Table[]>();
  const byFullName = new Map(tables.map((table) => [printRelationName(table), table]));
  for (const table of tables) {
    const key = joined(splitWords(table.name));
    byName.set(key, [...(byName.get(key) ?? []), table]);
  }
  return tables.flatMap((copy) => {
    if (copy.parents.length) return [];
    const kept = copy.historyOf && byFullName.get(printRelationName(copy.historyOf));
    if (kept) return [{ copy, original: kept, columns: sharedColumns(copy, kept) }];
    for (const original of originalsByName(copy, byName)) {
      const columns = sharedColumns(copy, original);
      if (alike(columns.length, copy, original)) return [{ copy, original, columns }];
    }
    return [];
  });
}

function originalsByName(copy: Table, byName: ReadonlyMap<string, readonly Table[]>): readonly Table[] {
  const words = splitWords(copy.name);
  const bare = words.filter((word) => !copyWords.has(word) && !/^\d+$/.test(word));
  const keptApart = splitWords(copy.schema).some((word) => copyWords.has(word));
  if (bare.length === 0 || (bare.length === words.length && !keptApart)) return [];
  const others = [...new Set([...(byName.get(joined(bare)) ?? []), ...(byName.get(joined(words)) ?? [])])];
  const mine = ({ schema }: RelationName) => schema === copy.schema;
  return others
    .filter((other) => other !== copy && (mine(other) ? bare.length < words.length : keptApart))
    .sort((a, b) => Number(mine(b)) - Number(mine(a)));
}

function sharedColumns(copy: Table, original: Table): TableCopy['columns'] {
  const own = new Map(original.columns.map((column) => [column.name.toLowerCase(), column]));
  return copy.columns.flatMap((column) => {
    const of = own.get(column.name.toLowerCase());
    return of && sameType(column, of) ? [{ name: column.name, of: of.name }] : [];
  });
}

/** Lengths may differ: copies are often declared wider. */
function sameType({ type: a }: Column, { type: b }: Column): boolean {
  return a.family === b.family;
}

function alike(shared: number, copy: Table, original: Table): boolean {
  return (
    shared >= 2 &&
    shared >= leastShared * original.columns.length &&
    shared >= leastShared * copy.columns.length
  );
}

function splitWords(name: string): readonly string[] {
  return splitName(name).map(({ text }) => text);
}

/** One spelling for singular and plural: `customer_history` keeps rows of `customers`. */
function joined(words: readonly string[]): string {
  return words.map((word) => (word.length > 3 ? word.replace(/s$/, '') : word)).join(' ');
}
