import type { ScrubEngine } from '../engine.js';
import { sqlServerPosture } from './facts/posture-source.js';
import { isSqlServerUrl } from './location.js';
import { sqlServerNativeLabels } from './native-labels.js';
import { SqlServerScrubSource } from './scrub-source.js';
import { SqlServerScrubTarget } from './scrub-target.js';
import { SqlServerSession } from './session.js';

/** SQL Server 2016 and later, Azure SQL, and what speaks TDS and has their catalog views. */
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
  recognises: isSqlServerUrl,
  open: (location) => SqlServerSession.open(location),
  openSource: (location) => SqlServerScrubSource.open(location),
  openTarget: (location, options) => SqlServerScrubTarget.open(location, options),
};
