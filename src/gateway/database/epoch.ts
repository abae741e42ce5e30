import type { WordLists } from '../../domain/masking/word-lists.js';
import type { QueryCatalog } from '../../domain/rewriting/query-catalog.js';
import { protect } from '../../domain/rewriting/protect.js';
import type { SessionNames } from '../../domain/rewriting/rewrite-context.js';
import { Planner } from '../planning/planner.js';
import type { RoleViews, Viewer } from './role-views.js';

/** Users whose planners are kept at most; those of roles whose users all see the same are kept besides. */
const MOST_USERS = 200;

/** What an epoch is made from. */
export interface EpochBasis {
  readonly version: number;
  readonly catalog: QueryCatalog;
  readonly views: RoleViews;
  /** What masks draw words from. */
  readonly words: WordLists;
  readonly at: Date;
}

/** What statements are rewritten under; a new one for each change of catalog, labels, policy or its times. */
export class Epoch {
  readonly version: number;
  /** When a policy says something else of its own accord, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** What names mean in sessions that changed nothing themselves, by their start-up settings. */
  readonly commonNames = new Map<string, SessionNames>();
  /** Settings with words that sessions need for any of the views. */
  readonly wordSettings: ReadonlySet<string>;
  readonly #catalog: QueryCatalog;
  readonly #views: RoleViews;
  readonly #words: WordLists;
  readonly #at: Date;
  readonly #byRole: ReadonlyMap<string, Planner>;
  readonly #byUser = new Map<string, Planner>();

  /** @throws RoleRefusedError when a policy does not let a role query */
  constructor({ version, catalog, views, words, at }: EpochBasis) {
    this.version = version;
    this.endsAt = views.nextChange(at);
    this.#catalog = catalog;
    this.#views = views;
    this.#words = words;
    this.#at = at;
    const planners = views.roles.map((role) => [role, this.#planFor({ role, user: '' })] as const);
    this.wordSettings = new Set(planners.flatMap(([, planner]) => [...planner.wordSettings]));
    this.#byRole = new Map(planners.filter(([role]) => !views.dependsOnUser(role)));
  }

  /** Rewrites what this user asks. @throws Error for a role that may not use the database: its sessions were ended */
  planner(viewer: Viewer): Planner {
    const shared = this.#byRole.get(viewer.role);
    if (shared) return shared;
    if (!this.#views.roles.includes(viewer.role)) throw new Error('the role may not use the database');
    const key = JSON.stringify([viewer.role, viewer.user]);
    let own = this.#byUser.get(key);
    if (!own) {
      if (this.#byUser.size >= MOST_USERS) this.#byUser.clear();
      own = this.#planFor(viewer);
      this.#byUser.set(key, own);
    }
    return own;
  }

  #planFor(viewer: Viewer): Planner {
    const view = this.#views.viewOf(this.#catalog, viewer, this.#at);
    return new Planner(protect(this.#catalog, view, this.#words));
  }
}
