/** How sessions of one driver are made and ended. */
export interface SessionKind<Session> {
  /** Makes a session ready for use. */
  open(): Promise<Session>;
  /** Ends one that is idle. */
  end(session: Session): Promise<void>;
  /** Ends one at once, whatever it is doing. */
  destroy(session: Session): void;
}

/**
 * Sessions of one kind, made when needed and used again. A session that failed is not given back: what
 * state it is in, nobody knows.
 */
export class PooledSessions<Session> {
  readonly #kind: SessionKind<Session>;
  readonly #idle: Session[] = [];
  readonly #all = new Set<Session>();

  constructor(kind: SessionKind<Session>) {
    this.#kind = kind;
  }

  async take(): Promise<Session> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    const session = await this.#kind.open();
    this.#all.add(session);
    return session;
  }

  giveBack(session: Session): void {
    this.#idle.push(session);
  }

  /** Ends a session at once, whatever it is doing. */
  discard(session: Session): void {
    this.#all.delete(session);
    this.#kind.destroy(session);
  }

  async withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.take();
    try {
      const result = await work(session);
      this.giveBack(session);
      return result;
    } catch (error) {
      this.discard(session);
      throw error;
    }
  }

  async close(): Promise<void> {
    const sessions = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    // One that broke is gone already.
    await Promise.all(sessions.map((session) => this.#kind.end(session).catch(() => undefined)));
  }
}
