import type { Table } from '../../../catalog/catalog.js';
import type { Trigger } from '../../query-catalog.js';
import type { KnownRelation } from '../known-relation.js';
import type { PostgresProtection } from '../postgres-protection.js';
import { referencesTo, withDescendants } from './constraint-oracles.js';
import type { RowWrite } from './written-columns.js';

/**
 * The first trigger that a write would fire and whose code could tell masked values, by raising an error or
 * by what it writes elsewhere. Its text is searched for names, not understood: what names a masked table or
 * column, calls a function of the users or builds SQL counts as telling.
 */
export function triggerThatTells(
  { event, columns }: RowWrite,
  { table }: KnownRelation,
  protection: PostgresProtection,
): string | undefined {
  return tablesFired({ event, columns }, table!, protection)
    .flatMap((fired) =>
      protection.catalog.triggers.filter(
        (trigger) =>
          isOn(trigger, fired) &&
          (fired !== table ? trigger.events.length > 0 : trigger.events.includes(event)),
      ),
    )
    .find((trigger) => tells(trigger, protection))?.name;
}

/** Deletes and changes of keys may cascade to tables that refer to this one, and fire there. */
function tablesFired(
  { event, columns }: RowWrite,
  table: Table,
  protection: PostgresProtection,
): readonly Table[] {
  const fired = [...withDescendants(table, protection)];
  if (event === 'insert') return fired;
  const first = fired.length;
  for (const [i, known] of fired.entries()) {
    for (const { from, key } of referencesTo(known, protection)) {
      // What a cascade writes further on is not followed: from there on every reference counts.
      const cascades =
        event === 'delete' || i >= first || key.references.columns.some((column) => columns.includes(column));
      if (cascades && !fired.includes(from)) fired.push(from);
    }
  }
  return fired;
}

function isOn({ table }: Trigger, { schema, name }: Table): boolean {
  return table.schema === schema && table.name === name;
}

function tells({ table, source }: Trigger, protection: PostgresProtection): boolean {
  if (source === undefined) return true;
  const code = source.toLowerCase();
  const words = new Set(code.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  if (words.has('execute')) return true;
  const own = protection.relation(table.schema, table.name);
  const wholeRow = /\b(new|old)\b(?!\s*\.)/.test(code.replace(/\breturn\s+(new|old)\s*;/g, ''));
  if (own && own.masks.size > 0 && wholeRow) return true;
  return [...words].some(
    (word) =>
      own?.masks.has(word) === true ||
      protection.relationsCalled(word).some(({ reachesMasked }) => reachesMasked) ||
      protection.routines(word).some((routine) => !protection.isSafeRoutine(routine)),
  );
}
