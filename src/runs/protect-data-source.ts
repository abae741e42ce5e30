import type { InformationTypeRegistry } from '../domain/classification/information-type-registry.js';
import type { Labels } from '../domain/classification/labels-file.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { Policy } from '../domain/policy/policy.js';
import { decideRoleView } from '../domain/policy/decide-role-view.js';
import type { QuerySubject } from '../domain/policy/query-subject.js';
import { loadPostgresParser } from '../domain/rewriting/postgres/parser.js';
import { protect } from '../domain/rewriting/protect.js';
import type { Protection } from '../domain/rewriting/rewrite-context.js';
import type { QueryCatalog } from '../domain/rewriting/query-catalog.js';
import { connect } from '../engines/postgres/connection.js';
import { readQueryCatalog } from '../engines/postgres/query-catalog.js';

/** What decides on the queries of a role. */
export interface ProtectionBasis {
  readonly catalog: QueryCatalog;
  readonly labels: Labels;
  readonly policy: Policy;
  readonly types: InformationTypeRegistry;
  readonly subject: QuerySubject;
  /** What masks draw words from, as scrubs do. */
  readonly words: WordLists;
  /** Functions that the owner of the database vouches for: `shop.slugify`. */
  readonly trustedFunctions?: readonly string[];
}

/** Reads everything that a query of the data source may name; no row of data. */
export async function readCatalogForQueries(location: string): Promise<QueryCatalog> {
  const client = await connect(location, { access: 'read-only' });
  try {
    return await readQueryCatalog(client);
  } finally {
    await client.end();
  }
}

/**
 * From policy to rewriting: what a role sees, worked out for its queries. Holds until catalog, labels or
 * policy change, or a time window or exception begins or ends.
 * @throws RoleRefusedError
 */
export async function protectDataSource(basis: ProtectionBasis): Promise<Protection> {
  await loadPostgresParser();
  const { catalog, trustedFunctions = [] } = basis;
  const view = decideRoleView({ ...basis, catalog: catalog.catalog });
  return protect(catalog, { ...view, trustedFunctions }, basis.words);
}
