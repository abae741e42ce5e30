import type { ScrubEngine } from '../scrub-engine.js';
import { isPostgresUrl } from './connection.js';
import { postgresPosture } from './facts/posture-source.js';
import { postgresNativeLabels } from './native-labels.js';
import { PostgresScrubSource } from './scrub-source.js';
import { PostgresScrubTarget } from './scrub-target.js';
import { PostgresSession } from './session.js';
import { translatedSchema } from './translated-schema.js';
import { dropPreviousSchemas } from './publish-into.js';
import { dropPreviousDatabase, publishedMark } from './work-database.js';

/** PostgreSQL 13 and later, and what speaks its protocol and has its catalogs. */
export const postgresEngine: ScrubEngine = {
  id: 'postgres',
  capabilities: {
    scrubSource: true,
    scrubTarget: true,
    nativeMasking: true,
    sensitivityClassification: false,
    transparentEncryption: false,
  },
  nativeLabels: postgresNativeLabels,
  posture: postgresPosture,
  queries: {
    open: async (location, options) =>
      (await import('./query-source.js')).postgresQueries.open(location, options),
  },
  nativeMasking: {
    plan: async (location, request) => (await masking()).plan(location, request),
    apply: async (location, request) => (await masking()).apply(location, request),
    drift: async (location, request) => (await masking()).drift(location, request),
    revert: async (location, request) => (await masking()).revert(location, request),
  },
  recognises: isPostgresUrl,
  open: (location) => PostgresSession.open(location),
  openSource: (location, options) => PostgresScrubSource.open(location, options),
  openTarget: (location, options) => PostgresScrubTarget.open(location, options),
  publishedMark,
  schemaOf: translatedSchema,
  dropPrevious: async (location) => [
    ...(await dropPreviousDatabase(location)),
    ...(await dropPreviousSchemas(location)),
  ],
};

/** Loads a parser that nothing else needs. */
async function masking() {
  return (await import('./native-masking.js')).postgresNativeMasking;
}
