import type { RunPlan } from '../planning/plan.js';
import { closeComplete, parseComplete, readyForQuery } from '../protocol/backend-messages.js';
import { type BindMessage, type ParseMessage, writeFrontendMessage } from '../protocol/frontend-messages.js';
import type { ClientPortal, ClientStatement } from './client-statements.js';
import { error, refusalError, sqlState } from './gateway-errors.js';
import { limitError, POISON, type SessionParts } from './session-parts.js';
import type { Context } from './statement-context.js';
import { upstreamText } from './upstream-lease.js';

/** Prepared statements and portals: batches of messages, each closed by a Sync. */
export class ExtendedProtocol {
  readonly #parts: SessionParts;
  #skipping = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** An error ended the batch: everything up to the next Sync is ignored. */
  get skipping(): boolean {
    return this.#skipping;
  }

  skip(): void {
    this.#skipping = true;
  }

  parse(message: ParseMessage): Promise<void> | undefined {
    return this.#with((context) => {
      const { statements, conversation } = this.#parts;
      const { name, sql, parameterTypes } = message;
      if (name !== '' && statements.statement(name)) {
        this.#refuse(alreadyPrepared);
        return;
      }
      if (statements.full) {
        this.#refuse(tooManyStatements);
        return;
      }
      const plan = this.#plan(sql, context);
      if (!plan) return;
      const { epoch, names } = context;
      const statement: ClientStatement = { sql, parameterTypes, plan, version: epoch.version, names };
      statements.prepare(name, statement);
      const failed = () => statements.unprepare(name, statement);
      if (name === '') this.#parseUnnamed(statement, failed);
      else if (!this.#parseNamed(statement, failed)) conversation.answer(parseComplete, true);
    });
  }

  bind({ portal, statement: name, rest }: BindMessage): Promise<void> | undefined {
    return this.#withStatement(name, (statement, context) => {
      const { statements, conversation, effects } = this.#parts;
      const objection = effects.objection(statement.plan, context);
      if (objection) {
        this.#refuse(objection);
        return;
      }
      if (statements.full) {
        this.#refuse(tooManyStatements);
        return;
      }
      const upstream = this.#ensure(name, statement);
      conversation.ask(writeFrontendMessage({ kind: 'bind', portal, statement: upstream, rest }), {
        kind: 'bind',
        onFailed: () => statements.closePortal(portal),
      });
      const { plan, version, names } = statement;
      statements.bind(portal, { statement, plan, version, names, rows: 0 });
    });
  }

  describe(what: 'statement' | 'portal', name: string): Promise<void> | undefined {
    const { conversation, statements } = this.#parts;
    if (what === 'statement') {
      return this.#withStatement(name, (statement) => {
        const upstream = this.#ensure(name, statement);
        conversation.ask(writeFrontendMessage({ kind: 'describe', what, name: upstream }), {
          kind: 'describe',
        });
      });
    }
    return this.#with(() => {
      // A cursor declared in SQL is a portal too, and drivers describe it: the server knows whether it is there.
      if (!statements.portal(name) && !conversation.engaged) {
        this.#refuse(noSuchPortal);
        return;
      }
      conversation.ask(writeFrontendMessage({ kind: 'describe', what, name }), { kind: 'describe' });
    });
  }

  execute(name: string, maxRows: number): Promise<void> | undefined {
    return this.#with((context) => {
      const { conversation, statements, effects, limits, audit } = this.#parts;
      const portal = statements.portal(name);
      if (!portal) {
        this.#refuse(noSuchPortal);
        return;
      }
      const objection = effects.objection(portal.plan, context) ?? outdated(portal, context);
      if (objection) {
        this.#refuse(objection);
        return;
      }
      const { plan } = portal;
      const startedAt = performance.now();
      effects.apply(plan, context);
      conversation.ask(writeFrontendMessage({ kind: 'execute', portal: name, maxRows }), {
        kind: 'execute',
        ...limitError(limits, portal.rows),
        onCommand: (outcome) => {
          portal.rows += outcome.rows;
          audit.ran(plan, outcome, startedAt);
        },
      });
    });
  }

  close(what: 'statement' | 'portal', name: string): Promise<void> | undefined {
    const { conversation, statements } = this.#parts;
    // The server's statement stays: the next client with this text has it prepared.
    if (what === 'statement') statements.unprepare(name);
    if (what === 'statement' || !statements.portal(name) || !conversation.engaged) {
      if (what === 'portal') statements.closePortal(name);
      conversation.answer(closeComplete, true);
      return undefined;
    }
    statements.closePortal(name);
    conversation.ask(writeFrontendMessage({ kind: 'close', what, name }), { kind: 'close' });
    return undefined;
  }

  sync(): void {
    const { conversation, statements } = this.#parts;
    this.#skipping = false;
    if (conversation.engaged) {
      conversation.ask(writeFrontendMessage({ kind: 'sync' }), { kind: 'sync' });
    } else {
      conversation.answer(readyForQuery(conversation.status), false);
      conversation.relax();
      statements.closePortals();
    }
  }

  #with(then: (context: Context) => void): Promise<void> | undefined {
    return this.#parts.context.with(then, (reason) => this.#refuse(reason));
  }

  /** With the statement's plan made anew when it was made under another catalog, policy or other names. */
  #withStatement(
    name: string,
    then: (statement: ClientStatement, context: Context) => void,
  ): Promise<void> | undefined {
    return this.#with((context) => {
      const statement = this.#parts.statements.statement(name);
      if (!statement) {
        this.#refuse(noSuchStatement);
        return;
      }
      const { epoch, names } = context;
      if (statement.version !== epoch.version || statement.names !== names) {
        const plan = this.#plan(statement.sql, context);
        if (!plan) return;
        Object.assign(statement, { plan, version: epoch.version, names });
      }
      then(statement, context);
    });
  }

  #plan(sql: string, context: Context): RunPlan | undefined {
    const plan = context.plan(sql);
    if (plan.outcome === 'run') return plan;
    this.#parts.audit.refused(plan);
    this.#refuse(refusalError(plan.refusal));
    return undefined;
  }

  /** The name under which the server knows the statement, prepared there first where it is not yet. */
  #ensure(name: string, statement: ClientStatement): string {
    const { statements } = this.#parts.conversation.connection;
    if (name !== '') {
      this.#parseNamed(statement, undefined);
      return statements.find(upstreamText(statement))!;
    }
    if (statements.unnamedOf !== statement.plan) this.#parseUnnamed(statement, undefined);
    return '';
  }

  /**
   * Prepares the text on the server unless it is there.
   * @param failed given when the client waits for the answer
   * @returns false when it was there
   */
  #parseNamed(statement: ClientStatement, failed: (() => void) | undefined): boolean {
    const { conversation } = this.#parts;
    const { statements } = conversation.connection;
    const text = upstreamText(statement);
    if (statements.find(text) !== undefined) return false;
    const { name, evicted } = statements.add(text);
    if (evicted !== undefined) {
      const close = writeFrontendMessage({ kind: 'close', what: 'statement', name: evicted });
      conversation.ask(close, { kind: 'close', internal: true });
    }
    this.#ask(name, statement, failed, () => statements.forget(text));
    return true;
  }

  #parseUnnamed(statement: ClientStatement, failed: (() => void) | undefined): void {
    const { statements } = this.#parts.conversation.connection;
    statements.unnamedOf = statement.plan;
    this.#ask('', statement, failed, () => (statements.unnamedOf = undefined));
  }

  #ask(name: string, statement: ClientStatement, failed: (() => void) | undefined, forget: () => void): void {
    const { plan, parameterTypes } = statement;
    this.#parts.conversation.ask(
      writeFrontendMessage({ kind: 'parse', name, sql: plan.sql, parameterTypes }),
      {
        kind: 'parse',
        internal: failed === undefined,
        onFailed: () => {
          forget();
          failed?.();
        },
      },
    );
  }

  #refuse(bytes: Buffer): undefined {
    if (this.#skipping) return undefined;
    const { conversation } = this.#parts;
    if (conversation.engaged) {
      conversation.connection.statements.unnamedOf = undefined;
      const parse = writeFrontendMessage({ kind: 'parse', name: '', sql: POISON, parameterTypes: [] });
      conversation.ask(parse, { kind: 'parse', refusal: bytes });
      // Answers come when the server is asked to send them: a client may wait without a Sync.
      conversation.flush();
    } else {
      conversation.answer(bytes, true);
      conversation.relax();
    }
    this.#skipping = true;
    return undefined;
  }
}

/**
 * Queries are planned when they are bound. The server resolves the names of everything else (COPY, DECLARE,
 * EXECUTE, EXPLAIN …) only when it is executed: they must still mean what they meant.
 */
function outdated({ plan, version, names }: ClientPortal, context: Context): Buffer | undefined {
  const planned = plan.rewriting.statements.every(({ command }) => plannedWhenBound.has(command));
  const same = version === context.epoch.version && names === context.names;
  return planned || same ? undefined : changedSinceBound;
}

const plannedWhenBound: ReadonlySet<string> = new Set([
  'empty',
  'select',
  'insert',
  'update',
  'delete',
  'merge',
]);

const changedSinceBound = error(
  '26000',
  'the catalog or search path changed since the statement was bound',
  'bind it again',
);
const alreadyPrepared = error(
  sqlState.duplicateStatement,
  'a prepared statement of this name exists already',
);
const noSuchStatement = error(sqlState.noSuchStatement, 'there is no prepared statement of this name');
const noSuchPortal = error('34000', 'there is no portal of this name');
const tooManyStatements = error(
  sqlState.programLimit,
  'too many prepared statements or portals in this session',
);
