import { z } from 'zod';
import { InvalidRequestError } from '../problems/problems.js';

/**
 * Keyset pagination: ids are UUIDv7 and therefore in order of creation, so the last id of a page is
 * where the next begins, however many rows come and go in between.
 */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(200).optional(),
});

export type PageQuery = z.infer<typeof pageQuery>;

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Send as `cursor` for the next page; absent on the last. */
  readonly next?: string;
}

/** The id after which a page begins: the nil UUID for the first. */
export function startOf({ cursor }: PageQuery): string {
  if (cursor === undefined) return '00000000-0000-0000-0000-000000000000';
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!z.guid().safeParse(id).success) {
    throw new InvalidRequestError([{ at: 'query.cursor', problem: 'is not a cursor that a list gave' }]);
  }
  return id;
}

/** A page from rows that were asked for with one more than the limit. */
export function pageOf<Item extends { readonly id: string }>(
  rows: readonly Item[],
  { limit }: PageQuery,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || !last) return { items };
  return { items, next: Buffer.from(last.id, 'latin1').toString('base64url') };
}

/** The number after which a page begins, for lists in the order of a number (versions, audit events). */
export function startNumberOf({ cursor }: PageQuery): number {
  if (cursor === undefined) return 0;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!/^\d{1,15}$/.test(text)) {
    throw new InvalidRequestError([{ at: 'query.cursor', problem: 'is not a cursor that a list gave' }]);
  }
  return Number(text);
}

/** `pageOf` for lists in the order of a number. */
export function numberedPageOf<Item>(
  rows: readonly Item[],
  { limit }: PageQuery,
  numberOf: (item: Item) => number,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || !last) return { items };
  return { items, next: Buffer.from(`${numberOf(last)}`, 'latin1').toString('base64url') };
}
