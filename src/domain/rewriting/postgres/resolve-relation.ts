import { Refusal } from '../refusal.js';
import type { SessionNames } from '../rewrite-context.js';
import { type KnownRelation, quoteIdentifier } from './known-relation.js';
import type { TreeNode } from './parser.js';
import type { PostgresProtection } from './postgres-protection.js';

/**
 * What a RangeVar that is no common table expression names.
 * @throws Refusal when the catalog does not know it: what is not known cannot be masked
 */
export function resolveRelation(
  node: TreeNode,
  { protection, names }: { readonly protection: PostgresProtection; readonly names: SessionNames },
): KnownRelation {
  const { catalogname, schemaname, relname } = node as {
    catalogname?: string;
    schemaname?: string;
    relname: string;
  };
  const location = (node.location as number | undefined) ?? 0;
  if (catalogname !== undefined && catalogname !== protection.catalog.catalog.database)
    throw new Refusal('relation', 'the query names another database', { location });
  const found =
    schemaname === undefined
      ? firstInPath(relname, protection, names)
      : inSchema(schemaname, relname, protection, names);
  if (found) return found;
  const readable = protection.relationsCalled(relname).filter(({ closed }) => closed === undefined);
  const isMeant = schemaname === undefined && readable.length === 1;
  throw new Refusal(
    'relation',
    `there is no relation '${[schemaname, relname].filter(Boolean).join('.')}' that is known`,
    {
      location,
      mend: isMeant
        ? [{ start: location, end: location, text: `${quoteIdentifier(readable[0].schema)}.` }]
        : undefined,
      hint: 'check the name and the search path; a new table has to be read into the catalog first',
    },
  );
}

function firstInPath(
  name: string,
  protection: PostgresProtection,
  names: SessionNames,
): KnownRelation | undefined {
  // Temporary relations come first wherever the path says nothing else, and only there.
  const path = names.searchPath.some(isTemporarySchema) ? names.searchPath : ['pg_temp', ...names.searchPath];
  for (const schema of path) {
    const found = inSchema(schema, name, protection, names);
    if (found) return found;
  }
  return undefined;
}

function inSchema(
  schema: string,
  name: string,
  protection: PostgresProtection,
  names: SessionNames,
): KnownRelation | undefined {
  if (!isTemporarySchema(schema)) return protection.relation(schema, name);
  const temporary = names.temporary.find((known) => known.name === name);
  return temporary && temporaryRelation(name, temporary.columns);
}

/** `pg_temp`, or by its full name, of which a session sees only its own: `pg_temp_3`. */
export function isTemporarySchema(schema: string): boolean {
  return /^pg_temp(_\d+)?$/.test(schema);
}

/** What a session made itself holds what it had seen: masked values. */
function temporaryRelation(name: string, columns: readonly { readonly name: string }[]): KnownRelation {
  return {
    schema: 'pg_temp',
    name,
    kind: 'temporary',
    columns: columns.map((column) => column.name),
    masks: new Map(),
    reachesMasked: false,
  };
}
