import type { ScrubEngine } from '../scrub-engine.js';
import { sqlServerPosture } from './facts/posture-source.js';
import { isSqlServerUrl } from './location.js';
import { sqlServerNativeLabels } from './native-labels.js';

/**
 * SQL Server 2016 and later, Azure SQL, and what speaks TDS and has their catalog views. The driver, a third
 * of what the command line would load, is loaded when a location asks for it.
 */
export const sqlServerEngine: ScrubEngine = {
  id: 'sqlserver',
  capabilities: {
    scrubSource: true,
    scrubTarget: true,
    nativeMasking: true,
    sensitivityClassification: true,
    transparentEncryption: true,
  },
  nativeLabels: sqlServerNativeLabels,
  posture: sqlServerPosture,
  queries: {
    open: async (location, options) =>
      (await import('./query-source.js')).sqlServerQueries.open(location, options),
  },
  nativeMasking: {
    plan: async (location, request) => (await masking()).plan(location, request),
    apply: async (location, request) => (await masking()).apply(location, request),
    drift: async (location, request) => (await masking()).drift(location, request),
    revert: async (location, request) => (await masking()).revert(location, request),
  },
  recognises: isSqlServerUrl,
  open: async (location) => (await import('./session.js')).SqlServerSession.open(location),
  openSource: async (location) => (await import('./scrub-source.js')).SqlServerScrubSource.open(location),
  openTranslatedSource: async (location, translate) =>
    (await import('./scrub-source.js')).SqlServerScrubSource.open(location, translate),
  openTarget: async (location, options) =>
    (await import('./scrub-target.js')).SqlServerScrubTarget.open(location, options),
  publishedMark: async (location) => (await import('./work-database.js')).publishedMark(location),
};

/** Loads a parser that nothing else needs. */
async function masking() {
  return (await import('./native-masking.js')).sqlServerNativeMasking;
}
