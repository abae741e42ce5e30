import type { Engine } from '../engine.js';
import { isPostgresUrl } from './connection.js';
import { PostgresSession } from './session.js';

/** PostgreSQL 13 and later, and what speaks its protocol and has its catalogs. */
export const postgresEngine: Engine = {
  id: 'postgres',
  capabilities: {
    scrubSource: true,
    scrubTarget: true,
    nativeMasking: false,
    sensitivityClassification: false,
    transparentEncryption: false,
  },
  recognises: isPostgresUrl,
  open: (location) => PostgresSession.open(location),
};
