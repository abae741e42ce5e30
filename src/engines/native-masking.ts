import type { Catalog } from '../domain/catalog/catalog.js';
import { ScrubjayError } from '../domain/errors.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { KeySetting } from '../domain/rewriting/key-settings.js';
import type { RoleView } from '../domain/rewriting/rewrite-context.js';
import type { SchemaStatement } from './schema-statements.js';

/** The database cannot mask for this role as it was asked to. */
export class NativeMaskingError extends ScrubjayError {
  readonly code = 'native-masking';
}

export interface NativeMaskingRequest {
  /** What the role sees of a catalog. */
  readonly viewOf: (catalog: Catalog) => RoleView;
  /** The role of the database that gets the masked relations. */
  readonly grantee: string;
  /** Roles of the database that see everything: they get UNMASK where the database has it. */
  readonly clear: readonly string[];
  /** What the policy's other masked roles see, by role: a database whose masks are everybody's has to serve them too. */
  readonly otherViews: ReadonlyMap<string, (catalog: Catalog) => RoleView>;
  /** The key of pseudonyms; none of them has a form without it. */
  readonly keySettings: readonly KeySetting[];
  readonly words: WordLists;
}

/** Something that masking in the database leaves open, or does not do. */
export interface MaskingCaveat {
  /** A relation or column, printed. */
  readonly where: string;
  readonly what: string;
}

/** What brings the database to a role's masks, and back; a steward reads it before it runs. */
export interface NativeMaskingPlan {
  readonly statements: readonly SchemaStatement[];
  /** Relations and columns that the database cannot mask, which the role does not see at all, or not masked. */
  readonly unmaskable: readonly MaskingCaveat[];
  /** What the role can still find out. */
  readonly inference: readonly MaskingCaveat[];
}

/** Masks kept in the database itself, for those who reach it without Scrubjay. */
export interface NativeMasking {
  plan(location: string, request: NativeMaskingRequest): Promise<NativeMaskingPlan>;
  /** Plans and carries out, all or nothing where the database can. @returns what was done */
  apply(location: string, request: NativeMaskingRequest): Promise<NativeMaskingPlan>;
  /** Where the database is not as `apply` would leave it now. */
  drift(location: string, request: NativeMaskingRequest): Promise<readonly MaskingCaveat[]>;
  /** Takes away what `apply` made, and gives back the rights that it took. @returns the statements that ran */
  revert(location: string, request: NativeMaskingRequest): Promise<readonly SchemaStatement[]>;
}
