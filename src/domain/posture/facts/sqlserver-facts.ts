import type { RunFacts } from './run-facts.js';

/** `sys.dm_database_encryption_keys`, one row a database that has a key. */
export interface DatabaseEncryptionKey {
  readonly database: string;
  /** 0 no key, 1 unencrypted, 2 encrypting, 3 encrypted, 4 key change, 5 decrypting, 6 protector change. */
  readonly state: number;
  readonly percentComplete: number;
  /** `AES`, `TRIPLE_DES`. */
  readonly algorithm: string;
  readonly keyBits: number;
  /** Hex; null where the key has no protector yet. */
  readonly encryptorThumbprint: string | null;
}

export interface SqlServerDatabase {
  readonly name: string;
  readonly isSystem: boolean;
  readonly isChainingOn: boolean;
  readonly isTrustworthyOn: boolean;
  /** Null where the login may not see. */
  readonly ownerIsSysadmin: boolean | null;
}

export interface SqlServerCertificate {
  readonly database: string;
  readonly name: string;
  readonly thumbprint: string;
  readonly keyBits: number;
  /** ISO 8601. */
  readonly expires: string;
  readonly created: string;
  /** Null when the private key was never backed up. */
  readonly privateKeyBackedUp: string | null;
}

export interface SqlServerFacts extends RunFacts {
  readonly server: { readonly majorVersion: number; readonly edition: string; readonly database: string };
  readonly databases: readonly SqlServerDatabase[];
  readonly encryptionKeys: readonly DatabaseEncryptionKey[];
  /** Active virtual log files of the database, and how many of them are encrypted. */
  readonly logFiles: { readonly active: number; readonly encrypted: number };
  readonly certificates: readonly SqlServerCertificate[];
  readonly asymmetricKeys: readonly { readonly name: string; readonly keyBits: number }[];
  readonly symmetricKeys: readonly { readonly name: string; readonly algorithm: string }[];
  /** Backups of the last 30 days. */
  readonly backups: readonly {
    readonly database: string;
    readonly finished: string;
    readonly keyAlgorithm: string | null;
  }[];
  readonly columnMasterKeys: readonly {
    readonly name: string;
    readonly provider: string;
    /** Column encryption keys of it, and how many of these have two values: a rotation that is not finished. */
    readonly rotationOpen: number;
  }[];
  /** Of labelled columns, and of those under dynamic data masking. */
  readonly columnEncryption: readonly {
    /** `schema.table.column`. */
    readonly printed: string;
    /** Null for a column without Always Encrypted. */
    readonly type: 'deterministic' | 'randomized' | null;
    readonly dynamicMask: boolean;
  }[];
  /** Who may see through dynamic data masking. */
  readonly unmaskGrants: readonly { readonly principal: string }[];
  readonly connections: readonly {
    readonly program: string;
    readonly encrypted: boolean;
    readonly overNetwork: boolean;
  }[];
  readonly endpoints: readonly { readonly name: string; readonly kind: string; readonly algorithm: string }[];
  readonly classifications: readonly { readonly printed: string; readonly label: string | null }[];
  readonly audits: readonly {
    readonly name: string;
    readonly enabled: boolean;
    /** Whether an enabled specification of it records SELECT in the database. */
    readonly recordsReads: boolean;
  }[];
  readonly sqlLogins: readonly {
    readonly name: string;
    readonly principalId: number;
    readonly disabled: boolean;
    readonly policyChecked: boolean;
    readonly expirationChecked: boolean;
  }[];
  /** `sys.configurations`, name to value in use. */
  readonly configuration: Readonly<Record<string, number>>;
  /** Objects that `public` may read, as schema.name. */
  readonly publicGrants: readonly { readonly printed: string; readonly permission: string }[];
}
