import type { RelationName } from '../../catalog/catalog.js';
import type { RunFacts } from './run-facts.js';

export interface PostgresServer {
  /** `180004` for 18.4. */
  readonly versionNumber: number;
  /** Who the facts were read as. */
  readonly role: string;
  /** The provider whose traces the server shows; null for one of one's own. */
  readonly managedBy: 'Amazon' | 'Microsoft' | 'Google' | null;
  readonly database: string;
}

/** A line of pg_hba.conf as the server understands it. */
export interface HostRule {
  readonly file: string;
  readonly line: number;
  /** `local`, `host`, `hostssl`, `hostnossl`, `hostgssenc`, `hostnogssenc`; null for a line with a mistake. */
  readonly type: string | null;
  readonly databases: readonly string[];
  readonly users: readonly string[];
  readonly address: string | null;
  readonly netmask: string | null;
  readonly method: string | null;
  readonly error: string | null;
}

export interface Role {
  readonly name: string;
  readonly login: boolean;
  readonly superuser: boolean;
  readonly bypassRls: boolean;
  readonly replication: boolean;
  /** ISO 8601, `infinity`, or null for none. */
  readonly validUntil: string | null;
}

/** A table, or foreign table, that holds labelled columns. */
export interface LabelledRelation extends RelationName {
  readonly kind: 'table' | 'partitioned' | 'foreign' | 'view' | 'materialised-view';
  /** `heap`, `tde_heap`; null where the relation stores nothing itself. */
  readonly accessMethod: string | null;
  readonly tablespace: string;
  readonly unlogged: boolean;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly owner: string;
  /** The column that tells tenants apart by its name, such as `tenant_id`. */
  readonly tenantColumn: string | null;
  /** Rows that were updated since statistics began, and rows there are. */
  readonly updatedRows: number;
  readonly liveRows: number;
  /** True when the table was ever written anew (VACUUM FULL, CLUSTER, a rewrite). */
  readonly rewritten: boolean;
  /** Everybody may read it. */
  readonly publicMayRead: boolean;
  /** Login roles beside superusers and the owner that may read some column. */
  readonly readers: readonly string[];
}

/** A labelled column as the catalog shows it. */
export interface ColumnState {
  /** `schema.table.column`. */
  readonly printed: string;
  readonly type: string;
  /** Whether the role that reads facts may select it. */
  readonly readable: boolean;
  /** A grant on the column itself lets everybody read it. */
  readonly publicMayRead: boolean;
  /** Whether statistics keep values of it; null where the role may not see. */
  readonly statistics: boolean | null;
}

export interface IndexCopy extends RelationName {
  readonly table: RelationName;
  readonly tablespace: string;
  readonly tableTablespace: string;
  readonly columns: readonly string[];
}

/** A view or materialised view that reads labelled columns. */
export interface DerivedRelation extends RelationName {
  readonly kind: 'view' | 'materialised-view';
  readonly columnNames: readonly string[];
  /** Labelled columns that it reads. */
  readonly reads: readonly string[];
  readonly securityInvoker: boolean;
}

export interface PublishedTable extends RelationName {
  readonly publication: string;
  readonly allTables: boolean;
  readonly columns: readonly string[];
  /** What the table's replica identity needs to be published. */
  readonly keyColumns: readonly string[];
}

export interface ForeignTable extends RelationName {
  readonly server: string;
  readonly wrapper: string;
  readonly host: string | null;
  readonly sslmode: string | null;
}

/** What a bounded sample of a labelled column holds, counted inside the database. */
export interface ColumnContent {
  readonly printed: string;
  /** Values that are not NULL, of the sample. */
  readonly values: number;
  /** Of these, card numbers: 13 to 19 digits that pass Luhn. */
  readonly cardNumbers: number;
  /** Values in the form of a password hash (bcrypt, argon2, scrypt, PBKDF2, yescrypt, SHA-crypt, SCRAM). */
  readonly passwordHashes: number;
  /** bcrypt hashes of a cost below 10. */
  readonly weakHashes: number;
  /** Values in the form of a credential: cloud keys, repository tokens, PEM keys, JWTs. */
  readonly clearSecrets: number;
}

/** Equal values of a column here and in production, by keyed digests. */
export interface SharedValues {
  readonly printed: string;
  /** Different values looked at on each side. */
  readonly here: number;
  readonly production: number;
  readonly common: number;
}

export interface PostgresFacts extends RunFacts {
  readonly server: PostgresServer;
  /** Sessions over the network without TLS; loopback is left out. */
  readonly clearSessions: readonly { readonly role: string; readonly address: string }[];
  readonly hostRules: readonly HostRule[];
  readonly storedPasswords: readonly {
    readonly role: string;
    readonly kind: 'none' | 'md5' | 'scram' | 'other';
  }[];
  readonly roles: readonly Role[];
  /** Login roles in roles that reach files, programs or all data of the server. */
  readonly powerfulMembers: readonly { readonly role: string; readonly member: string }[];
  /** Schemas in which everybody may create. */
  readonly openSchemas: readonly string[];
  /** True when everybody may connect to the database. */
  readonly publicMayConnect: boolean;
  /** Default privileges that give new objects to everybody. */
  readonly publicDefaults: readonly {
    readonly role: string;
    readonly schema: string | null;
    readonly objects: string;
    readonly privileges: readonly string[];
  }[];
  /** SECURITY DEFINER functions without a search_path of their own. */
  readonly definerFunctions: readonly {
    readonly signature: string;
    readonly kind: 'function' | 'procedure';
    readonly publicMayExecute: boolean;
  }[];
  /** Extensions that bring an untrusted language, beside C. */
  readonly untrustedLanguages: readonly { readonly language: string; readonly extension: string | null }[];
  readonly userMappings: readonly {
    readonly server: string;
    readonly role: string;
    readonly options: readonly string[];
  }[];
  readonly subscriptions: readonly {
    readonly name: string;
    readonly hasPassword: boolean;
    readonly sslmode: string | null;
  }[];
  readonly eventTriggers: readonly { readonly name: string; readonly enabled: string }[];
  readonly archiver: { readonly failed: number; readonly lastFailedAfterLastArchived: boolean };
  /** Large objects that everybody may read. */
  readonly publicLargeObjects: readonly { readonly oid: string }[];
  readonly secretsInCode: readonly {
    readonly kind: 'function' | 'view' | 'column default' | 'comment';
    readonly name: string;
  }[];
  readonly labelledRelations: readonly LabelledRelation[];
  readonly columnStates: readonly ColumnState[];
  readonly indexCopies: readonly IndexCopy[];
  readonly derivedRelations: readonly DerivedRelation[];
  readonly publishedTables: readonly PublishedTable[];
  readonly foreignTables: readonly ForeignTable[];
  readonly columnContents: readonly ColumnContent[];
  readonly sharedValues: readonly SharedValues[];
  /** Key providers of pg_tde; empty where the extension is not installed. */
  readonly keyProviders: readonly {
    readonly name: string;
    readonly type: string;
    readonly verified: boolean | null;
  }[];
}
