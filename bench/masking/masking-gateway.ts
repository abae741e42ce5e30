import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { ColumnMask } from '../../src/domain/policy/column-mask.js';
import type { Audit, AuditRecord } from '../../src/gateway/audit/audit.js';
import { deriveVerifier } from '../../src/gateway/authentication/scram-verifier.js';
import { gatewayFileSchema } from '../../src/gateway/configuration/gateway-file.js';
import { Gateway } from '../../src/gateway/gateway.js';
import { packageRoot } from '../../src/package-root.js';
import { FolderWordLists } from '../../src/rules/read-words.js';
import { MaskingKey } from '../../src/runs/masking-key.js';

const words = new FolderWordLists([join(packageRoot, 'rules', 'words')]);

/** What a client saw of one message. */
export interface Answer {
  readonly outcome: 'rows' | 'denied' | 'error';
  /** Everything: column names, values, command tags, errors, notices. */
  readonly text: string;
  /** Of the last statement that returned rows, in PostgreSQL's text form. */
  readonly rows?: readonly (readonly (string | null)[])[];
}

export interface MaskingGatewayOptions {
  /** URL of the restricted account that the gateway uses. */
  readonly url: string;
  readonly role: string;
  readonly access: 'masked' | 'clear';
  readonly masks: ReadonlyMap<string, ColumnMask>;
  readonly searchPath: string;
  /** The masking key's bytes. */
  readonly key: Uint8Array;
  /** How old the catalog may be that a statement is planned under: `0ms`, `1h`. */
  readonly catalogMaxAge: string;
}

const DATABASE = 'fixture';
const PASSWORD = randomBytes(12).toString('hex');
const verifier = deriveVerifier(PASSWORD);

/** A gateway of its own for one role of one database, in this process; clients reach it over TCP. */
export class MaskingGateway {
  readonly #gateway: Gateway;
  readonly #role: string;
  readonly #audit: RefusalAudit;

  private constructor(gateway: Gateway, role: string, audit: RefusalAudit) {
    this.#gateway = gateway;
    this.#role = role;
    this.#audit = audit;
  }

  static async start({
    url,
    role,
    access,
    masks,
    searchPath,
    key,
    catalogMaxAge,
  }: MaskingGatewayOptions): Promise<MaskingGateway> {
    const secret = { env: 'GIVEN_BELOW' };
    const file = gatewayFileSchema.parse({
      listen: { port: 0 },
      databases: { [DATABASE]: { url: secret, labels: '', searchPath: searchPath.split(/, */) } },
      roles: { [role]: { policy: 'given-below' } },
      catalog: { maxAge: catalogMaxAge },
    });
    const { pool, searchPath: path } = file.databases[DATABASE];
    const views = {
      roles: [role],
      viewOf: () => ({ role, access, masks }),
      dependsOnUser: () => false,
      nextChange: () => Number.POSITIVE_INFINITY,
    };
    const audit = new RefusalAudit();
    const gateway = await Gateway.start(
      {
        ...file,
        tls: undefined,
        maskingKey: new MaskingKey(key),
        words,
        databases: new Map([[DATABASE, { location: url, searchPath: path, pool, views }]]),
        users: new Map([[role, { role, verifier, certificateName: undefined }]]),
      },
      audit,
    );
    return new MaskingGateway(gateway, role, audit);
  }

  async connect(): Promise<MaskedClient> {
    const client = new pg.Client({
      ...{
        host: '127.0.0.1',
        port: this.#gateway.port,
        user: this.#role,
        password: PASSWORD,
        database: DATABASE,
      },
      types: { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig,
    });
    await client.connect();
    return new MaskedClient(client, this.#audit);
  }

  async stop(): Promise<void> {
    await this.#gateway.stop();
  }
}

/** A client of the gateway that writes down everything it sees. One at a time: refusals are told by the audit. */
export class MaskedClient {
  readonly #client: pg.Client;
  readonly #audit: RefusalAudit;
  readonly #seen: string[] = [];

  constructor(client: pg.Client, audit: RefusalAudit) {
    this.#client = client;
    this.#audit = audit;
    client.on('notice', (notice) => this.#seen.push(JSON.stringify(fieldsOf(notice))));
    client.on('notification', ({ channel, payload }) => this.#seen.push(`${channel} ${payload ?? ''}`));
    client.on('error', () => undefined);
  }

  /** Sends one message; `values` are bound as text by the extended protocol. */
  async send(sql: string, values?: readonly string[]): Promise<Answer> {
    return this.#seenOf(async () => {
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
      return { text: seen.join('\n'), ...(last ? { rows: last.rows } : {}) };
    });
  }

  /** The COPY stream of one statement. */
  async copy(sql: string): Promise<Answer> {
    return this.#seenOf(async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of this.#client.query(copyTo(sql))) chunks.push(chunk as Buffer);
      return { text: Buffer.concat(chunks).toString('utf8') };
    });
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #seenOf(ask: () => Promise<Pick<Answer, 'text' | 'rows'>>): Promise<Answer> {
    const refusedBefore = this.#audit.refusals;
    try {
      const { text, ...rest } = await ask();
      return { outcome: 'rows', text: [text, ...this.#seen.splice(0)].join('\n'), ...rest };
    } catch (error) {
      const outcome = this.#audit.refusals > refusedBefore ? 'denied' : 'error';
      const shown = JSON.stringify(fieldsOf(error as pg.DatabaseError));
      return { outcome, text: [shown, ...this.#seen.splice(0)].join('\n') };
    }
  }
}

/** Counts what was refused: a client cannot always tell who said no. */
class RefusalAudit implements Audit {
  readonly failed = false;
  refusals = 0;

  record({ decision }: AuditRecord): void {
    if (decision === 'refused') this.refusals++;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function fieldsOf(error: Partial<pg.DatabaseError>): Readonly<Record<string, string>> {
  const entries = Object.entries({
    S: error.severity,
    C: error.code,
    M: error.message,
    D: error.detail,
    H: error.hint,
    P: error.position,
    p: error.internalPosition,
    q: error.internalQuery,
    W: error.where,
    s: error.schema,
    t: error.table,
    c: error.column,
    d: error.dataType,
    n: error.constraint,
    R: error.routine,
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Readonly<
    Record<string, string>
  >;
}
