import pg from 'pg';
import type { Catalog, ColumnName } from '../../domain/catalog/catalog.js';
import { printColumnName } from '../../domain/catalog/catalog.js';
import { ScrubjayError } from '../../domain/errors.js';
import type { NativeLabel, NativeLabels } from '../native-labels.js';
import type { SchemaStatement } from '../schema-statements.js';
import { connect } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteRelation } from './identifiers.js';

/** What Scrubjay wrote at the end of a comment. */
const mark = /\s*\[scrubjay: [^\]]*\]$/;

/** Labels as COMMENT or SECURITY LABEL. */
export const postgresNativeLabels: NativeLabels = {
  forms: ['comment', 'security-label'],
  statements(catalog, labels, form, provider) {
    const comments = commentsOf(catalog);
    return labels.flatMap((label) =>
      form === 'comment'
        ? commentOn(label, comments.get(printColumnName(label.column)))
        : securityLabelOn(label, provider),
    );
  },

  async apply(location, statements) {
    const client = await connect(location, { access: 'read-write' });
    try {
      await client.query('begin');
      for (const { sql } of statements) await client.query(sql);
      await client.query('commit');
    } catch (error) {
      if (isSecurityLabel(statements) && isInvalidParameter(error)) throw new LabelProviderError();
      throw translateDriverError(error, 'writing labels, of which none was kept');
    } finally {
      // Whatever was not committed goes with the session.
      await client.end();
    }
  },
};

/** PostgreSQL keeps security labels for providers alone, and has none itself. */
export class LabelProviderError extends ScrubjayError {
  readonly code = 'label-provider';

  constructor() {
    super(
      'the server has no such provider of security labels, or has several and none was named; no label was written',
      'load one that takes labels of any text (shared_preload_libraries) and name it with --provider, or use --write-native comment, which needs none',
    );
  }
}

function isSecurityLabel(statements: readonly SchemaStatement[]): boolean {
  return statements.some(({ sql }) => sql.startsWith('security label'));
}

/** How PostgreSQL answers when it finds no provider (`seclabel.c`). */
function isInvalidParameter(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '22023';
}

function commentsOf({ tables, views }: Catalog): ReadonlyMap<string, string | undefined> {
  return new Map(
    [...tables, ...views].flatMap(({ schema, name: table, columns }) =>
      columns.map(
        ({ name: column, comment }) => [printColumnName({ schema, table, column }), comment] as const,
      ),
    ),
  );
}

function commentOn({ column, says }: NativeLabel, before: string | undefined): SchemaStatement[] {
  const own = (before ?? '').replace(mark, '');
  const after = says === null ? own : `${own}${own === '' ? '' : ' '}[scrubjay: ${says}]`;
  if (after === (before ?? '')) return [];
  const text = after === '' ? 'null' : quoteLiteral(after).trim();
  return [statement(column, `comment on column ${quoteColumn(column)} is ${text}`)];
}

function securityLabelOn({ column, says }: NativeLabel, provider: string | undefined): SchemaStatement[] {
  // Labels of another provider are not ours to take away, and ours cannot be told from here.
  if (says === null) return [];
  const by = provider === undefined ? '' : `for ${quoteLiteral(provider).trim()} `;
  const sql = `security label ${by}on column ${quoteColumn(column)} is ${quoteLiteral(says).trim()}`;
  return [statement(column, sql)];
}

function statement(column: ColumnName, sql: string): SchemaStatement {
  return { makes: `label of ${printColumnName(column)}`, sql };
}

function quoteColumn({ schema, table, column }: ColumnName): string {
  return `${quoteRelation({ schema, name: table })}.${quoteName(column)}`;
}
