import type { PostureSource } from '../../posture-source.js';
import { displayLocation, parseLocation } from '../location.js';
import { auditorStatements } from './auditor-sql.js';

/** What SQL Server tells of its posture. */
export const sqlServerPosture: PostureSource = {
  kind: 'sqlserver',
  collectFacts: async (location, options) => ({
    kind: 'sqlserver',
    readings: await (await import('./collect-facts.js')).collectFacts(location, options),
  }),
  auditorStatements,
  display: (location) => displayLocation(location),
  endpoint: (location) => {
    const { host, port, instance, encrypt } = parseLocation(location);
    // A named instance listens on a port that only its browser service knows.
    if (instance !== undefined && port === undefined) return undefined;
    return { host, port: port ?? 1433, protocol: encrypt === 'strict' ? 'tls' : 'tds' };
  },
};
