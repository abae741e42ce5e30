import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { loadPostgresParser } from '../../src/domain/rewriting/postgres/parser.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import type { Protection } from '../../src/domain/rewriting/rewrite-context.js';
import { connect } from '../../src/engines/postgres/connection.js';
import type { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { readQueryCatalog } from '../../src/engines/postgres/query-catalog.js';
import { type Answer, MaskedSession } from './masked-session.js';
import type { MaskingCase, MaskingSet } from './masking-set.js';

/** What a case's client saw, as `score.mjs` reads it. */
export interface CaseResult {
  readonly id: string;
  readonly outcome?: string;
  readonly text?: string;
  readonly rows?: unknown;
  readonly variants?: readonly Answer[];
}

/**
 * Runs the PostgreSQL cases, each in a database of its own, connected as the case's role itself: an account
 * that is no superuser and owns nothing, as a gateway's has to be.
 */
export async function runPostgresCases(
  set: MaskingSet,
  server: EmbeddedServer,
): Promise<readonly CaseResult[]> {
  const stage = await Stage.prepare(set, server);
  try {
    const results: CaseResult[] = [];
    for (const one of set.cases.filter(({ dialect }) => dialect === 'postgres'))
      results.push(await stage.run(one));
    return results;
  } finally {
    await stage.close();
  }
}

const TEMPLATE = 'masking_template';

class Stage {
  readonly #set: MaskingSet;
  readonly #server: EmbeddedServer;
  readonly #admin: pg.Client;
  readonly #protections: ReadonlyMap<string, Protection>;
  readonly #password: string;
  readonly #key = randomBytes(32);
  #count = 0;
  /** A copy that is still as the template was. */
  #unchanged: string | undefined;

  private constructor(
    set: MaskingSet,
    server: EmbeddedServer,
    admin: pg.Client,
    protections: ReadonlyMap<string, Protection>,
    password: string,
  ) {
    this.#set = set;
    this.#server = server;
    this.#admin = admin;
    this.#protections = protections;
    this.#password = password;
  }

  static async prepare(set: MaskingSet, server: EmbeddedServer): Promise<Stage> {
    await loadPostgresParser();
    const admin = new pg.Client(server.url());
    await admin.connect();
    await admin.query(`create database ${TEMPLATE}`);
    await runOn(server.url(TEMPLATE), set.fixture);
    const password = randomBytes(12).toString('hex');
    for (const role of Object.keys(set.roles))
      await admin.query(`alter role "${role}" login password '${password}'`);
    const reader = await connect(server.url(TEMPLATE), { access: 'read-only' });
    const catalog = await readQueryCatalog(reader);
    await reader.end();
    const protections = Object.entries(set.roles).map(
      ([role, access]) =>
        [
          role,
          protect(catalog, { role, access, masks: access === 'masked' ? set.masks.postgres : new Map() }),
        ] as const,
    );
    return new Stage(set, server, admin, new Map(protections), password);
  }

  async run(one: MaskingCase): Promise<CaseResult> {
    if (one.oracle !== 'no-inference') return { id: one.id, ...(await this.#runOnce(one)) };
    const variants: Answer[] = [];
    for (const variant of one.variants ?? []) variants.push(await this.#runOnce(one, variant));
    return { id: one.id, variants };
  }

  async close(): Promise<void> {
    await this.#admin.end();
  }

  async #runOnce(one: MaskingCase, variant?: string): Promise<Answer> {
    const database = this.#unchanged ?? (await this.#freshDatabase());
    this.#unchanged = undefined;
    if (variant !== undefined) await runOn(this.#server.url(database), variant);
    const before = await this.#transactions();
    const session = await MaskedSession.open({
      url: this.#urlOf(database, one.role),
      // The template's catalog, under the copy's name.
      protection: this.#protections.get(one.role)!,
      searchPath: this.#set.searchPath,
      key: this.#key,
    });
    try {
      return await answerOf(one, session);
    } finally {
      await session.close();
      const isUnchanged =
        variant === undefined && !movesSequence(one) && (await this.#transactions()) === before;
      if (isUnchanged) this.#unchanged = database;
      else await this.#admin.query(`drop database ${database} with (force)`);
    }
  }

  async #freshDatabase(): Promise<string> {
    const database = `masking_case_${this.#count++}`;
    await this.#admin.query(`create database ${database} template ${TEMPLATE}`);
    return database;
  }

  /** Transactions that wrote anything so far, on the whole server: a copy that none changed serves again. */
  async #transactions(): Promise<string> {
    const { rows } = await this.#admin.query<{ next: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    );
    return rows[0].next;
  }

  #urlOf(database: string, role: string): string {
    const url = new URL(this.#server.url(database));
    url.username = role;
    url.password = this.#password;
    return url.href;
  }
}

/** Sequences move without a transaction of their own. */
function movesSequence({ sql = '', script = [] }: MaskingCase): boolean {
  return /nextval|setval/i.test([sql, ...script].join(' '));
}

async function answerOf(one: MaskingCase, session: MaskedSession): Promise<Answer> {
  if (one.protocol === 'copy') return session.copy(one.sql!);
  if (one.sql !== undefined)
    return session.send(one.sql, one.protocol === 'extended' ? (one.params ?? []) : undefined);
  const answers: Answer[] = [];
  for (const statement of one.script ?? []) answers.push(await session.send(statement));
  const outcome =
    ['denied', 'error'].find((kind) => answers.some((answer) => answer.outcome === kind)) ?? 'rows';
  const rows = answers.findLast((answer) => answer.rows !== undefined)?.rows;
  return {
    outcome: outcome as Answer['outcome'],
    text: answers.map(({ text }) => text).join('\n'),
    ...(rows ? { rows } : {}),
  };
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql);
  await client.end();
}
