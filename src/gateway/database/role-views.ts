import type { QueryCatalog } from '../../domain/rewriting/query-catalog.js';
import type { RoleView } from '../../domain/rewriting/rewrite-context.js';

/** Who a view is for: what a policy may ask about whoever queries. */
export interface Viewer {
  readonly role: string;
  /** As they logged in. */
  readonly user: string;
}

/** What the roles of a database see of it: labels and policies stand behind it. */
export interface RoleViews {
  /** Roles that may use the database. */
  readonly roles: readonly string[];
  /** What the viewer sees at this moment. */
  viewOf(catalog: QueryCatalog, viewer: Viewer, at: Date): RoleView;
  /** Whether users of the role see different things. */
  dependsOnUser(role: string): boolean;
  /** When a time window or exception begins or ends next, in milliseconds since the epoch; Infinity for never. */
  nextChange(at: Date): number;
}
