import type { SubsetLink } from '../domain/scrub/subset/subset-links.js';
import type { RowStream } from './row-source.js';

/** What a link of a subset compares, and how far it is followed. */
export interface FollowedLink extends SubsetLink {
  /** True for keys of which a row has several. */
  readonly hasSeveral: boolean;
}

/**
 * Where a subset is chosen: beside the work database, so that keys of any number of rows take no memory here.
 * A row is chosen in a round; the rounds tell which are new.
 */
export interface SubsetWorkspace {
  /** Makes room for the keys of each family: true for those of which a row has several. */
  open(families: readonly (readonly boolean[])[]): Promise<void>;
  /** Takes what `ScrubSource.copyKeys` gives for one table of a family. */
  addKeys(family: number, table: number, keys: RowStream): Promise<void>;
  /** Keys are in: prepares for looking them up. */
  ready(links: readonly FollowedLink[]): Promise<void>;
  /** Chooses rows that may start: so many, a share, or all. */
  start(
    family: number,
    amount: { readonly rows?: number; readonly share?: number },
    round: number,
  ): Promise<number>;
  /** Rows that refer to rows of the round before. */
  addChildren(link: FollowedLink, round: number, perRow: number | undefined): Promise<number>;
  /** Rows that rows chosen in `since` or later refer to. */
  addParents(link: FollowedLink, since: number, round: number): Promise<number>;
  /** Chosen rows of one table. */
  count(family: number, table: number): Promise<number>;
  /** Places of the chosen rows of one table, in their order, some at a time. */
  places(family: number, table: number): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
}
