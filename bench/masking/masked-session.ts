import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { keySettings } from '../../src/domain/rewriting/key-settings.js';
import type { Protection, SessionNames } from '../../src/domain/rewriting/rewrite-context.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import {
  maskServerError,
  passesNotice,
  type ServerMessage,
} from '../../src/domain/rewriting/server-messages.js';
import { readSessionNames } from '../../src/engines/postgres/session-names.js';

/** What a client saw of one message. */
export interface Answer {
  readonly outcome: 'rows' | 'denied' | 'error';
  /** Everything: column names, values, command tags, errors, notices. */
  readonly text: string;
  /** Of the last statement that returned rows, in PostgreSQL's text form. */
  readonly rows?: readonly (readonly (string | null)[])[];
}

export interface MaskedSessionOptions {
  /** URL of the restricted account that the gateway would use. */
  readonly url: string;
  readonly protection: Protection;
  readonly searchPath: string;
  readonly key: Uint8Array;
}

/**
 * What a gateway does for one client, without the wire: rewrites each message, runs it under a restricted
 * account, keeps the session's names, and passes errors and notices through their masks.
 */
export class MaskedSession {
  readonly #client: pg.Client;
  readonly #protection: Protection;
  readonly #notices: string[] = [];
  readonly #settings: readonly (readonly [name: string, value: string])[];
  #names: SessionNames = { searchPath: [], temporary: [] };

  private constructor(client: pg.Client, { protection, searchPath, key }: MaskedSessionOptions) {
    this.#client = client;
    this.#protection = protection;
    this.#settings = [
      ['search_path', searchPath],
      ['standard_conforming_strings', 'on'],
      ...keySettings(key).map(({ name, value }) => [name, value] as const),
    ];
    const masked = protection.view.access === 'masked';
    client.on('notice', (notice) => {
      if (!masked || passesNotice(fieldsOf(notice))) this.#notices.push(JSON.stringify(fieldsOf(notice)));
    });
    client.on('notification', ({ channel, payload }) => this.#notices.push(`${channel} ${payload ?? ''}`));
    client.on('error', () => undefined);
  }

  static async open(options: MaskedSessionOptions): Promise<MaskedSession> {
    const client = new pg.Client({
      connectionString: options.url,
      types: { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig,
    });
    await client.connect();
    const session = new MaskedSession(client, options);
    await session.#pin();
    return session;
  }

  /** Sends one message; `values` are bound as text by the extended protocol. */
  async send(sql: string, values?: readonly string[]): Promise<Answer> {
    const rewriting = rewrite(sql, { protection: this.#protection, names: this.#names });
    if (rewriting.outcome === 'refused')
      return { outcome: 'denied', text: [rewriting.code, rewriting.reason, rewriting.hint].join(' ') };
    const answer = await this.#run(rewriting.sql, values);
    if (rewriting.resetsSettings) await this.#pin();
    if (rewriting.changesSession) await this.#readNames();
    return answer;
  }

  /** The COPY stream of one statement. */
  async copy(sql: string): Promise<Answer> {
    const rewriting = rewrite(sql, { protection: this.#protection, names: this.#names });
    if (rewriting.outcome === 'refused') return { outcome: 'denied', text: rewriting.reason };
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of this.#client.query(copyTo(rewriting.sql))) chunks.push(chunk as Buffer);
      return { outcome: 'rows', text: this.#withNotices(Buffer.concat(chunks).toString('utf8')) };
    } catch (error) {
      return { outcome: 'error', text: this.#withNotices(this.#errorText(error)) };
    }
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #run(sql: string, values?: readonly string[]): Promise<Answer> {
    try {
      const result = (await this.#client.query({
        text: sql,
        ...(values ? { values: [...values] } : {}),
        rowMode: 'array',
      })) as unknown as pg.QueryArrayResult<(string | null)[]> | pg.QueryArrayResult<(string | null)[]>[];
      const results = [result].flat();
      const seen = results.map(({ command, rowCount, fields, rows }) =>
        JSON.stringify([command, rowCount, fields.map(({ name }) => name), rows]),
      );
      const last = results.findLast(({ fields }) => fields.length > 0);
      return {
        outcome: 'rows',
        text: this.#withNotices(seen.join('\n')),
        ...(last ? { rows: last.rows } : {}),
      };
    } catch (error) {
      return { outcome: 'error', text: this.#withNotices(this.#errorText(error)) };
    }
  }

  #errorText(error: unknown): string {
    const fields = fieldsOf(error as pg.DatabaseError);
    return JSON.stringify(this.#protection.view.access === 'masked' ? maskServerError(fields) : fields);
  }

  #withNotices(text: string): string {
    return [text, ...this.#notices.splice(0)].join('\n');
  }

  async #pin(): Promise<void> {
    const calls = this.#settings.map((_, i) => `pg_catalog.set_config($${2 * i + 1}, $${2 * i + 2}, false)`);
    await this.#client.query(`select ${calls.join(', ')}`, this.#settings.flat());
    await this.#readNames();
  }

  /** In a failed transaction nothing resolves, and its end asks again. */
  async #readNames(): Promise<void> {
    try {
      this.#names = await readSessionNames(this.#client);
    } catch (error) {
      if ((error as pg.DatabaseError).code !== '25P02') throw error;
    }
  }
}

function fieldsOf(error: Partial<pg.DatabaseError>): ServerMessage {
  const entries = Object.entries({
    S: error.severity,
    V: error.severity,
    C: error.code,
    M: error.message,
    D: error.detail,
    H: error.hint,
    W: error.where,
    s: error.schema,
    t: error.table,
    c: error.column,
    d: error.dataType,
    n: error.constraint,
    R: error.routine,
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
