import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { type Answer, type MaskedClient, MaskingGateway } from './masking-gateway.js';
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
 * Runs the PostgreSQL cases through a gateway, each in a database of its own. The gateway's account is the case's
 * role itself: no superuser, and owner of nothing, as it has to be.
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
  readonly #password: string;
  readonly #key = randomBytes(32);
  #count = 0;
  /** A copy that is still as the template was. */
  #unchanged: Copy | undefined;

  private constructor(set: MaskingSet, server: EmbeddedServer, admin: pg.Client, password: string) {
    this.#set = set;
    this.#server = server;
    this.#admin = admin;
    this.#password = password;
  }

  static async prepare(set: MaskingSet, server: EmbeddedServer): Promise<Stage> {
    const admin = new pg.Client(server.url());
    await admin.connect();
    await admin.query(`create database ${TEMPLATE}`);
    await runOn(server.url(TEMPLATE), set.fixture);
    const password = randomBytes(12).toString('hex');
    for (const role of Object.keys(set.roles))
      await admin.query(`alter role "${role}" login password '${password}'`);
    return new Stage(set, server, admin, password);
  }

  async run(one: MaskingCase): Promise<CaseResult> {
    if (one.oracle !== 'no-inference') return { id: one.id, ...(await this.#runOnce(one)) };
    const variants: Answer[] = [];
    for (const variant of one.variants ?? []) variants.push(await this.#runOnce(one, variant));
    return { id: one.id, variants };
  }

  async close(): Promise<void> {
    await this.#unchanged?.stop();
    await this.#admin.end();
  }

  async #runOnce(one: MaskingCase, variant?: string): Promise<Answer> {
    const copy = this.#unchanged ?? new Copy(await this.#freshDatabase());
    this.#unchanged = undefined;
    if (variant !== undefined) await runOn(this.#server.url(copy.database), variant);
    const before = await this.#transactions();
    const gateway = await copy.gateway(one.role, () => this.#startGateway(copy.database, one.role));
    const client = await gateway.connect();
    try {
      return await answerOf(one, client);
    } finally {
      await client.close();
      const isUnchanged =
        variant === undefined && !movesSequence(one) && (await this.#transactions()) === before;
      if (isUnchanged) {
        this.#unchanged = copy;
      } else {
        await copy.stop();
        await this.#admin.query(`drop database ${copy.database} with (force)`);
      }
    }
  }

  #startGateway(database: string, role: string): Promise<MaskingGateway> {
    const { roles, masks, searchPath } = this.#set;
    return MaskingGateway.start({
      url: this.#urlOf(database, role),
      role,
      access: roles[role],
      masks: roles[role] === 'masked' ? masks.postgres : new Map(),
      searchPath,
      key: this.#key,
      // Cases create and change what they ask.
      catalogMaxAge: '0ms',
    });
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

/** A copy of the fixture, with a gateway for each role that has asked it something. */
class Copy {
  readonly #gateways = new Map<string, MaskingGateway>();

  constructor(readonly database: string) {}

  async gateway(role: string, start: () => Promise<MaskingGateway>): Promise<MaskingGateway> {
    const gateway = this.#gateways.get(role) ?? (await start());
    this.#gateways.set(role, gateway);
    return gateway;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.stop()));
  }
}

/** Sequences move without a transaction of their own. */
function movesSequence({ sql = '', script = [] }: MaskingCase): boolean {
  return /nextval|setval/i.test([sql, ...script].join(' '));
}

async function answerOf(one: MaskingCase, client: MaskedClient): Promise<Answer> {
  if (one.protocol === 'copy') return client.copy(one.sql!);
  if (one.sql !== undefined)
    return client.send(one.sql, one.protocol === 'extended' ? (one.params ?? []) : undefined);
  const answers: Answer[] = [];
  for (const statement of one.script ?? []) answers.push(await client.send(statement));
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
