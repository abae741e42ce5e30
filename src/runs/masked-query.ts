import type { InformationTypeRegistry } from '../domain/classification/information-type-registry.js';
import type { Labels } from '../domain/classification/labels-file.js';
import { ScrubjayError } from '../domain/errors.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import { decideRoleView } from '../domain/policy/decide-role-view.js';
import type { Policy } from '../domain/policy/policy.js';
import type { QuerySubject } from '../domain/policy/query-subject.js';
import { protect } from '../domain/rewriting/protect.js';
import { rewrite } from '../domain/rewriting/rewrite.js';
import type { Refused, Rewritten } from '../domain/rewriting/rewriting.js';
import { engineFor } from '../engines/engine-registry.js';
import type { KnownCatalog, QueryResult, QuerySource } from '../engines/query-source.js';
import type { MaskingKey } from './masking-key.js';

/** The rewriter does not let a query through. */
export class QueryRefusedError extends ScrubjayError {
  readonly code = 'query-refused';

  constructor(readonly refused: Refused) {
    const { code, reason, position, hint, instead } = refused;
    super(
      `${code}: ${reason}${position === undefined ? '' : ` (at character ${position})`}`,
      instead === undefined
        ? (hint ?? 'ask for what the policy lets you see')
        : `this would pass: ${instead}`,
    );
  }
}

/** The location's engine answers no queries. */
export class NoQueriesError extends ScrubjayError {
  readonly code = 'no-queries';

  constructor(engine: string) {
    super(`the engine "${engine}" answers no queries`, 'query a PostgreSQL or SQL Server database');
  }
}

/** @throws UnknownLocationError, NoQueriesError */
export function querySourceFor(location: string): QuerySource {
  const engine = engineFor(location);
  if (!engine.queries) throw new NoQueriesError(engine.id);
  return engine.queries;
}

export interface MaskedQuery {
  readonly location: string;
  readonly sql: string;
  readonly labels: Labels;
  readonly policy: Policy;
  readonly types: InformationTypeRegistry;
  readonly words: WordLists;
  readonly key: MaskingKey;
  readonly subject: QuerySubject;
  readonly timeoutMs: number;
  readonly known?: KnownCatalog | undefined;
  /** Called once the query may run, before it does: what must be kept of it is kept first. */
  readonly willRun: (rewritten: Rewritten, engine: string) => Promise<void>;
  /** Called when it is refused. */
  readonly wasRefused: (refused: Refused, engine: string) => Promise<void>;
}

export interface RunningQuery extends QueryResult {
  readonly maskedColumns: readonly string[];
  readonly known: KnownCatalog;
  /** Ends the session, whatever is under way. */
  close(): Promise<void>;
}

/**
 * One query of a role: a single SELECT, as the policy lets the role see it. A column that came since labels
 * were decided shows NULL.
 * @throws RoleRefusedError, QueryRefusedError, QueryFailedError, ConnectionError
 */
export async function runMaskedQuery(query: MaskedQuery): Promise<RunningQuery> {
  const { location, sql, words, key, timeoutMs } = query;
  const session = await querySourceFor(location).open(location, {
    ...{ keySettings: key.sessionSettings, words, timeoutMs, known: query.known },
  });
  try {
    const { catalog } = session.known;
    const { engine } = catalog.catalog;
    const view = decideRoleView({ ...query, catalog: catalog.catalog });
    // Who sees everything still sends nothing but a SELECT of known functions: the service runs it, not they.
    const protection = protect(catalog, { ...view, access: 'masked' }, words);
    const context = { protection, names: session.names };
    const rewriting = rewrite(sql, context);
    const refused = rewriting.outcome === 'refused' ? rewriting : moreThanOneSelect(rewriting);
    if (refused) {
      await query.wasRefused(refused, engine);
      throw new QueryRefusedError(refused);
    }
    const rewritten = rewriting as Rewritten;
    await query.willRun(rewritten, engine);
    const result = await session.run(rewritten.sql.replace(/;\s*$/, ''));
    const maskedColumns = [...new Set(rewritten.statements.flatMap((statement) => statement.maskedColumns))];
    return { ...result, maskedColumns, known: session.known, close: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function moreThanOneSelect({ statements }: Rewritten): Refused | undefined {
  if (statements.length === 1 && statements[0].command === 'select') return undefined;
  return {
    outcome: 'refused',
    code: 'statement',
    reason: 'only a single SELECT is run here',
    hint: 'send one SELECT, without cursors, settings and transactions',
  };
}
