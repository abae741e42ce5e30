import type { WordLists } from '../../domain/masking/word-lists.js';
import type { QueryCatalog } from '../../domain/rewriting/query-catalog.js';
import type { SessionNames } from '../../domain/rewriting/rewrite-context.js';
import { toSessionNames } from '../../engines/postgres/session-names.js';
import type { UpstreamPool } from '../upstream/upstream-pool.js';
import { wordsStatement } from '../../domain/rewriting/postgres/words-statement.js';
import { CatalogWatch } from './catalog-watch.js';
import { Epoch } from './epoch.js';
import type { RoleViews } from './role-views.js';

export interface ServedDatabaseOptions {
  /** As clients call it. */
  readonly name: string;
  readonly location: string;
  readonly pool: UpstreamPool;
  readonly views: RoleViews;
  /** What masks draw words from; sessions of the pool hold them. */
  readonly words: WordLists;
  /** No statement runs on a catalog that was looked at longer ago, in milliseconds. */
  readonly catalogMaxAgeMs: number;
}

/** A database that clients reach through the gateway, with its catalog as of a moment ago. */
export class ServedDatabase {
  readonly name: string;
  readonly pool: UpstreamPool;
  readonly #watch: CatalogWatch;
  #views: RoleViews;
  readonly #words: WordLists;
  readonly #maxAgeMs: number;
  #stamp: string | undefined;
  #catalog: QueryCatalog | undefined;
  #epoch: Epoch | undefined;
  /** When the last successful look began, by `performance.now()`. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #nextLook: Promise<void> | undefined;
  /** What is shown for equal names is one object, so that plans are found by it. */
  readonly #names = new Map<string, SessionNames>();

  constructor({ name, location, pool, views, words, catalogMaxAgeMs }: ServedDatabaseOptions) {
    this.name = name;
    this.pool = pool;
    this.#watch = new CatalogWatch(location);
    this.#views = views;
    this.#words = words;
    this.#maxAgeMs = catalogMaxAgeMs;
  }

  /** What to rewrite under; undefined while it is older than allowed, or when it could not be read. */
  get epoch(): Epoch | undefined {
    const young = performance.now() - this.#lookedAt <= this.#maxAgeMs;
    return young && !this.#outlived ? this.#epoch : undefined;
  }

  /** A policy says something else by now. */
  get #outlived(): boolean {
    return this.#epoch !== undefined && Date.now() >= this.#epoch.endsAt;
  }

  /** Works out what other labels or policies show. @returns what makes them hold. @throws RoleRefusedError */
  prepare(views: RoleViews): () => void {
    const catalog = this.#catalog!;
    const epoch = this.#next(catalog, views);
    return () => {
      // The catalog may have changed in between: the last word is had under the newest.
      this.#adopt(this.#catalog === catalog ? epoch : this.#next(this.#catalog!, views));
      this.#views = views;
    };
  }

  /**
   * Looks for changes of the catalog. Everybody who waits at the same time waits for one look, which
   * begins after they asked.
   * @returns what to rewrite under, as of after the call. @throws ConnectionError, DatabaseError
   */
  async refreshed(): Promise<Epoch> {
    const startNext = (): Promise<void> => {
      this.#nextLook = undefined;
      return this.#look();
    };
    await (this.#looking ? (this.#nextLook ??= this.#looking.then(startNext, startNext)) : this.#look());
    return this.#epoch!;
  }

  /** Keeps the catalog young while there are clients, so that none of them has to wait for a look. */
  keepYoung(): void {
    if (performance.now() - this.#lookedAt > this.#maxAgeMs / 3 && !this.#looking) {
      // A failure shows as soon as somebody needs the catalog.
      this.#look().catch(() => undefined);
    }
  }

  /** What names mean in a session with these start-up settings and no state of its own, where it is known. */
  commonNames({ commonNames }: Epoch, settingsKey: string): SessionNames | undefined {
    return commonNames.get(settingsKey);
  }

  keepCommonNames({ commonNames }: Epoch, settingsKey: string, names: SessionNames): void {
    if (commonNames.size > 1_000) commonNames.clear();
    commonNames.set(settingsKey, names);
  }

  /** The same object for the same names. @param answer of `sessionNamesQuery` */
  names(answer: string): SessionNames {
    let names = this.#names.get(answer);
    if (!names) {
      if (this.#names.size > 1_000) this.#names.clear();
      names = toSessionNames(answer);
      this.#names.set(answer, names);
    }
    return names;
  }

  async close(): Promise<void> {
    this.pool.close();
    await this.#watch.close();
  }

  #look(): Promise<void> {
    const startedAt = performance.now();
    const look = this.#watch.changedSince(this.#stamp).then((changed) => {
      const catalog = changed?.catalog ?? this.#catalog!;
      if (changed || this.#outlived) this.#adopt(this.#next(catalog, this.#views));
      this.#catalog = catalog;
      this.#stamp = changed?.stamp ?? this.#stamp;
      this.#lookedAt = startedAt;
    });
    this.#looking = look;
    const done = () => {
      if (this.#looking === look) this.#looking = undefined;
    };
    look.then(done, done);
    return look;
  }

  #adopt(epoch: Epoch): void {
    this.#epoch = epoch;
    this.pool.statement = wordsStatement(this.#words, epoch.wordSettings);
  }

  #next(catalog: QueryCatalog, views: RoleViews): Epoch {
    const version = (this.#epoch?.version ?? 0) + 1;
    return new Epoch({ version, catalog, views, words: this.#words, at: new Date() });
  }
}
